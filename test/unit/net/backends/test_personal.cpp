// SPDX-License-Identifier: Apache-2.0
#include "unit/front.hpp"
#include "unit/two_ends.hpp"

#include <future>

using namespace v6front;
using namespace v6front::test;
using namespace std::chrono_literals;

namespace
{

const connection_identity here{loopback(80)};
const connection_identity there{loopback(81)};

std::optional<personal_connections::taken> take(personal_connections& own,
                                                const connection_identity& of,
                                                std::chrono::milliseconds patience = 0ms)
{
    return own.take({}, std::span(&of.address, 1), patience);
}

outcome exchange(front& f, personal_connections& own, std::string_view method = "GET")
{
    auto peer = f.make_client();
    auto order = f.order(method);
    order.own_connections = &own;
    return finish(f.engine_.context(), run_exchange(f.engine_, peer, order));
}

} // namespace

TEST_CASE("what belongs to a client is taken by its address", "[personal]")
{
    const descriptors_kept none_lost;
    const auto idle = std::make_shared<client_pool>();
    personal_connections own(idle);
    CHECK_FALSE(take(own, here));
    const two_ends c;
    own.reserve(here).keep(detached_socket(c.own()));
    CHECK_FALSE(take(own, there));
    const std::array<endpoint, 2> both{there.address, here.address};
    auto got = own.take({}, both, 0ms);
    REQUIRE(got);
    CHECK(got->socket.descriptor() == c.own());
    CHECK(got->place.of() == here);
    got->place.keep(std::move(got->socket));

    SECTION("one that the site has closed is not")
    {
        c.leave();
        CHECK_FALSE(take(own, here));
        CHECK(own.reserve(here).of() == here);
    }
    SECTION("and is closed before somebody wants it, which leaves its place to another")
    {
        c.leave();
        CHECK_FALSE(idle->look_over());
        CHECK(c.is_closed());
        CHECK(own.reserve(here).of() == here);
        CHECK(own.snapshot().empty()); // that claim was given up
    }
    SECTION("nor one on which it has said something")
    {
        REQUIRE(::send(c.ends[1], "x", 1, MSG_NOSIGNAL) == 1);
        CHECK_FALSE(take(own, here));
        CHECK(c.is_closed());
    }
    SECTION("there is one for each address")
    {
        const two_ends more;
        own.reserve(here).keep(detached_socket(more.own()));
        CHECK(more.is_closed());
        CHECK_FALSE(c.is_closed());
    }
    SECTION("it ends with the client")
    {
        const two_ends late;
        auto claim = own.reserve(there);
        own.end();
        CHECK(c.is_closed());
        CHECK_FALSE(take(own, here));
        claim.keep(detached_socket(late.own()));
        CHECK(late.is_closed());
    }
}

TEST_CASE("streams of one client take turns", "[personal]")
{
    const descriptors_kept none_lost;
    personal_connections own;
    const two_ends c;
    std::optional held(own.reserve(here));
    // A page that is made of pages of the same site would wait for itself.
    CHECK_FALSE(take(own, here, patience));
    CHECK_FALSE(std::async(std::launch::async, [&] { return take(own, here, 20ms); }).get());

    auto next = std::async(std::launch::async, [&] { return take(own, here, patience); });
    SECTION("the next one gets it")
    {
        held->keep(detached_socket(c.own()));
        auto got = next.get();
        REQUIRE(got);
        CHECK(got->socket.descriptor() == c.own());
        got->place.keep(std::move(got->socket));
    }
    SECTION("it is gone, and the next one waits no longer")
    {
        held.reset();
        CHECK_FALSE(next.get());
        ::close(c.own());
    }
}

TEST_CASE("an exchange leaves a personal connection to its client", "[personal]")
{
    const descriptors_kept none_lost;
    front f;
    personal_connections alice;
    personal_connections bob;
    const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    const std::string challenge =
        "HTTP/1.1 401 No\r\nWWW-Authenticate: NTLM\r\nContent-Length: 0\r\n\r\n";
    // The first has served bob when it becomes alice's.
    f.site.script({expect(end_of_head), send(ok), expect(end_of_head), send(challenge),
                   expect(end_of_head), send(ok), expect(end_of_head), send(ok), close()});
    f.site.script({expect(end_of_head), send(ok), expect(end_of_head), send(ok)});
    CHECK(exchange(f, bob).status == 200);
    CHECK(f.idle() == 1);
    CHECK(exchange(f, alice).status == 401);
    CHECK(f.idle() == 0);
    CHECK(exchange(f, bob).status == 200);
    CHECK(f.site.visits() == 2);
    CHECK(f.idle() == 1);
    // A POST too, without any promise.
    CHECK(exchange(f, alice, "POST").status == 200);
    CHECK(exchange(f, alice).pooled);
    CHECK(f.idle() == 1);
    // What the site has ended is missed by nobody.
    REQUIRE(until(f.engine_.context(), [&f] { return !f.site[0].socket.is_open(); }));
    CHECK(exchange(f, alice).status == 200);
    CHECK(f.site.visits() == 2);

    SECTION("a login has a connection that nobody has used, though others are idle")
    {
        f.site.script({expect("NTLM TlRM"), send(ok)});
        f.fields = {{"Authorization", "NTLM TlRM"}};
        CHECK(exchange(f, bob).status == 200);
        CHECK(f.site.visits() == 3);
        bob.end();
        CHECK(f.has_left(2));
    }
    SECTION("without a place to keep it, it is closed")
    {
        f.site.script({expect(end_of_head), send(ok)});
        f.fields = {{"Authorization", "Negotiate YIIB"}};
        auto peer = f.make_client();
        CHECK(f.run(peer).status == 200);
        CHECK(f.has_left(2));
    }
}
