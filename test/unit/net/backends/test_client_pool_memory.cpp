// SPDX-License-Identifier: Apache-2.0
//
// The pool of clients where one piece of memory after the other is missing.
#include "mod_v6front/net/backends/client_pool.hpp"

#include "unit/missing_memory.hpp"
#include "unit/two_ends.hpp"

#include <new>

using namespace v6front;
using namespace v6front::test;

namespace
{

const endpoint site_address = loopback(80);

} // namespace

TEST_CASE("a connection for which there is no memory is closed, and counted nowhere",
          "[client_pool]")
{
    const descriptors_kept kept;
    const int client = 0;
    int piece = 0;
    for (bool was_missed = true; was_missed;) {
        INFO("piece " << ++piece);
        site_usage usage;
        client_pool clients(&usage);
        const two_ends c;
        const connection_identity identity{site_address};
        detached_socket socket(c.own());
        {
            const missing_memory one(piece);
            try {
                clients.put_named(&client, identity, std::move(socket), client_pool::no_limit);
            } catch (const std::bad_alloc&) {
            }
            was_missed = one.was_missed();
        }
        const auto told = clients.snapshot();
        CHECK(told.named == (was_missed ? 0 : 1));
        CHECK(usage.idle(usage.find(site_address)) == told.named);
        CHECK(c.is_closed() == was_missed);
    }
    CHECK(piece > 2);
}

TEST_CASE("without memory the pool of clients is looked over the next time", "[client_pool]")
{
    client_pool clients;
    int asked = 0, piece = 0;
    clients.set_looker([&asked] {
        if (++asked == 1)
            throw std::bad_alloc();
    });
    const two_ends one, other;
    clients.put_login(&one, {site_address}, detached_socket(one.own()));
    clients.put_login(&other, {site_address}, detached_socket(other.own()));
    CHECK(asked == 2);
    one.say("bytes"); // so that there is something to note
    for (bool was_missed = true; was_missed;) {
        INFO("piece " << ++piece);
        const missing_memory missing(piece);
        const bool goes_on = clients.look_over();
        was_missed = missing.was_missed();
        CHECK(goes_on);
        CHECK_FALSE(other.is_closed());
    }
    CHECK(piece > 1);
    CHECK(one.is_closed());
}
