// SPDX-License-Identifier: Apache-2.0
//
// V6FrontBindV4: what an unmodified site sees of its clients, in its own log and by its own rules.
#include "addresses.hpp"
#include "catch.hpp"
#include "local_networks.hpp"
#include "plain_server.hpp"
#include "text_lines.hpp"
#include "user_agent.hpp"
#include "ways.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <algorithm>
#include <map>
#include <set>

using namespace v6front;
using Catch::Matchers::StartsWith;
using kind = plain_server::kind;

namespace
{

constexpr const char* open_site = "";

http_message page(const httpd_server& front, const std::string& client,
                  const std::string& target = "/page")
{
    user_agent agent(front, {.from = client});
    agent.send({target});
    return agent.read_response();
}

// The n-th customer's network, and a host there.
std::string client(unsigned n, const std::string& host = "1")
{
    char text[64];
    std::snprintf(text, sizeof text, "2001:db8:%x:%x::%s", n >> 16, n & 0xffff, host.c_str());
    return text;
}

bool is_about_an_address(const std::string& log)
{
    return log.find("V6F011") != std::string::npos;
}

} // namespace

TEST_CASE("The site sees the address of V6FrontBindV4", "[sources]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    const plain_server site(kind::httpd, open_site);
    struct row {
        const char* directives;
        const char* keys;
        const char* seen;
    };
    // All of 127.0.0.0/8 is this machine's.
    const row rows[]{
        {"", "", "127.0.0.1"},
        {"V6FrontBindV4 127.3.0.1", "", "127.3.0.1"},
        {"V6FrontBindV4 127.3.0.1", " bindv4=127.3.0.2", "127.3.0.2"},
        {"V6FrontBindV4 127.3.0.1", " bindv4=off", "127.0.0.1"},
        {"V6FrontBindV4 127.3.0.1\n<Location /page>\nV6FrontBindV4 127.3.0.4/32\n</Location>", "",
         "127.3.0.4"},
        {"V6FrontBindV4 127.3.0.1\n<Location /page>\nV6FrontBindV4 off\n</Location>", "",
         "127.0.0.1"},
    };
    std::size_t requests = 0;
    for (const row& r : rows) {
        INFO(r.directives << r.keys);
        httpd_server front(
            options_for(w, std::string(r.directives) + "\nV6FrontPass / " + site.url() + r.keys));
        for (int i = 0; i < 3; ++i) {
            CHECK(get(front, "/page").body == "page");
            CHECK(site.clients(++requests).back() == r.seen);
        }
        CHECK(front.complaints() == no_complaints);
    }
}

TEST_CASE("The main server's V6FrontBindV4 is every virtual host's", "[sources]")
{
    const plain_server site(kind::httpd, open_site);
    httpd_options options = options_for(every_way()[0], "V6FrontPass / " + site.url());
    options.global = "V6FrontBindV4 127.3.0.5";
    httpd_server front(options);
    CHECK(get(front, "/page").body == "page");
    CHECK(site.clients(1).back() == "127.3.0.5");
}

TEST_CASE("An address that the machine does not have is said at the start, and in a clear line",
          "[sources]")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    const plain_server site(kind::nginx, "server { listen 127.0.0.1:@port@; }");
    const std::string text = "V6FrontPass /page " + site.url() +
                             "page bindv4=203.0.113.9\nV6FrontPass /admin " + site.url() +
                             "admin\n<Location /other>\nV6FrontPass " + site.url() +
                             "\nV6FrontBindV4 127.0.0.1\t\"203.0.113.16/29\"\n</Location>\n";
    const httpd_options options = options_for(w, text);
    const command_result tested = configtest(options);
    CHECK(tested.code == 0); // it may come up later
    httpd_server front(options);
    for (const std::string& said : {tested.output, front.error_log()}) {
        INFO(said);
        CHECK_THAT(said,
                   ContainsSubstring("V6F0255: V6FrontPass /page") &&
                       ContainsSubstring("does not have 203.0.113.9, 1 of 1 addresses") &&
                       ContainsSubstring("V6F0255: V6FrontBindV4 127.0.0.1 203.0.113.16/29") &&
                       ContainsSubstring("does not have 203.0.113.16, 203.0.113.17, "
                                         "203.0.113.18, ..., 8 of 9 addresses") &&
                       ContainsSubstring("(\"ip address add 203.0.113.9/32 dev lo\"), or") &&
                       ContainsSubstring("(\"ip route add local 203.0.113.16/29 dev lo\"), or") &&
                       ContainsSubstring("httpd.conf:"));
    }
    for (int i = 0; i < 3; ++i) {
        const http_message refused = get(front, "/page");
        CHECK(refused.status() == 503);
        CHECK(refused.has("Retry-After"));
        CHECK(get(front, "/admin").body == "admin");
    }
    const auto lines = front.complaints(3);
    REQUIRE(lines.size() == 3);
    for (const std::string& line : lines) {
        CHECK_THAT(line, ContainsSubstring("V6F0102") &&
                             ContainsSubstring("this machine cannot connect from the address of "
                                               "V6FrontBindV4") &&
                             ContainsSubstring("203.0.113.9"));
    }
    CHECK_FALSE(is_about_an_address(front.error_log()));
}

TEST_CASE("A loopback address that is to reach another machine is said at the start", "[sources]")
{
    auto options = options_for(short_list().front(),
                               "V6FrontPass /far http://192.0.2.80/ bindv4=127.0.0.2,203.0.113.9\n"
                               "V6FrontPass /near http://127.0.0.1:9/ bindv4=127.0.0.2\n"
                               "V6FrontPass /own http://192.0.2.81/ bindv4=203.0.113.9\n"
                               "V6FrontPass /name http://far.test/ bindv4=127.0.0.0/30");
    options.hosts += "192.0.2.82 far.test\n";
    const command_result tested = configtest(options);
    CHECK(tested.code == 0);
    const httpd_server front(options);
    for (const std::string& said : {tested.output, front.error_log()}) {
        INFO(said);
        CHECK_THAT(said, ContainsSubstring("V6F0258: V6FrontPass /far http://192.0.2.80/") &&
                             ContainsSubstring("V6FrontBindV4 has 127.0.0.2, and from") &&
                             ContainsSubstring("no way to 192.0.2.80: clients"));
    }
    CHECK(count(tested.output, "V6F0258") == 2);
    CHECK_THAT(tested.output, ContainsSubstring("V6FrontBindV4 has 127.0.0.0, and from") &&
                                  ContainsSubstring("no way to 192.0.2.82: clients"));
    CHECK(count(front.error_log(), "V6F0258") == 1); // names are not looked up at the start
}

TEST_CASE("From a loopback address this machine's own addresses are reached", "[sources]")
{
    if (!private_network::possible("a site at an address of this machine"))
        return;
    const private_network network;
    network.add_addresses("192.0.2.5", "fe80::5");
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    const scripted_backend site([](const received_request&) { return response("ok"); }, 0,
                                "192.0.2.5");
    const httpd_server front(options_for(
        w, "V6FrontPass / http://192.0.2.5:" + std::to_string(site.port()) + "/ bindv4=127.0.0.2"));
    CHECK(get(front, "/").body == "ok");
    CHECK(count(front.error_log(), "V6F0258") == 0);
}

TEST_CASE("No address of a site is avoided for one that this machine lacks", "[sources][addresses]")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    twin_site site("twin.test");
    site.start(twin_site::place::first);
    site.start(twin_site::place::second);
    httpd_server front(options_for(w, site.directives("bindv4=203.0.113.9") +
                                          "\n<Location /well/>\nV6FrontPass http://" + site.name() +
                                          ":" + std::to_string(site.port()) + "/\n</Location>\n"));
    constexpr unsigned several = 5;
    for (unsigned i = 0; i < several; ++i)
        CHECK(get(front, site.path()).status() == 503);
    CHECK(front.complaints(several).size() == several);
    CHECK(ask_often(front, "/well/", 4 * several).failed == 0);
    CHECK(site.at(twin_site::place::first).hits() > 0);
    CHECK(site.at(twin_site::place::second).hits() > 0);
    CHECK_FALSE(is_about_an_address(front.error_log()));
}

TEST_CASE("An address that has failed is tried from the address of V6FrontBindV4",
          "[sources][addresses]")
{
    twin_site site("twin.test");
    site.start(twin_site::place::first);
    httpd_server front(
        options_for(every_way()[0], site.directives("bindv4=127.3.0.9 proxyprotocol=off")));
    CHECK(ask_often(front, site.path(), 10).failed == 0);
    CHECK(lines_about(front, "V6F0110", site.address(twin_site::place::second), 1) == 1);
    // Who listens there sees who tries.
    boost::asio::io_context context;
    boost::asio::ip::tcp::acceptor listener(
        context,
        {boost::asio::ip::make_address(site.address(twin_site::place::second)), site.port()});
    CHECK(listener.accept().remote_endpoint().address().to_string() == "127.3.0.9");
}

TEST_CASE("Clients have an address of the pool each, for ever", "[sources]")
{
    if (!private_network::possible("addresses for clients"))
        return;
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    const local_networks network;
    const plain_server site(kind::nginx, "server { listen 127.0.0.1:@port@; }");
    httpd_options options =
        options_for(w, "V6FrontPass / " + site.url() + "\nV6FrontBindV4 192.0.2.16/28\n");
    options.children = w.model == mpm::prefork ? 1 : 2;
    std::size_t requests = 0;
    std::map<std::string, std::string> sources; // by the client's network
    {
        httpd_server front(options);
        constexpr unsigned each = 20;
        for (unsigned n = 0; n < 16 * each; ++n) {
            REQUIRE(page(front, client(n)).body == "page");
            sources[client(n)] = site.clients(++requests).back();
        }
        std::map<std::string, unsigned> clients;
        for (const auto& [who, source] : sources)
            ++clients[source];
        CHECK(clients.size() == 16);
        for (const auto& [source, n] : clients) {
            INFO(source << ": " << n);
            CHECK_THAT(source, StartsWith("192.0.2."));
            CHECK(n >= each / 4); // 20 +- 3.4 deviations
            CHECK(n <= 2 * each);
        }
        // Another host of the same network, in any child; and before and after a restart.
        for (unsigned n = 0; n < 20; ++n) {
            REQUIRE(page(front, client(n, "beef:1")).body == "page");
            CHECK(site.clients(++requests).back() == sources[client(n)]);
        }
        front.graceful();
        for (unsigned n = 0; n < 20; ++n) {
            REQUIRE(page(front, client(n)).body == "page");
            CHECK(site.clients(++requests).back() == sources[client(n)]);
        }
        CHECK(front.complaints() == no_complaints);
    }
    // One address more: who moves, moves there.
    options.site = "V6FrontPass / " + site.url() + "\nV6FrontBindV4 192.0.2.16/28 192.0.2.99\n";
    httpd_server front(options);
    unsigned moved = 0;
    for (unsigned n = 0; n < 100; ++n) {
        REQUIRE(page(front, client(n)).body == "page");
        const std::string now = site.clients(++requests).back();
        moved += now != sources[client(n)];
        CHECK((now == sources[client(n)] || now == "192.0.2.99"));
    }
    CHECK(moved > 0);
    CHECK(moved < 20); // 100 / 17
}

TEST_CASE("A site bans one client of the pool, and the others stay", "[sources]")
{
    if (!private_network::possible("a site that bans a client"))
        return;
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    const local_networks network;
    std::string banned, next;
    for (int round = 0; round < 2; ++round) {
        const plain_server site(kind::httpd,
                                banned.empty() ? ""
                                               : "<Location />\n<RequireAll>\nRequire all granted\n"
                                                 "Require not ip " +
                                                     banned + "\n</RequireAll>\n</Location>\n");
        httpd_server front(options_for(w, "V6FrontPass / " + site.url() +
                                              "\nV6FrontBindV4 192.0.2.16-192.0.2.31\n"));
        unsigned refused = 0;
        for (unsigned n = 0; n < 40; ++n) {
            const int status = page(front, client(n)).status();
            const std::string seen = site.clients(n + 1).back();
            CHECK(status == (seen == banned ? 403 : 200));
            refused += status == 403;
            if (round == 0 && n == 7)
                next = seen;
        }
        CHECK((refused > 0) == (round == 1));
        CHECK(refused < 12);
        CHECK(page(front, client(7)).status() == (round == 0 ? 200 : 403));
        banned = next;
    }
}
