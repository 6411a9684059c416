// SPDX-License-Identifier: Apache-2.0
//
// spread=client: a client's prefix stays at one address of a site that has several; only those of
// an address that fails move, and they come back. If the site gets one more address, only those
// move that it takes.
#include "addresses.hpp"
#include "catch.hpp"
#include "deadline.hpp"
#include "private_network.hpp"
#include "scripted_names.hpp"

#include <algorithm>
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

// Where each customer's client of that number gets to.
std::vector<std::string> homes_of(const httpd_server& front, const std::string& path, unsigned host)
{
    std::vector<std::string> all;
    for (unsigned customer = 0; customer < clients; ++customer) {
        const auto answer = ask(front, {path, "GET", {{"X-Client", client(customer, host)}}});
        CHECK(answer.status() == 200);
        all.push_back(answer.body);
    }
    return all;
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
    std::vector<std::string> homes(unsigned host) { return homes_of(front, site.path(), host); }

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

TEST_CASE("An address that a name gets takes clients from the others, which keep the rest",
          "[spread]")
{
    if (!private_network::possible("a site that gets one more address"))
        return;
    const private_network network;
    scripted_names names;
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    const std::string third = "127.0.0.4";
    const scripted_backend one(say("127.0.0.2"), 0, "127.0.0.2");
    const scripted_backend two(say("127.0.0.3"), one.port(), "127.0.0.3");
    const scripted_backend added(say(third), one.port(), third);
    names.say("site.test", {.a = {"127.0.0.2", "127.0.0.3"}});
    auto options = options_for_name(w, "site.test", one.port());
    options.site += " spread=client\nRemoteIPHeader X-Client\nRemoteIPInternalProxy ::1\n";
    options.global = "V6FrontResolve refresh=1 timeout=1\n";
    options.modules = {"remoteip"};
    const httpd_server front(options);
    const auto before = homes_of(front, "/", 1);
    CHECK(std::ranges::count(before, third) == 0);
    names.say("site.test", {.a = {third, "127.0.0.3", "127.0.0.2"}});
    std::vector<std::string> after;
    CHECK(eventually([&] { return (after = homes_of(front, "/", 2)) != before; }));
    after = homes_of(front, "/", 3); // by the new answer, all of them
    unsigned moved = 0;
    for (unsigned c = 0; c < clients; ++c)
        if (after[c] != before[c]) {
            CHECK(after[c] == third);
            ++moved;
        }
    CHECK(moved > 0);
    CHECK(moved < clients / 2 + clients / 4); // a third of them, more or less
}
