// SPDX-License-Identifier: Apache-2.0
//
// Several rules and sites at the same addresses: what is done for one, or learnt of it, is not done
// in the way of another, nor held against it.
#include "addresses.hpp"
#include "catch.hpp"
#include "deadline.hpp"
#include "https_site.hpp"
#include "named_site.hpp"
#include "ways.hpp"

#include <map>

using namespace v6front;
using namespace std::chrono_literals;

namespace
{

struct terms_case {
    const char* what;
    const char* rules[2]; // the keys of each, in the order in which they are written
    unsigned asked;       // which of these has a request that fails
    const char* begins;   // what comes first on a try: the start of its line
};

const terms_case terms_cases[]{
    {"none, before a PROXY header", {"", " proxyprotocol=v1"}, 0, ""},
    {"none, after a PROXY header", {" proxyprotocol=v1", ""}, 1, ""},
    {"a PROXY header, after none", {"", " proxyprotocol=v1"}, 1, "PROXY TCP4 127.0.0.1 127.0.0.3 "},
    {"a PROXY header, after an address to come from",
     {" bindv4=127.3.0.1", " proxyprotocol=v1"},
     1,
     "PROXY TCP4 127.0.0.1 127.0.0.3 "},
    {"an address to come from, after a PROXY header",
     {" proxyprotocol=v1", " bindv4=127.3.0.1"},
     1,
     ""},
    {"both, after one",
     {" proxyprotocol=v1", " proxyprotocol=v1 bindv4=127.3.0.1"},
     1,
     "PROXY TCP4 127.3.0.1 127.0.0.3 "},
};

} // namespace

TEST_CASE("An address is tried on the terms of the rule that it has failed", "[shared_addresses]")
{
    const terms_case& c = GENERATE(from_range(std::begin(terms_cases), std::end(terms_cases)));
    INFO(c.what);
    const named_site well(1000000, free_port(), "127.0.0.2");
    const auto url = "http://twin.test:" + std::to_string(well.port()) + "/";
    httpd_options options = options_for(
        short_list().front(), "V6FrontBackendV4 twin.test 127.0.0.2 127.0.0.3\nV6FrontPass /0/ " +
                                  url + c.rules[0] + "\nV6FrontPass /1/ " + url + c.rules[1]);
    options.children = 1;
    const httpd_server front(options);
    const auto path = "/" + std::to_string(c.asked) + "/";
    await("that address to be out of use", [&] {
        CHECK(get(front, path).status() == 200);
        return front.error_log().find("V6F0110") != std::string::npos;
    });
    const named_site back(1000000, well.port(), "127.0.0.3");
    CHECK(lines_about(front, "V6F0111", "127.0.0.3:" + std::to_string(well.port()), 1) == 1);
    // No request has gone there yet.
    REQUIRE(
        eventually([&] { return back.connections() > 0 && back.wait_for_open_connections(0); }));
    const auto lines = back.first_lines();
    if (*c.begins) {
        CHECK_THAT(lines[0], Catch::Matchers::StartsWith(c.begins));
    } else {
        CHECK(lines[0].empty());
    }
}

TEST_CASE("A health check is made on the terms of each rule", "[shared_addresses]")
{
    const named_site site;
    const auto begin = [](const std::string& line) { return line.substr(0, line.find(' ')); };
    const httpd_server front(options_for(
        short_list().front(), "V6FrontPass /plain/ " + site.url() + "\nV6FrontPass /also/ " +
                                  site.url() + "\nV6FrontPass /named/ " + site.url() +
                                  " proxyprotocol=v1\nV6FrontCheck uri=/health interval=200ms\n"));
    std::map<std::string, unsigned> made;
    CHECK(eventually([&] {
        made.clear();
        for (const auto& line : site.first_lines())
            ++made[begin(line)];
        return made["GET"] >= 3 && made["PROXY"] >= 3;
    }));
    // The two rules that connect in the same way share a check.
    CHECK(made["GET"] <= made["PROXY"] + 3);
    CHECK(front.error_log().find("V6F0112") == std::string::npos);
}

TEST_CASE("A certificate that is wrong for one site says nothing of another at that address",
          "[shared_addresses]")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    certificate_authority ca;
    const scripted_backend backend([](const received_request&) { return response("ok"); });
    relay_options both, one;
    both.certificate = ca.issue({.names = {"good.test", "bad.test"}});
    both.address = "127.0.0.2";
    const tls_relay first(backend.port(), both);
    one.certificate = ca.issue({.names = {"good.test"}});
    one.address = "127.0.0.3";
    one.port = first.port();
    const tls_relay second(backend.port(), one);
    httpd_options options =
        options_for(w, "V6FrontPass /good/ " + first.url("good.test") +
                           " reuse=off\nV6FrontPass /bad/ " + first.url("bad.test") +
                           " reuse=off\nV6FrontBackendV4 127.0.0.2 127.0.0.3\n"
                           "V6FrontTLS ca=" +
                           ca.file() + "\n");
    options.children = 1;
    const httpd_server front(options);
    // The front has refused the certificate: of all connections, those for bad.test.
    const auto at_second = [&second](const std::string& name) {
        std::size_t n = 0;
        for (const auto& c : second.seen())
            n += c.version.empty() == (name == "bad.test");
        return n;
    };
    await("a request at the address with the wrong certificate", [&] {
        CHECK(get(front, "/bad/").status() == 200);
        return at_second("bad.test") > 0;
    });
    // While it is avoided for the one, the other goes there as before, and does not bring it back.
    for (int i = 0; i < 24; ++i)
        CHECK(get(front, "/good/").status() == 200);
    CHECK(at_second("good.test") >= 4);
    const auto before = at_second("bad.test");
    for (int i = 0; i < 24; ++i)
        CHECK(get(front, "/bad/").status() == 200);
    CHECK(at_second("bad.test") <= before + 3); // now and then it is tried
}

namespace
{

struct slow_case {
    const char* what;
    std::chrono::milliseconds first, second; // think before they answer
    std::size_t most; // connections for five requests, at both addresses, on a healthy machine
    std::chrono::milliseconds longest; // of a request
};

// A second is the patience, of three for connecting.
const slow_case slow_cases[]{
    {"both at once", 0ms, 0ms, 5, 1s},
    {"both after 400 ms, as far sites do", 400ms, 400ms, 5, 2s},
    {"both after 700 ms", 700ms, 700ms, 5, 2s},
    {"one not at all", 0ms, 20s, 6, 2500ms},
};

} // namespace

TEST_CASE("A site that takes its time for TLS gets one connection for each", "[shared_addresses]")
{
    const way w = GENERATE(from_range(short_list()));
    const slow_case& c = GENERATE(from_range(std::begin(slow_cases), std::end(slow_cases)));
    INFO(w << ": " << c.what);
    certificate_authority ca;
    const scripted_backend backend([](const received_request&) { return response("ok"); });
    relay_options how;
    how.certificate = ca.issue();
    how.address = "127.0.0.2";
    how.thinks = c.first;
    const tls_relay first(backend.port(), how);
    how.address = "127.0.0.3";
    how.port = first.port();
    how.thinks = c.second;
    const tls_relay second(backend.port(), how);
    httpd_options options = options_for(w, "V6FrontPass / " + first.url() +
                                               " reuse=off\nV6FrontBackendV4 site.test 127.0.0.2 "
                                               "127.0.0.3\nV6FrontTLS ca=" +
                                               ca.file() + "\n");
    options.children = 1;
    const httpd_server front(options);
    std::size_t held_up = 0; // the machine may take a second for a handshake, too
    for (int i = 0; i < 5; ++i) {
        const auto begun = std::chrono::steady_clock::now();
        CHECK(get(front, "/").status() == 200);
        const auto took = std::chrono::steady_clock::now() - begun;
        CHECK(took < patience(c.longest));
        held_up += c.second < 1s && took >= 1s;
    }
    CHECK(first.seen().size() + second.seen().size() <= c.most + held_up);
    CHECK(first.seen().size() + second.seen().size() >= 5);
    CHECK(front.error_log().find("V6F0110") == std::string::npos);
}
