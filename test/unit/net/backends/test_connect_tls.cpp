// SPDX-License-Identifier: Apache-2.0
//
// Sites that accept connections and take their time for TLS: when another address is tried.
#include "mod_v6front/net/backends/connect.hpp"

#include "unit/loopback.hpp"
#include "unit/ports.hpp"

#include <map>

using namespace v6front;
using namespace v6front::test;
using namespace std::chrono_literals;

namespace
{

using clock = std::chrono::steady_clock;

const tls_peer& peer()
{
    static const tls_peer made(std::make_shared<const tls_settings>(tls_rule()), "site.test");
    return made;
}

std::vector<connection_identity> over_tls(const std::vector<endpoint>& to)
{
    std::vector<connection_identity> all;
    for (const auto& address : to)
        all.push_back({address, &peer()});
    return all;
}

std::size_t accepted(acceptor& at)
{
    error_code none;
    std::size_t n = 0;
    at.non_blocking(true);
    for (;;) {
        const auto one = at.accept(none);
        if (none)
            return n;
        ++n;
    }
}

// Addresses that accept, and say nothing.
struct tls_bench {
    asio::io_context context;
    deadline_list deadlines{context};
    acceptor first{context, loopback()}, second{context, loopback()};
    std::map<endpoint, reason> told;

    result<std::shared_ptr<backend_connection>> connect(const std::vector<endpoint>& to,
                                                        std::chrono::milliseconds timeout,
                                                        const later_candidates& later = {})
    {
        const auto report = [this](const endpoint& e, const failure* f) {
            if (f)
                told.emplace(e, f->reason);
        };
        return finish(context,
                      connect_to_backend(context, deadlines, over_tls(to), timeout, report, later));
    }
};

} // namespace

TEST_CASE("an address that was too late is told of by what it did not do in time", "[connect]")
{
    tls_bench b;
    const silent_port silent(b.context);
    struct row {
        const char* what;
        bool first_accepts;
        std::chrono::milliseconds timeout;
        reason first, second;
    };
    const auto nothing = reason::internal;
    const row rows[]{
        {"it accepts, and the other had no time", true, 400ms, reason::tls_timed_out, nothing},
        {"they accept, and had their time", true, 900ms, reason::tls_timed_out,
         reason::tls_timed_out},
        {"it does not accept", false, 400ms, reason::connect_timed_out, nothing},
        {"it does not accept, and the other had its time", false, 700ms, reason::connect_timed_out,
         reason::tls_timed_out},
    };
    for (const auto& r : rows) {
        CAPTURE(r.what);
        const descriptors_kept kept;
        const auto address = r.first_accepts ? b.first.local_endpoint() : silent.address();
        b.told.clear();
        const auto begun = clock::now();
        const auto c = b.connect({address, b.second.local_endpoint()}, r.timeout);
        REQUIRE_FALSE(c.has_value());
        CHECK(c.error().reason == reason::tls_timed_out);
        CHECK(clock::now() - begun >= r.timeout);
        CHECK(accepted(b.second) == 1);
        CHECK(accepted(b.first) == (r.first_accepts ? 1 : 0));
        const auto told = [&](const endpoint& at) {
            const auto found = b.told.find(at);
            return found == b.told.end() ? nothing : found->second;
        };
        CHECK(told(address) == r.first);
        CHECK(told(b.second.local_endpoint()) == r.second);
    }
}

TEST_CASE("a third of the time for connecting, and a second at most, before another is tried",
          "[connect]")
{
    tls_bench b;
    struct row {
        std::chrono::milliseconds timeout, at;
    };
    for (const auto& r : {row{600ms, connect_stagger}, {1500ms, 500ms}, {6000ms, 1000ms}}) {
        CAPTURE(r.timeout.count());
        const descriptors_kept kept;
        const auto begun = clock::now();
        std::optional<clock::duration> second_after;
        std::optional<started<result<std::shared_ptr<backend_connection>>>> run;
        const auto to = over_tls({b.first.local_endpoint(), b.second.local_endpoint()});
        const connect_report report; // both are looked at as long as it runs
        const later_candidates later;
        run.emplace(b.context,
                    connect_to_backend(b.context, b.deadlines, to, r.timeout, report, later));
        REQUIRE(until(b.context, [&] {
            if (accepted(b.second) > 0)
                second_after = clock::now() - begun;
            return second_after.has_value();
        }));
        CHECK(*second_after >= r.at);
        CHECK(*second_after < r.timeout);
        CHECK(until(b.context, [&] { return run->done(); }));
        accepted(b.first);
    }
}

TEST_CASE("nor is its name in doubt before", "[connect]")
{
    tls_bench b;
    unsigned asked = 0;
    const auto c = b.connect({b.first.local_endpoint()}, 900ms, [&asked] {
        ++asked;
        return std::vector<connection_identity>();
    });
    REQUIRE_FALSE(c.has_value());
    // At 300, 550 and 800 ms, or a tick later.
    CHECK(asked >= 1);
    CHECK(asked <= 3);
    CHECK(accepted(b.first) == 1);
}
