// SPDX-License-Identifier: Apache-2.0
//
// V6FrontProxyProtocol: what real receivers make of the header, and which requests share a
// connection that begins with one.
#include "catch.hpp"
#include "identity_site.hpp"
#include "named_site.hpp"
#include "plain_server.hpp"
#include "user_agent.hpp"
#include "ways.hpp"

#include <algorithm>
#include <set>
#include <sstream>

using namespace v6front;
using Catch::Matchers::EndsWith;
using Catch::Matchers::Equals;
using Catch::Matchers::StartsWith;
using kind = plain_server::kind;

namespace
{

// Each answers with what it was told: the client's address and port, and where that has connected
// to; "?" where it does not say.
struct receiver {
    kind what;
    const char* site;
};

constexpr receiver receivers[] = {
    {kind::nginx, "server { listen 127.0.0.1:@port@ proxy_protocol; location / { return 200 "
                  "'$proxy_protocol_addr $proxy_protocol_port $proxy_protocol_server_addr "
                  "$proxy_protocol_server_port'; } }"},
    {kind::haproxy, " bind 127.0.0.1:@port@ accept-proxy\n http-request return status 200 "
                    "content-type text/plain lf-string \"%[src] %[src_port] %[dst] %[dst_port]\""},
    {kind::httpd, "RemoteIPProxyProtocol On\n"
                  "Header set Told \"expr=%{REMOTE_ADDR} ? ? ?\""},
};

struct told_addresses {
    std::string client, client_port, server, server_port;
};

told_addresses ask_what_it_was_told(user_agent& agent, const std::string& target,
                                    const std::string& real = {})
{
    question q{target};
    if (!real.empty())
        q.fields = {{"X-Real", real}};
    agent.send(q);
    const http_message m = agent.read_response();
    REQUIRE(m.status() == 200);
    std::istringstream words(m.has("Told") ? m.value("Told") : m.body);
    told_addresses t;
    words >> t.client >> t.client_port >> t.server >> t.server_port;
    return t;
}

http_message ask_page(user_agent& agent, const std::string& target = "/",
                      const std::string& method = "GET")
{
    question q{target, method};
    if (method == "POST")
        q.body = "a form";
    agent.send(q);
    return agent.read_response();
}

// The streams of HTTP/2 run on borrowed threads, as do requests of the other models.
std::string front_for(const named_site& site, const std::string& more = {})
{
    return "V6FrontPass / " + site.url() + "\nV6FrontProxyProtocol v1\n" + more;
}

} // namespace

TEST_CASE("Real receivers learn the client of a PROXY header", "[proxy_protocol]")
{
    const way w = GENERATE(from_range(every_way()));
    const std::string version = GENERATE("v1", "v2");
    INFO(w << ", " << version);
    std::vector<std::unique_ptr<plain_server>> sites;
    std::string routes =
        "V6FrontProxyProtocol " + version + "\nRemoteIPHeader X-Real\nRemoteIPInternalProxy ::1\n";
    for (const receiver& r : receivers) {
        sites.push_back(std::make_unique<plain_server>(r.what, r.site));
        routes += "V6FrontPass /" + to_string(r.what) + "/ " + sites.back()->url() + "\n";
    }
    httpd_options options = options_for(w, routes);
    options.modules.emplace_back("remoteip");
    options.listen_ipv4 = true;
    httpd_server front(options);
    for (const std::string address : {"::1", "127.0.0.1"}) {
        INFO(address);
        user_agent agent(front, {.to = address});
        std::set<std::string> ports;
        for (const receiver& r : receivers) {
            INFO(to_string(r.what));
            const told_addresses t = ask_what_it_was_told(agent, "/" + to_string(r.what) + "/page");
            CHECK(t.client == address);
            if (t.server != "?") {
                ports.insert(t.client_port);
                CHECK(t.server == address);
                CHECK(t.server_port == std::to_string(front.port()));
            }
        }
        CHECK(ports.size() == 1); // the client's own
        CHECK(ports.count("0") == 0);
        user_agent other(front, {.to = address});
        CHECK(ports.count(ask_what_it_was_told(other, "/nginx/page").client_port) == 0);
    }
    // An IPv4 client of a load balancer over IPv6. Of octets httpd writes IPv4.
    user_agent balancer(front);
    for (const receiver& r : receivers) {
        INFO(to_string(r.what));
        const auto t =
            ask_what_it_was_told(balancer, "/" + to_string(r.what) + "/page", "192.0.2.7");
        const bool writes_ipv4 = r.what == kind::httpd && version == "v2";
        CHECK(t.client == (writes_ipv4 ? "192.0.2.7" : "::ffff:192.0.2.7"));
    }
    CHECK(front.complaints() == no_complaints);
}

TEST_CASE("Only the same client's requests share a connection with a PROXY header",
          "[proxy_protocol]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    named_site site;
    httpd_server front(options_with(w, front_for(site)));
    {
        user_agent one(front), other(front);
        for (int i = 0; i < 3; ++i) {
            CHECK(ask_page(other).body == "ok");
            CHECK(ask_page(one).body == "ok");
            CHECK(ask_page(one, "/", "POST").body == "ok");
        }
        CHECK(site.connections() == 2);
        const auto lines = site.first_lines();
        const std::string ends = " " + std::to_string(front.port());
        for (const std::string& line : lines)
            CHECK_THAT(line, StartsWith("PROXY TCP6 ::1 ::1 ") && EndsWith(ends));
        CHECK(lines[0] != lines[1]);
        for (const std::string& all : site.received()) {
            CHECK(all.find("PROXY", 1) == std::string::npos); // once, and first
        }
        one.leave();
        CHECK(site.wait_for_open_connections(1));
        CHECK(ask_page(other).body == "ok");
    }
    CHECK(site.wait_for_open_connections(0)); // they end with the client
}

TEST_CASE("A request that is sent again has its PROXY header again", "[proxy_protocol]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    named_site site(1); // gives each connection up when a second request comes
    httpd_server front(options_with(w, front_for(site)));
    user_agent agent(front);
    for (int i = 0; i < 3; ++i)
        CHECK(ask_page(agent).body == "ok");
    // One is served, the next is sent again, and leaves a connection that has served one.
    CHECK(site.connections() == 3);
    const auto lines = site.first_lines();
    CHECK(std::set<std::string>(lines.begin(), lines.end()).size() == 1);
    CHECK_THAT(lines[0], StartsWith("PROXY TCP6 ::1 ::1 "));
    CHECK(front.complaints() == no_complaints);
}

TEST_CASE("What a connection with a PROXY header must not be used for", "[proxy_protocol]")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    named_site site;
    // Where it is off, by route or location, there is none, and the pool is everybody's.
    scripted_backend plain(
        [](const received_request& r) { return response(r.message.start_line.substr(0, 3)); });
    httpd_server front(options_with(
        w, front_for(site, "V6FrontPass /off/ " + plain.url() +
                               " proxyprotocol=off\n<Location /also/>\nV6FrontPass " + plain.url() +
                               "\nV6FrontProxyProtocol Off\n</Location>\nV6FrontPass /once/ " +
                               site.url() + " reuse=off")));
    for (int i = 0; i < 3; ++i) {
        CHECK(get(front, "/off/x").body == "GET");
        CHECK(get(front, "/also/x").body == "GET");
    }
    CHECK(plain.connections() == 1);
    user_agent agent(front);
    for (int i = 0; i < 3; ++i)
        CHECK(ask_page(agent, "/once/x").body == "ok");
    CHECK(site.connections() == 3);
    CHECK(site.wait_for_open_connections(0));
}

TEST_CASE("A PROXY header has the address that mod_remoteip has found", "[proxy_protocol]")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    named_site site;
    httpd_options options =
        options_with(w, front_for(site, "RemoteIPHeader X-Real\nRemoteIPInternalProxy ::1"));
    options.modules.emplace_back("remoteip");
    httpd_server front(options);
    // A load balancer's connection, which carries requests of several clients.
    user_agent balancer(front);
    struct row {
        const char* real;
        const char* line;
        std::size_t connections; // so far
    };
    const row rows[]{
        {"2001:db8::7", "PROXY TCP6 2001:db8::7 ::1 ", 1},
        {"2001:db8::7", "PROXY TCP6 2001:db8::7 ::1 ", 1},
        {"192.0.2.7", "PROXY TCP6 ::ffff:192.0.2.7 ::1 ", 2}, // of two families, both are IPv6
        {"2001:db8::8", "PROXY TCP6 2001:db8::8 ::1 ", 3},
        {"192.0.2.7", "PROXY TCP6 ::ffff:192.0.2.7 ::1 ", 3},
    };
    for (const row& r : rows) {
        INFO(r.real);
        balancer.send({"/", "GET", {{"X-Real", r.real}}});
        CHECK(balancer.read_response().body == "ok");
        REQUIRE(site.connections() == r.connections);
        const auto lines = site.first_lines();
        CHECK(std::any_of(lines.begin(), lines.end(),
                          [&r](const std::string& line) { return line.starts_with(r.line); }));
    }
    // Of however many clients, two are kept for long.
    for (int i = 0; i < 30; ++i) {
        balancer.send({"/", "GET", {{"X-Real", "2001:db8::1:" + std::to_string(i)}}});
        CHECK(balancer.read_response().body == "ok");
    }
    CHECK(site.connections() == 33);
    CHECK(site.wait_for_open_connections(2));
}

TEST_CASE("Where a site closes without a response, the line says that it may be for the header",
          "[proxy_protocol]")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    using namespace script;
    scripted_backend site({close()});
    const bool on = GENERATE(true, false);
    const bool around = GENERATE(true, false); // by the directive, or by the key
    const std::string key = around ? "\nV6FrontProxyProtocol v1" : " proxyprotocol=v1";
    httpd_server front(options_for(w, "V6FrontPass / " + site.url() + (on ? key : "")));
    CHECK(get(front, "/").status() == 502);
    const auto lines = front.complaints(1);
    REQUIRE(lines.size() == 1);
    CHECK_THAT(lines[0], ContainsSubstring("V6F0102") && ContainsSubstring("502"));
    CHECK((lines[0].find("(V6FrontProxyProtocol is on: the site may not expect a PROXY header)") !=
           std::string::npos) == on);
}

TEST_CASE("A server that answers 400 to every PROXY header is named once", "[proxy_protocol]")
{
    const receiver r = GENERATE(values<receiver>(
        {{kind::nginx, "server { listen 127.0.0.1:@port@; location / { return 200 ok; } }"},
         {kind::haproxy, " bind 127.0.0.1:@port@\n http-request return status 200"},
         {kind::httpd, "Header set Told plain"}}));
    const std::string version = GENERATE("v1", "v2", "off");
    INFO(r.site << version);
    const plain_server site(r.what, r.site);
    httpd_server front(options_for(short_list().front(),
                                   "V6FrontPass / " + site.url() + " proxyprotocol=" + version));
    user_agent agent(front);
    const int wanted = version == "off" ? 200 : 400;
    for (int i = 0; i < 9; ++i)
        CHECK(ask_page(agent, "/page").status() == wanted);
    CHECK(front.error_log().find("V6F0154") == std::string::npos);
    for (int i = 0; i < 20; ++i)
        CHECK(ask_page(agent, "/page").status() == wanted);
    const auto lines = front.complaints(version == "off" ? 0 : 1);
    REQUIRE(lines.size() == (version == "off" ? 0 : 1));
    for (const auto& line : lines)
        CHECK_THAT(line, ContainsSubstring("V6F0154: backend 127.0.0.1:") &&
                             ContainsSubstring("V6FrontProxyProtocol off"));
}

TEST_CASE("A health check says that it is for no client", "[proxy_protocol]")
{
    const bool in_location = GENERATE(false, true);
    named_site site;
    std::string routes = "V6FrontPass / " + site.url() + " proxyprotocol=v1";
    if (in_location) {
        routes =
            "<Location />\nV6FrontPass " + site.url() + "\nV6FrontProxyProtocol v1\n</Location>";
    }
    const httpd_server front(
        options_for(every_way()[0], routes + "\nV6FrontCheck uri=/health interval=200ms"));
    REQUIRE(eventually([&] { return site.connections() >= 3; }));
    auto received = site.received();
    received.pop_back(); // may be under way
    for (const std::string& all : received) {
        CHECK_THAT(all, Equals("") || (StartsWith("PROXY TCP4 127.0.0.1 127.0.0.1 ") &&
                                       ContainsSubstring(" " + std::to_string(site.port()) +
                                                         "\r\nGET /health HTTP/1.1\r\n")));
    }
    CHECK(front.error_log().find("V6F0112") == std::string::npos);
}

TEST_CASE("Real receivers take a health check's PROXY header", "[proxy_protocol]")
{
    const std::string version = GENERATE("v1", "v2");
    INFO(version);
    std::vector<std::unique_ptr<plain_server>> sites;
    std::string routes =
        "V6FrontProxyProtocol " + version + "\nV6FrontCheck uri=/page interval=200ms\n";
    for (const receiver& r : receivers) {
        sites.push_back(std::make_unique<plain_server>(r.what, r.site));
        routes += "V6FrontPass /" + to_string(r.what) + "/ " + sites.back()->url() + "\n";
    }
    const httpd_server front(options_for(every_way()[0], routes));
    // A check comes from this machine itself, and whoever logs says so.
    INFO(front.error_log());
    for (std::size_t i = 0; i < sites.size(); ++i) {
        if (receivers[i].what != kind::haproxy) { // has no log here
            CHECK(sites[i]->clients(4).back() == "127.0.0.1");
        }
    }
    CHECK(front.error_log().find("V6F0112") == std::string::npos);
}

TEST_CASE("A PROXY header that nobody has asked a client for is a bad request", "[proxy_protocol]")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    using namespace std::string_literals;
    const std::string rows[]{
        "PROXY TCP6 2001:db8::1 ::1 1000 80\r\n",
        "PROXY TCP4 127.0.0.1 127.0.0.1 1000 80\r\n",
        "PROXY UNKNOWN\r\n",
        "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\x7f\0\0\x01\x7f\0\0\x01\x03\xe8\0\x50"s,
        "\r\n\r\n\0\r\nQUIT\n\x20\0\0\0"s,
    };
    for (const std::string& header : rows) {
        INFO(header);
        raw_client client(front.port(), client_for(front));
        client.send(header + request_text({"/"}));
        CHECK(client.read_response().status() == 400);
        CHECK(client.closed_by_peer());
    }
    CHECK(site.hits() == 0);
    CHECK(get(front, "/").body == "ok");
}
