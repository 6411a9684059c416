// SPDX-License-Identifier: Apache-2.0
//
// What a request asks of its connection: where that comes from, and what goes first on it.
#include "mod_v6front/net/backends/connect.hpp"

#include "unit/front.hpp"

#include <boost/asio/read.hpp>

#include <sys/resource.h>

#include <iostream>

using namespace v6front;
using namespace v6front::test;
using namespace std::chrono_literals;

namespace
{

const std::string name_of_one = "PROXY TCP4 192.0.2.1 198.51.100.1 1000 80\r\n";
const std::string name_of_other = "PROXY TCP4 192.0.2.2 198.51.100.1 1000 80\r\n";
const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

asio::ip::address_v4 at(const char* address)
{
    return asio::ip::make_address_v4(address);
}

struct terms_bench {
    asio::io_context context;
    deadline_list deadlines{context};
    acceptor site{context, loopback()};

    result<std::shared_ptr<backend_connection>> connect(const connection_terms& terms,
                                                        const connect_report& report = {})
    {
        const std::array<connection_identity, 1> to{{{site.local_endpoint(), nullptr, terms}}};
        return finish(context, connect_to_backend(context, deadlines, to, 5s, report));
    }
};

outcome exchange(front& f, personal_connections& own, const connection_terms& terms,
                 std::string_view method = "GET")
{
    auto peer = f.make_client();
    auto order = f.order(method);
    order.own_connections = &own;
    order.terms = terms;
    return finish(f.engine_.context(), run_exchange(f.engine_, peer, order));
}

} // namespace

TEST_CASE("a connection comes from the address that it is to come from", "[terms]")
{
    const descriptors_kept kept;
    terms_bench b;
    for (const char* source : {"127.0.0.1", "127.0.0.7", "127.200.0.9"}) {
        CAPTURE(source);
        const auto c = b.connect({at(source), {}});
        REQUIRE(c.has_value());
        CHECK((*c)->identity().terms.source == at(source));
        CHECK(b.site.accept().remote_endpoint().address() == at(source));
        (*c)->close();
    }
}

TEST_CASE("an address that this machine does not have is no fault of the site's", "[terms]")
{
    const descriptors_kept kept;
    terms_bench b;
    for (const char* source : {"192.0.2.1", "203.0.113.255"}) {
        CAPTURE(source);
        unsigned told = 0;
        const auto c =
            b.connect({at(source), {}}, [&told](const endpoint&, const failure*) { ++told; });
        REQUIRE_FALSE(c.has_value());
        CHECK(c.error().reason == reason::no_source_address);
        CHECK(describe(c.error().reason).whose == fault::front);
        CHECK(c.error().detail == source);
        CHECK(told == 0);
    }
}

TEST_CASE("a loopback address that cannot reach a site elsewhere is no fault of the site's",
          "[terms]")
{
    const descriptors_kept kept;
    terms_bench b;
    const endpoint elsewhere{asio::ip::make_address_v4("198.51.100.77"), 80};
    const std::array<connection_identity, 1> to{{{elsewhere, nullptr, {at("127.0.0.5"), {}}}}};
    const auto c = finish(b.context, connect_to_backend(b.context, b.deadlines, to, 5s, {}));
    REQUIRE_FALSE(c.has_value());
    if (c.error().cause == asio::error::network_unreachable) {
        std::cout << "skipped: this machine has no route to anywhere\n";
        return;
    }
    CHECK(c.error().reason == reason::no_source_address);
    CHECK(c.error().detail == "127.0.0.5");
}

TEST_CASE("one source has as many ports to each site as there are, not for all together", "[terms]")
{
    // IP_BIND_ADDRESS_NO_PORT: the same port may be in use to another site.
    terms_bench b;
    const auto c = b.connect({at("127.0.0.9"), {}});
    REQUIRE(c.has_value());
    tcp_socket far = b.site.accept();
    int on = 0;
    socklen_t size = sizeof on;
    // What was asked of the socket can be read of it.
    std::optional<int> near;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        const int fd = std::stoi(entry.path().filename().string());
        sockaddr_in local{};
        socklen_t length = sizeof local;
        if (::getsockname(fd, reinterpret_cast<sockaddr*>(&local), &length) == 0 &&
            local.sin_family == AF_INET && ntohs(local.sin_port) == far.remote_endpoint().port())
            near = fd;
    }
    REQUIRE(near);
    REQUIRE(::getsockopt(*near, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, &size) == 0);
    CHECK(on == 1);
    (*c)->close();
}

TEST_CASE("the preface goes first, once, on each new connection", "[terms]")
{
    const descriptors_kept kept;
    front f;
    personal_connections one, other;
    f.site.script({expect(name_of_one + "GET /x"), expect(end_of_head), send(ok), expect("GET /x"),
                   expect(end_of_head), send(ok), close()});
    f.site.script({expect(name_of_other + "GET /x"), expect(end_of_head), send(ok)});
    f.site.script({expect(name_of_one + "GET /x"), expect(end_of_head), send(ok)});
    CHECK(exchange(f, one, {{}, name_of_one}).status == 200);
    CHECK(f.idle() == 0); // in no pool
    CHECK(exchange(f, other, {{}, name_of_other}).status == 200);
    const auto again = exchange(f, one, {{}, name_of_one});
    CHECK(again.status == 200);
    CHECK(again.pooled);
    CHECK(f.site.visits() == 2);
    // The site has closed it: a new one, with the header.
    REQUIRE(until(f.engine_.context(), [&f] { return !f.site[0].socket.is_open(); }));
    CHECK(exchange(f, one, {{}, name_of_one}).status == 200);
    CHECK(f.site.visits() == 3);
    one.end();
    CHECK(f.has_left(2));
    CHECK_FALSE(f.site[1].left);
    other.end();
    CHECK(f.has_left(1));
}

TEST_CASE("another source is another connection, and makes room for it", "[terms]")
{
    const descriptors_kept kept;
    front f;
    personal_connections own;
    for (int i = 0; i < 6; ++i)
        f.site.script({expect(end_of_head), send(ok), expect(end_of_head), send(ok)});
    const connection_terms a{at("127.0.0.2"), {}}, b{at("127.0.0.3"), {}}, c{at("127.0.0.4"), {}},
        d{at("127.0.0.5"), {}}, e{at("127.0.0.6"), {}};
    CHECK_FALSE(exchange(f, own, a).pooled);
    CHECK_FALSE(exchange(f, own, b).pooled);
    CHECK(exchange(f, own, a).pooled);
    CHECK(f.idle() == 2);
    CHECK_FALSE(exchange(f, own, c).pooled);
    CHECK_FALSE(exchange(f, own, d).pooled);
    // No more may be idle: a new one displaces one that comes from elsewhere.
    CHECK(f.idle() == 4);
    CHECK_FALSE(exchange(f, own, e).pooled);
    CHECK(f.idle() == 4);
    CHECK(exchange(f, own, e).pooled);
    const auto closed = [&f] {
        std::size_t n = 0;
        for (std::size_t i = 0; i < f.site.visits(); ++i)
            n += f.site[i].left;
        return n;
    };
    CHECK(until(f.engine_.context(), [&] { return closed() == 1; }));
    CHECK_FALSE(f.site[4].left); // that of e
}

TEST_CASE("a connection with a name is used as others are", "[terms]")
{
    const descriptors_kept kept;
    front f;
    const auto clients = std::make_shared<client_pool>(&f.engine_.idle_connections().usage());
    f.services.clients = clients.get();
    personal_connections own(clients);
    for (int i = 0; i < 3; ++i)
        f.site.script({expect(end_of_head), send(ok), expect(end_of_head), send(ok)});
    const connection_terms terms{{}, name_of_one};
    CHECK(exchange(f, own, terms).status == 200);
    CHECK(clients->snapshot().named == 1);

    SECTION("on a route that reuses none it is left alone")
    {
        f.rules.reuse = false;
        CHECK_FALSE(exchange(f, own, terms).pooled);
        CHECK(f.site.visits() == 2);
        CHECK(f.has_left(1));
        f.rules.reuse = true;
        CHECK(exchange(f, own, terms).pooled);
    }
    SECTION("where a route keeps none it is closed")
    {
        f.rules.max_idle = 0;
        CHECK(exchange(f, own, terms).pooled);
        CHECK(f.has_left(0));
    }
    SECTION("a login begins on a new one")
    {
        f.fields = {{"Authorization", "Negotiate YIIB"}};
        CHECK_FALSE(exchange(f, own, terms).pooled);
        f.fields.clear();
        CHECK(own.snapshot().size() == 1);
        CHECK(exchange(f, own, terms).pooled);
        CHECK(clients->snapshot().logins == 1);
        CHECK(clients->snapshot().named == 1);
    }
    SECTION("where descriptors run out, it is given up")
    {
        personal_connections second(clients), other(clients);
        CHECK(exchange(f, second, {{}, name_of_other}).status == 200);
        CHECK(clients->snapshot().named == 2); // room for both ends of a new one
        rlimit before{};
        REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
        const auto next = static_cast<rlim_t>(::dup(0));
        ::close(static_cast<int>(next));
        const rlimit few{next, before.rlim_max};
        REQUIRE(setrlimit(RLIMIT_NOFILE, &few) == 0);
        const auto happened = exchange(f, other, {{}, name_of_other});
        REQUIRE(setrlimit(RLIMIT_NOFILE, &before) == 0);
        CHECK(failed(happened).empty());
        CHECK(f.has_left(0));
        CHECK(f.has_left(1));
        other.end();
    }
    own.end();
    CHECK(clients->snapshot().named == 0);
    CHECK(clients->snapshot().logins == 0);
}
