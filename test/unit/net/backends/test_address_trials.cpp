// SPDX-License-Identifier: Apache-2.0
//
// Addresses that take connections and close them without a response.
#include "unit/address_children.hpp"

#include <atomic>
#include <thread>

using namespace v6front;
using namespace v6front::test;
using namespace std::chrono_literals;

namespace
{

const failure silence{reason::no_response, asio::error::eof, {}};

} // namespace

TEST_CASE(
    "one that closes without a response is avoided, and no connect clears that, a response does",
    "[addresses]")
{
    shared_memory m;
    child one(m), two(m);
    const auto times_first = [](child& c) {
        unsigned n = 0;
        for (int i = 0; i < 50; ++i)
            n += c.arrange({at(1), at(2), at(3)}).front() == at(1);
        return n;
    };
    one.book.closed(at(1), www, silence);
    two.book.succeeded(at(1), www);
    CHECK(times_first(one) == 0);
    CHECK(times_first(two) == 0);
    CHECK(one.told.empty());
    two.book.closed(at(1), www, silence);
    two.book.succeeded(at(1), www);
    one.book.closed(at(1), www, silence);
    one.book.closed(at(1), www, silence);
    CHECK(one.told == std::vector<std::string>{"out 192.0.2.1"});
    CHECK(two.told.empty());
    // Where nothing else is left, it is asked.
    for (unsigned i = 2; i <= 3; ++i)
        one.book.failed(at(i), www, refusal);
    CHECK(times_first(one) > 0);
    for (unsigned i = 2; i <= 3; ++i)
        one.book.succeeded(at(i), www);
    CHECK(times_first(one) == 0);
    two.book.answered(at(1), www);
    two.book.answered(at(1), www);
    CHECK(two.told == std::vector<std::string>{"back 192.0.2.1"});
    CHECK(times_first(one) > 0);
}

TEST_CASE("one request of all finds out whether there are responses again, the next twice as late",
          "[addresses]")
{
    shared_memory m;
    child one(m), two(m);
    one.book.closed(at(1), www, silence);
    auto* record = address_table(m.records).find(at(1), of_responses);
    REQUIRE(record);
    const auto times_first = [&] {
        unsigned n = 0;
        for (int i = 0; i < 50; ++i)
            n += (i % 2 == 0 ? one : two).arrange({at(1), at(2), at(3)}).front() == at(1);
        return n;
    };
    const auto next = [&] {
        return one.book.next_try(at(1), of_responses) - address_book::clock::now();
    };
    CHECK(times_first() == 0);
    CHECK(next() <= address_book::first_trial);

    const auto after = [&](std::chrono::milliseconds failing) {
        record->failing_since.fetch_sub(failing.count());
        one.book.try_again_in(at(1), of_responses, 0ms);
        CHECK(times_first() == 1);
        one.book.closed(at(1), www, silence);
        CHECK(times_first() == 0);
        return next();
    };
    CHECK(after(8s) > 7s);
    CHECK(after(8s) > 15s);
    CHECK(after(1h) > 29s);
    CHECK(next() <= address_book::last_trial);

    // Who has just failed there is not sent there again, and no trial goes by for it.
    one.book.try_again_in(at(1), of_responses, 0ms);
    CHECK(one.arrange({at(1), at(2)}, 0, at(1)).front() == at(2));
    CHECK(times_first() == 1);
    // Nor does one for an address that refuses; when it is back, a request follows at once.
    one.book.failed(at(1), www, refusal);
    one.book.try_again_in(at(1), of_responses, 0ms);
    CHECK(times_first() == 0);
    one.book.try_again_in(at(1), of_responses, 1h);
    one.book.succeeded(at(1), www);
    CHECK(times_first() == 1);
}

TEST_CASE("what closes connections for one site says nothing of another at that address",
          "[addresses]")
{
    shared_memory m;
    child c(m);
    const auto bad = make_site(first_of_responses), good = make_site(first_of_responses + 1);
    const auto times_first = [&c](const backend& of) {
        unsigned n = 0;
        for (int i = 0; i < 40; ++i) {
            endpoint_list all{at(1), at(2)};
            c.book.arrange(all, of, {});
            n += all.front() == at(1);
        }
        return n;
    };
    const failure certificate{reason::untrusted_certificate, {}, {}};
    for (int i = 0; i < 3; ++i)
        c.book.closed(at(1), bad, certificate);
    CHECK(c.told == std::vector<std::string>{"out 192.0.2.1"});
    CHECK(times_first(bad) == 0);
    CHECK(times_first(good) > 0);
    c.book.answered(at(1), good);
    CHECK(times_first(bad) == 0);
    CHECK(c.told.size() == 1);
    // A connect is about all of them: so is its return, whoever has seen that.
    c.book.try_again_in(at(1), bad.responses, 1h);
    c.book.failed(at(1), good, refusal);
    CHECK(times_first(good) == 0);
    c.book.succeeded(at(1), good);
    CHECK(times_first(bad) == 1);
    c.book.answered(at(1), bad);
    CHECK(times_first(bad) > 1);
    CHECK(c.told == std::vector<std::string>{"out 192.0.2.1", "back 192.0.2.1"});
}

TEST_CASE("who reads that an address fails reads since when", "[addresses]")
{
    const auto rounds = 4000u;
    for (const check_number check : {check_number{0}, of_responses, check_number{7}}) {
        CAPTURE(check);
        shared_memory m(2 * rounds);
        child c(m);
        address_table table(m.records);
        std::vector<address_record*> records;
        for (unsigned i = 0; i < rounds; ++i)
            records.push_back(table.find(at(i), check));
        std::atomic<unsigned> old = 0;
        std::jthread reader([&] {
            for (auto* record : records) {
                while (record && record->failures.load(std::memory_order_acquire) == 0) {
                }
                const bool is_new = !record || (record->failing_since.load() != 0 &&
                                                (check == 7 || record->next_try.load() != 0));
                old += is_new ? 0 : 1;
            }
        });
        for (unsigned i = 0; i < rounds; ++i) {
            if (check == 0)
                c.book.failed(at(i), www, refusal);
            else if (check == of_responses)
                c.book.closed(at(i), www, refusal);
            else
                c.book.failed_check(at(i), www, check, {"status 503", {}, 503});
        }
        reader.join();
        CHECK(old == 0);
    }
}
