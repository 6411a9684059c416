// SPDX-License-Identifier: Apache-2.0
//
// spread=client: a client's prefix stays at one address of several.
#include "unit/address_children.hpp"

#include "catch.hpp"

#include <map>

using namespace v6front;
using namespace v6front::test;

namespace
{

constexpr unsigned clients = 2000;
constexpr std::uint64_t prefix = 0x20010db800000000u;

// The address of each client, as that child sends it.
endpoint_list homes(child& c, endpoint_list addresses, std::optional<endpoint> avoid = {})
{
    endpoint_list all;
    for (unsigned i = 0; i < clients; ++i)
        all.push_back(c.arrange_for(prefix + i, addresses, avoid).front());
    return all;
}

} // namespace

TEST_CASE("a client stays at its address: whoever asks, whenever, in whichever order they are",
          "[addresses]")
{
    shared_memory m, after_restart;
    child one(m), other(m), later(after_restart);
    const auto busy = one.book.use(at(1));
    const auto first = homes(one, {at(1), at(2), at(3)});
    CHECK(homes(one, {at(1), at(2), at(3)}) == first);
    CHECK(homes(other, {at(3), at(1), at(2)}) == first);
    CHECK(homes(later, {at(2), at(3), at(1)}) == first);
    std::map<endpoint, unsigned> share;
    for (const auto& home : first)
        ++share[home];
    CHECK(share.size() == 3);
    for (const auto& [address, n] : share) {
        CAPTURE(address, n);
        CHECK(n > clients / 3 - 110); // five standard deviations of a fair draw
        CHECK(n < clients / 3 + 110);
    }
}

TEST_CASE("of an address that fails only its own clients move, evenly, and they come back",
          "[addresses]")
{
    shared_memory m;
    child one(m), other(m);
    const endpoint_list all{at(1), at(2), at(3)};
    const auto before = homes(one, all);
    one.book.failed(at(2), www, refusal);
    const auto meanwhile = homes(other, all);
    std::map<endpoint, unsigned> moved;
    for (unsigned i = 0; i < clients; ++i) {
        if (before[i] != at(2))
            REQUIRE(meanwhile[i] == before[i]);
        else
            ++moved[meanwhile[i]];
    }
    CHECK(moved.size() == 2);
    CHECK(moved[at(2)] == 0);
    CHECK(moved[at(1)] > 220); // of some 667
    CHECK(moved[at(3)] > 220);
    other.book.succeeded(at(2), www);
    CHECK(homes(one, all) == before);
}

TEST_CASE("an attempt that has failed goes to the client's next address, the same each time",
          "[addresses]")
{
    shared_memory m;
    child one(m);
    const endpoint_list all{at(1), at(2), at(3)};
    for (unsigned i = 0; i < 50; ++i) {
        const auto own = one.arrange_for(prefix + i, all);
        const auto again = one.arrange_for(prefix + i, all, own.front());
        CHECK(again[0] == own[1]);
        CHECK(again[1] == own[2]);
        CHECK(again[2] == own[0]);
    }
    // Where all fail, all are tried, in that order.
    for (const auto& address : all)
        one.book.failed(address, www, refusal);
    const auto own = one.arrange_for(prefix, all);
    CHECK(one.arrange_for(prefix, all) == own);
    CHECK(one.arrange_for(prefix, all, own.front()).front() == own[1]);
}

TEST_CASE("an address on trial is tried with a client of its own, and no other moves there",
          "[addresses]")
{
    shared_memory m;
    child one(m);
    const endpoint_list all{at(1), at(2)};
    const auto before = homes(one, all);
    one.book.closed(at(2), www, refusal);
    // At once it is too early for a trial; then one request of its own clients goes there.
    for (const auto& home : homes(one, all))
        CHECK(home == at(1));
    one.book.try_again_in(at(2), of_responses, {});
    unsigned sent = 0;
    const auto meanwhile = homes(one, all);
    for (unsigned i = 0; i < clients; ++i)
        if (meanwhile[i] == at(2)) {
            ++sent;
            CHECK(before[i] == at(2));
        }
    CHECK(sent == 1);
    one.book.answered(at(2), www);
    CHECK(homes(one, all) == before);
}
