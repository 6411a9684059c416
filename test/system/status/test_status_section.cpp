// SPDX-License-Identifier: Apache-2.0
//
// What mod_status's page says of the module: backends, names, limits and engines, as they are.
#include "addresses.hpp"
#include "catch.hpp"
#include "deadline.hpp"
#include "mod_v6front/core/base/version.hpp"

#include <future>

using namespace v6front;
using place = twin_site::place;

namespace
{

struct bench {
    explicit bench(const way& w)
        : slow({script::read_request(), script::gate("go"),
                script::answer([](const auto&) { return response("late"); }), script::again()}),
          front(options(w))
    {
        twin.start(place::first);
        twin.start(place::second);
    }
    httpd_options options(const way& w)
    {
        auto o = options_for(w, twin.directives() + "V6FrontPass /slow http://four.test:" +
                                    std::to_string(slow.port()) +
                                    "/ max=7 queue=3\nV6FrontPass /gone http://gone.test/\n"
                                    "<Location /status>\nSetHandler server-status\n</Location>");
        o.modules = {"status"};
        // One process: what one knows, the next has to look up.
        o.children = 1;
        if (w.model == mpm::prefork)
            o.threads = 2;
        return o;
    }
    std::string page() { return get(front, "/status?auto").body; }
    bool says(const std::string& line)
    {
        last = page();
        return ("\n" + last).find("\n" + line + "\n") != std::string::npos;
    }
    // The key that has this value: "Backend[1]" of "V6FrontBackend[1]Name: x".
    std::string key(const std::string& value, const std::string& among = "V6Front")
    {
        const auto text = page();
        const auto end = text.find(": " + value + "\n", text.find("\n" + among));
        if (end == text.npos)
            return "none";
        const auto begin = text.rfind('\n', end) + 1;
        const auto key = text.substr(begin, end - begin);
        return key.ends_with("Name") ? key.substr(0, key.size() - 4) : key;
    }

    scripted_backend slow;
    twin_site twin{"twin.test"};
    httpd_server front;
    std::string last;
};

} // namespace

TEST_CASE("mod_status's page lists backends, names and limits as they are", "[status_section]")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    bench b(w);
    CHECK(get(b.front, b.twin.path()).status() == 200);
    CHECK(b.says(std::string("V6FrontVersion: ") + version));
    const auto address = b.key(b.twin.address_and_port(place::second));
    CHECK_THAT(address, ContainsSubstring("V6FrontBackend["));
    CHECK_THAT(address, ContainsSubstring("]Address[1]"));
    CHECK(b.says(address + "State: in use"));

    // Away, and back.
    b.twin.stop(place::second);
    const bool avoided = eventually([&] {
        get(b.front, b.twin.path());
        return b.says(address + "State: avoided");
    });
    INFO(b.last);
    CHECK(avoided);
    CHECK(b.last.find(address + "Seconds: ") != std::string::npos);
    b.twin.start(place::second);
    CHECK(eventually([&] { return b.says(address + "State: in use"); }));

    // A request in flight, at a backend with a name and a limit.
    auto late = std::async(std::launch::async, [&] { return get(b.front, "/slow"); });
    REQUIRE(b.slow.wait_for_hits(1));
    const auto site = b.key("four.test:" + std::to_string(b.slow.port()));
    CHECK(b.says(site + "Address[0]: " + b.slow.authority()));
    CHECK(b.says(site + "Address[0]InUse: 1"));
    CHECK(b.says("V6FrontLimit[0]Rule: V6FrontPass /slow http://four.test:" +
                 std::to_string(b.slow.port()) + "/"));
    CHECK(b.says("V6FrontLimit[0]InFlight: 1"));
    CHECK(b.says("V6FrontLimit[0]Max: 7"));
    CHECK(b.says("V6FrontLimit[0]Waiting: 0"));
    CHECK(b.says("V6FrontLimit[0]Queue: 3"));
    b.slow.open("go");
    CHECK(late.get().body == "late");
    CHECK(eventually([&] { return b.says("V6FrontLimit[0]InFlight: 0"); }));
    CHECK(eventually([&] { return b.says(site + "Address[0]InUse: 0"); }));
    CHECK(b.says(site + "Address[0]Idle: 1"));

    const auto name = b.key("four.test", "V6FrontName[");
    CHECK(b.says(name + "Addresses: 127.0.0.1"));
    CHECK(b.says(name + "State: found"));
    const auto gone = b.key("gone.test", "V6FrontName[");
    CHECK(b.says(gone + "Addresses: "));
    CHECK_FALSE(b.says(gone + "State: found"));
}

TEST_CASE("mod_status's page counts the clients of each engine", "[status_section]")
{
    const way w = GENERATE(from_range(adopted_ways()));
    INFO(w);
    bench b(w);
    const auto clients = [&] {
        const auto text = b.page();
        long all = 0;
        for (auto at = text.find("V6FrontEngine["); at != text.npos;
             at = text.find("V6FrontEngine[", at + 1)) {
            const auto key = text.find("]Clients: ", at);
            if (key != text.npos && key - at < 20)
                all += std::atol(text.c_str() + key + 10);
        }
        return all;
    };
    CHECK(eventually([&] { return clients() == 1; })); // who asks
    raw_client one(b.front.port(), client_for(b.front)), two(b.front.port(), client_for(b.front));
    for (auto* client : {&one, &two}) {
        client->send(request_text({b.twin.path()}));
        CHECK(client->read_response().status() == 200);
    }
    CHECK(eventually([&] { return clients() == 3; }));
    const auto html = get(b.front, "/status").body;
    CHECK_THAT(html, ContainsSubstring("<h2>mod_v6front</h2>"));
    CHECK_THAT(html, ContainsSubstring("<td>" + b.twin.address_and_port(place::first) + "</td>"));
}

TEST_CASE("mod_status's page counts the requests of each site", "[status_section]")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    bench b(w);
    for (int i = 0; i < 3; ++i)
        CHECK(get(b.front, b.twin.path()).status() == 200);
    CHECK(get(b.front, "/gone").status() == 502);
    const auto twin = b.key("http://twin.test:" + std::to_string(b.twin.port()), "V6FrontSite[");
    const auto site = [](const std::string& key) { return key.substr(0, key.find(']') + 1); };
    CHECK(eventually([&] { return b.says(site(twin) + "Requests: 3"); }));
    CHECK(b.says(site(twin) + "Failures: 0"));
    const auto gone = b.key("http://gone.test", "V6FrontSite[");
    CHECK(eventually([&] { return b.says(site(gone) + "Failures: 1"); }));
    CHECK_THAT(get(b.front, "/status").body, ContainsSubstring("<td>http://gone.test</td>"));
}
