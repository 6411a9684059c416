// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/net/shared/site_counters.hpp"

#include "unit/loopback.hpp"

#include <algorithm>
#include <csignal>
#include <new>
#include <thread>
#include <vector>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace v6front;
using namespace v6front::test;
using namespace std::chrono_literals;

namespace
{

// Shared with children, as it is in a server.
struct counters_memory {
    explicit counters_memory(site_counters::dimensions d = {4, 4, 2})
        : octets(site_counters::octets(d)),
          at(::mmap(nullptr, octets, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))
    {
        REQUIRE(at != MAP_FAILED);
        site_counters::prepare(at, d);
    }
    ~counters_memory() { ::munmap(at, octets); }
    counters_memory(const counters_memory&) = delete;
    std::size_t octets;
    void* at;
};

const counted_address* find(const std::vector<counted_address>& all,
                            const std::optional<endpoint>& address)
{
    const auto found = std::ranges::find(all, address, &counted_address::address);
    return found == all.end() ? nullptr : &*found;
}

constexpr auto at_failure(reason r)
{
    return traffic_at::failures + static_cast<std::size_t>(r);
}
constexpr auto at_attempt(reason r)
{
    return traffic_at::attempt_failures + static_cast<std::size_t>(r);
}

} // namespace

TEST_CASE("sites are numbered by name, and keep their numbers", "[counters]")
{
    counters_memory m;
    const auto one = site_counters::number_of(m.at, "one");
    const auto two = site_counters::number_of(m.at, "two");
    CHECK(one != two);
    CHECK(site_counters::number_of(m.at, "one") == one);
    site_counters::number_of(m.at, "three");
    site_counters::number_of(m.at, "four");
    CHECK(site_counters::number_of(m.at, "five") == no_site);
    CHECK(site_counters::number_of(m.at, "two") == two);
    CHECK(site_counters::number_of(nullptr, "one") == no_site);
}

TEST_CASE("what happens with a site is counted at its address, by all threads", "[counters]")
{
    counters_memory m({4, 4, 4});
    site_counters counters(m.at);
    const auto site = site_counters::number_of(m.at, "site");
    const auto other = site_counters::number_of(m.at, "other");
    const auto a = loopback(80), b = loopback(81);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < 250; ++i) {
                counters.opened(site, a, 3ms, site_counters::tls_use::resumed);
                counters.answered(site, a, 20ms);
                counters.request_ended(site, {a, 204, {}, 30ms, 5, 7});
            }
        });
    for (auto& t : threads)
        t.join();
    counters.reused(site, b);
    counters.attempt_failed(site, b, reason::no_response);
    counters.request_ended(site, {b, 502, reason::no_response, 1s});
    counters.attempt_failed(site, {}, reason::name_not_found);
    counters.request_ended(site, {{}, 0, reason::client_gone});

    const auto all = counters.addresses(site);
    REQUIRE(all.size() == 3);
    const auto& at_a = find(all, a)->numbers;
    CHECK(at_a[traffic_at::opened] == 1000);
    CHECK(at_a[traffic_at::handshakes] == 1000);
    CHECK(at_a[traffic_at::resumed] == 1000);
    CHECK(at_a[traffic_at::requests + 2] == 1000);
    CHECK(at_a[traffic_at::sent] == 5000);
    CHECK(at_a[traffic_at::received] == 7000);
    CHECK(at_a.latency_of(traffic_at::connect).counts[2] == 1000);
    CHECK(at_a.latency_of(traffic_at::first_byte).microseconds == 20'000'000);
    CHECK(at_a.latency_of(traffic_at::total).count() == 1000);
    CHECK(at_a.failures() == 0);
    const auto& at_b = find(all, b)->numbers;
    CHECK(at_b[traffic_at::reused] == 1);
    CHECK(at_b[traffic_at::requests + 5] == 1);
    CHECK(at_b[at_failure(reason::no_response)] == 1);
    CHECK(at_b[at_attempt(reason::no_response)] == 1);
    const auto& nowhere = find(all, std::nullopt)->numbers;
    CHECK(nowhere[traffic_at::requests] == 1);
    CHECK(nowhere[at_failure(reason::client_gone)] == 1);
    CHECK(nowhere[at_attempt(reason::name_not_found)] == 1);
    CHECK(nowhere.latency_of(traffic_at::total).count() == 0);
    CHECK(counters.addresses(other).size() == 1);
    CHECK_FALSE(counters.addresses(other).front().numbers.any());
}

TEST_CASE("addresses that have no room are counted together, and nothing is lost", "[counters]")
{
    counters_memory m;
    site_counters counters(m.at);
    const auto site = site_counters::number_of(m.at, "site");
    for (std::uint16_t port = 1; port <= 20; ++port)
        counters.reused(site, loopback(port));
    const auto all = counters.addresses(site);
    CHECK(all.size() == site_counters::addresses_of_site + 1);
    CHECK(find(all, std::nullopt)->numbers[traffic_at::reused] == 4);
    std::uint64_t sum = 0;
    for (const auto& each : all)
        sum += each.numbers[traffic_at::reused];
    CHECK(sum == 20);
}

TEST_CASE("an address stands as its last attempt went, since it went like that", "[counters]")
{
    using how = address_standing::how;
    counters_memory m;
    site_counters counters(m.at);
    const auto site = site_counters::number_of(m.at, "site");
    const auto a = loopback(80);
    const auto standing = [&] { return find(counters.addresses(site), a)->standing; };
    counters.reused(site, a);
    CHECK(standing().now == how::unknown);
    counters.answered(site, a, 1ms);
    CHECK(standing().now == how::up);
    const auto since = standing().since;
    CHECK(since > 0);
    counters.answered(site, a, 1ms);
    CHECK(standing().since == since);
    // What a client has done, or this machine lacks, says nothing of the address.
    counters.attempt_failed(site, a, reason::client_gone);
    counters.attempt_failed(site, a, reason::out_of_resources);
    CHECK(standing().now == how::up);
    counters.attempt_failed(site, a, reason::connect_refused);
    CHECK(standing().now == how::failing);
    CHECK(standing().failed == reason::connect_refused);
    CHECK(standing().since >= since);
    counters.attempt_failed(site, a, reason::response_timed_out);
    CHECK(standing().failed == reason::response_timed_out);
    counters.recovered(site, a);
    CHECK(standing().now == how::up);
    CHECK(standing().checked_at == 0);
    counters.checked(site, a, false);
    CHECK(standing().checked_at > 0);
    CHECK(find(counters.addresses(site), a)->numbers[traffic_at::checks_failed] == 1);
}

TEST_CASE("what a killed process had in flight is not counted, what it has done is", "[counters]")
{
    counters_memory m;
    const auto site = site_counters::number_of(m.at, "site");
    site_counters here(m.at);
    here.take_seat(::getpid(), 1);
    const auto one = here.begin_request(site);
    int told[2];
    REQUIRE(::pipe(told) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        site_counters there(m.at);
        there.take_seat(::getpid(), 1);
        const auto request = there.begin_request(site), other = there.begin_request(site);
        const auto waits = there.begin_waiting(site);
        there.reused(site, loopback(80));
        there.tell_engine({1, 7, 2, 4096, 5us, 9us});
        [[maybe_unused]] const auto said = ::write(told[1], "x", 1);
        ::pause();
        ::_exit(0);
    }
    char c = 0;
    REQUIRE(::read(told[0], &c, 1) == 1);
    CHECK(here.gauges()[site].in_flight == 3);
    CHECK(here.gauges()[site].waiting == 1);
    const auto both = here.processes();
    REQUIRE(both.size() == 2);
    CHECK(both[1].process == child);
    REQUIRE(both[1].engines.size() == 1);
    CHECK(both[1].engines[0].number == 1);
    CHECK(both[1].engines[0].clients == 7);
    CHECK(both[1].engines[0].kept == 4096);
    CHECK(both[1].engines[0].lag_max == 9us);
    ::kill(child, SIGKILL);
    REQUIRE(::waitpid(child, nullptr, 0) == child);
    CHECK(here.gauges()[site].in_flight == 1);
    CHECK(here.gauges()[site].waiting == 0);
    CHECK(here.processes().size() == 1);
    CHECK(find(here.addresses(site), loopback(80))->numbers[traffic_at::reused] == 1);
    // The next one finds nothing of it in its seat.
    site_counters next(m.at);
    next.take_seat(::getppid(), 2);
    CHECK(next.gauges()[site].in_flight == 1);
    REQUIRE(here.processes().size() == 2);
    CHECK(here.processes()[1].engines.empty());
    ::close(told[0]);
    ::close(told[1]);
}

TEST_CASE("a process that finds no seat, or no memory, counts what it can", "[counters]")
{
    counters_memory m({4, 1, 1});
    const auto site = site_counters::number_of(m.at, "site");
    site_counters first(m.at), second(m.at);
    first.take_seat(::getppid(), 1);
    second.take_seat(::getpid(), 1);
    const auto request = second.begin_request(site);
    second.tell_engine({0, 1, 1, 1, 1us, 1us});
    second.reused(site, loopback(80));
    CHECK(first.gauges()[site].in_flight == 0);
    CHECK(find(first.addresses(site), loopback(80))->numbers[traffic_at::reused] == 1);

    site_counters none(nullptr);
    none.take_seat(::getpid(), 1);
    const auto nowhere = none.begin_request(0);
    none.request_ended(0, {loopback(80), 200});
    none.attempt_failed(0, {}, reason::internal);
    none.answered(0, loopback(80), 1ms);
    none.checked(0, loopback(80), true);
    CHECK(none.addresses(0).empty());
    CHECK(none.gauges().empty());
    CHECK(none.processes().empty());
    site_counters unnumbered(m.at);
    unnumbered.request_ended(no_site, {loopback(80), 200});
    CHECK(unnumbered.addresses(no_site).empty());
}
