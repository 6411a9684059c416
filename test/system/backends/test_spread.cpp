// SPDX-License-Identifier: Apache-2.0
//
// spread=client: a client's prefix stays at one address of a site that has several; only those of
// an address that fails move, and they come back.
#include "addresses.hpp"
#include "catch.hpp"
#include "deadline.hpp"

#include <map>

using namespace v6front;
using place = twin_site::place;

namespace
{

constexpr unsigned clients = 24;

// A client of that customer, in its /64; mod_remoteip tells the front.
std::string client(unsigned customer, unsigned host)
{
    return "2001:db8:0:" + std::to_string(customer) + "::" + std::to_string(host);
}

scripted_backend::steps says_where(place which)
{
    return {script::read_request(), script::answer([which](const received_request&) {
                return response(twin_site::address(which));
            }),
            script::again()};
}

struct spread_bench {
    explicit spread_bench(const way& w) : front(options(w))
    {
        for (const auto which : {place::first, place::second})
            site.start(which, says_where(which));
    }
    httpd_options options(const way& w)
    {
        auto o = options_for(w, site.directives("spread=client") +
                                    "RemoteIPHeader X-Client\nRemoteIPInternalProxy ::1\n");
        o.modules = {"remoteip"};
        o.children = w.model == mpm::prefork ? 1 : 2;
        return o;
    }
    std::string home(unsigned customer, unsigned host)
    {
        const auto answer =
            ask(front, {site.path(), "GET", {{"X-Client", client(customer, host)}}});
        CHECK(answer.status() == 200);
        return answer.body;
    }
    std::vector<std::string> homes(unsigned host)
    {
        std::vector<std::string> all;
        for (unsigned c = 0; c < clients; ++c)
            all.push_back(home(c, host));
        return all;
    }

    twin_site site{"spread.test"};
    httpd_server front;
};

} // namespace

TEST_CASE("A client's prefix stays at one of several addresses, and comes back to it", "[spread]")
{
    const way w = GENERATE(from_range(one_of_each_mpm()));
    INFO(w);
    spread_bench b(w);
    const auto before = b.homes(1);
    std::map<std::string, unsigned> share;
    for (const auto& home : before)
        ++share[home];
    CHECK(share.size() == 2);
    CHECK(b.homes(2) == before); // another host of the same customers
    CHECK(b.homes(3) == before);

    b.site.stop(place::second);
    const std::vector<std::string> first(clients, twin_site::address(place::first));
    CHECK(b.homes(4) == first); // no request fails, and those of the other stay

    b.site.start(place::second, says_where(place::second));
    CHECK(eventually([&] { return b.homes(5) == before; }));

    b.front.graceful(); // other processes, and nothing shared with those before
    CHECK(b.homes(6) == before);
}
