// SPDX-License-Identifier: Apache-2.0
//
// Addresses that take connections and close them without a response.
#include "unit/address_children.hpp"

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
    one.book.closed(at(1), "site", silence);
    two.book.succeeded(at(1), "site");
    CHECK(times_first(one) == 0);
    CHECK(times_first(two) == 0);
    CHECK(one.told.empty());
    two.book.closed(at(1), "site", silence);
    two.book.succeeded(at(1), "site");
    one.book.closed(at(1), "site", silence);
    one.book.closed(at(1), "site", silence);
    CHECK(one.told == std::vector<std::string>{"out 192.0.2.1"});
    CHECK(two.told.empty());
    // Where nothing else is left, it is asked.
    for (unsigned i = 2; i <= 3; ++i)
        one.book.failed(at(i), "site", refusal);
    CHECK(times_first(one) > 0);
    for (unsigned i = 2; i <= 3; ++i)
        one.book.succeeded(at(i), "site");
    CHECK(times_first(one) == 0);
    two.book.answered(at(1), "site");
    two.book.answered(at(1), "site");
    CHECK(two.told == std::vector<std::string>{"back 192.0.2.1"});
    CHECK(times_first(one) > 0);
}

TEST_CASE("one request of all finds out whether there are responses again, the next twice as late",
          "[addresses]")
{
    shared_memory m;
    child one(m), two(m);
    one.book.closed(at(1), "site", silence);
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
        one.book.closed(at(1), "site", silence);
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
    one.book.failed(at(1), "site", refusal);
    one.book.try_again_in(at(1), of_responses, 0ms);
    CHECK(times_first() == 0);
    one.book.try_again_in(at(1), of_responses, 1h);
    one.book.succeeded(at(1), "site");
    CHECK(times_first() == 1);
}
