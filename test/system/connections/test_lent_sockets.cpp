// SPDX-License-Identifier: Apache-2.0
//
// The socket of a connection that the module has taken, in the hands of another module: what polls
// and reads the client itself finds it as on a connection of httpd's own. Each is done by httpd
// without the module too.
#include "catch.hpp"
#include "deadline.hpp"
#include "exact_reads.hpp"
#include "scripted_backend.hpp"
#include "tunnel_site.hpp"
#include "two_hosts.hpp"
#include "user_agent.hpp"

#include <algorithm>
#include <chrono>
#include <ostream>
#include <thread>

using namespace v6front;

namespace
{

// How another module makes a tunnel of a client's connection.
struct tunnel_kind {
    std::string name;
    std::vector<std::string> modules;
    std::string directives; // SITE: 127.0.0.1 and the port
    std::string first{};    // sent ahead of the request for the tunnel, and answered with 200
    bool hears_early = true;
    bool halves = true; // one direction can end before the other
    bool ours = false;  // the module's own
};
std::ostream& operator<<(std::ostream& out, const tunnel_kind& k)
{
    return out << k.name;
}
const std::vector<tunnel_kind> tunnel_kinds{
    {"mod_proxy_http, upgrade=websocket",
     {"proxy", "proxy_http"},
     "ProxyPass / http://SITE/ upgrade=websocket"},
    {"ws:// by mod_proxy_http",
     {"proxy", "proxy_http", "proxy_wstunnel"},
     "ProxyPass / ws://SITE/"},
    // It polls before it has read, so what came with the request waits for what comes next.
    {"ws:// by mod_proxy_wstunnel",
     {"proxy", "proxy_wstunnel"},
     "ProxyPass / ws://SITE/",
     {},
     false,
     false},
    {"mod_proxy_connect",
     {"proxy", "proxy_connect"},
     "ServerAlias 127.0.0.1\nProxyRequests On\nAllowCONNECT PORT",
     "CONNECT SITE HTTP/1.1\r\nHost: other.test\r\n\r\n"},
    {"V6FrontEngine Off",
     {},
     "V6FrontEngine Off\nV6FrontPass / http://SITE/",
     {},
     true,
     true,
     true},
};

std::string with(std::string text, const std::string& name, const std::string& value)
{
    for (auto at = text.find(name); at != text.npos; at = text.find(name, at + value.size()))
        text.replace(at, name.size(), value);
    return text;
}

struct tunnels {
    tunnels(const server_way& w, const tunnel_kind& k)
        : kind(k),
          site([](site_connection& peer) {
              peer.send(switching());
              echo(peer);
          }),
          routed([](const received_request&) { return response("routed"); })
    {
        const std::string port = std::to_string(site.port());
        options = two_hosts(w, routed.url(),
                            with(with(k.directives, "SITE", "127.0.0.1:" + port), "PORT", port));
        options.modules = k.modules;
        opening = with(k.first, "SITE", "127.0.0.1:" + port);
    }

    raw_client open(const httpd_server& front, const std::string& early = {}) const
    {
        raw_client client(front.port(), client_for(front));
        if (!opening.empty()) {
            client.send(opening);
            read_head(client, "200");
        }
        client.send("GET /echo HTTP/1.1\r\nHost: other.test\r\nConnection: Upgrade\r\nUpgrade: "
                    "websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                    "Sec-WebSocket-Version: 13\r\n\r\n" +
                    early);
        read_head(client, "101");
        return client;
    }

    tunnel_kind kind;
    tunnel_site site;
    scripted_backend routed;
    httpd_options options;
    std::string opening;
};

bool says_back(raw_client& client, const std::string& word)
{
    client.send(word);
    return read_octets(client, word.size()) == word;
}

} // namespace

TEST_CASE("A tunnel of another module finds the client's socket as on a connection of httpd's own",
          "[sockets]")
{
    const server_way w = GENERATE(from_range(server_ways()));
    const tunnel_kind k = GENERATE(from_range(tunnel_kinds));
    if (k.ours && !w.with_module)
        return;
    INFO(w << ", " << k);
    tunnels through(w, k);
    httpd_server front(through.options);
    {
        INFO("every word, as soon as it is said");
        raw_client client = through.open(front, "early;");
        if (k.hears_early) {
            CHECK(read_octets(client, 6) == "early;");
        } else {
            client.send("late;");
            CHECK(read_octets(client, 11) == "early;late;");
        }
        for (int i = 0; i < 20; ++i)
            REQUIRE(says_back(client, "word " + std::to_string(i)));
        // More at once than any buffer on the way holds, and nothing behind it.
        const std::string much = pattern(300000);
        std::string back;
        for (std::size_t at = 0; at < much.size(); at += 30000) {
            client.send(std::string_view(much).substr(at, 30000));
            back += read_octets(client, 30000);
        }
        CHECK(back == much);
        client.close();
        CHECK(through.site.wait_for_open_connections(0));
    }
    {
        INFO("the client ends its direction first");
        raw_client client = through.open(front);
        client.send("all of it");
        client.half_close();
        if (k.halves)
            CHECK(client.read_until_close() == "all of it");
        CHECK(through.site.wait_for_open_connections(0));
    }
    {
        INFO("the client vanishes");
        raw_client client = through.open(front);
        CHECK(says_back(client, "x"));
        client.reset();
        CHECK(through.site.wait_for_open_connections(0));
    }
    CHECK(get(front, "/").status() == (w.with_module ? 200 : 404));
}

TEST_CASE("As many tunnels of other modules live as httpd has workers, whichever child has them",
          "[sockets]")
{
    const server_way w = GENERATE(from_range(server_ways()));
    if (!w.with_module) {
        return; // stock httpd may give a connection to a child whose workers are all busy
    }
    INFO(w);
    // mod_proxy itself allows each child no more connections to one ProxyPass than it has workers.
    const auto connect = std::find_if(tunnel_kinds.begin(), tunnel_kinds.end(),
                                      [](const auto& k) { return k.name == "mod_proxy_connect"; });
    tunnels through(w, *connect);
    through.options.children = 2;
    through.options.threads = 5;
    httpd_server front(through.options);
    for (int round = 0; round < 2; ++round) {
        std::vector<raw_client> clients;
        for (int i = 0; i < 10; ++i) {
            INFO(i);
            clients.push_back(through.open(front));
            CHECK(says_back(clients.back(), "hello"));
        }
        for (raw_client& client : clients)
            CHECK(says_back(client, "still there"));
        if (w.with_module) {
            CHECK(get(front, "/").body == "routed"); // these need no thread
        }
        clients.clear();
        CHECK(through.site.wait_for_open_connections(0));
    }
}

// httpd itself is killed by its parent, after ten seconds.
TEST_CASE("A stop ends the tunnels of other modules", "[sockets]")
{
    const server_way w = GENERATE(from_range(server_ways()));
    if (!w.with_module)
        return;
    INFO(w);
    tunnels through(w, tunnel_kinds[0]);
    httpd_server front(through.options);
    raw_client client = through.open(front);
    CHECK(says_back(client, "hello"));
    front.stop();
    CHECK(client.closed_by_peer());
    CHECK(through.site.wait_for_open_connections(0));
}

// Stock httpd keeps each old process for as long as its tunnels last.
TEST_CASE("Graceful restarts with a tunnel of another module at each leave a server that answers",
          "[sockets][graceful]")
{
    const server_way w = GENERATE(from_range(server_ways()));
    const tunnel_kind k = GENERATE(from_range(tunnel_kinds));
    // Ours: test_graceful_tunnels.cpp. TLS makes no difference to who ends it.
    if (!w.with_module || k.ours || (w.tls && k.name != tunnel_kinds[0].name))
        return;
    INFO(w << ", " << k);
    tunnels through(w, k);
    through.options.global = "V6FrontGracefulTimeout 1s\nServerLimit 2\n";
    httpd_server front(through.options);
    std::vector<raw_client> clients;
    for (int i = 0; i < 3; ++i) {
        INFO("restart " << i);
        clients.push_back(through.open(front));
        CHECK(says_back(clients.back(), "hello"));
        front.graceful();
        CHECK(get(front, "/").body == "routed");
    }
    for (raw_client& client : clients)
        CHECK(client.closed_by_peer());
    CHECK(through.site.wait_for_open_connections(0));
    const auto lines = front.complaints(4);
    const auto told = std::count_if(lines.begin(), lines.end(), [](const std::string& line) {
        return line.find("V6F0151") != line.npos;
    });
    CHECK(told == 3);
}

// What asks for no tunnel may take its time.
TEST_CASE("A long response of another module outlives the end of the old process's tunnels",
          "[sockets][graceful]")
{
    const server_way w = GENERATE(from_range(server_ways()));
    INFO(w);
    scripted_backend site({script::read_request(),
                           script::send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nstart"),
                           script::gate("go"), script::send("- end"), script::again()});
    scripted_backend routed([](const received_request&) { return response("routed"); });
    httpd_options options = two_hosts(w, routed.url(), "ProxyPass / " + site.url());
    options.modules = {"proxy", "proxy_http"};
    options.global =
        std::string(w.with_module ? "V6FrontGracefulTimeout 1s\n" : "") + "ServerLimit 3\n";
    httpd_server front(options);
    user_agent client(front);
    client.send(
        {"/", "GET", {{"Connection", "Upgrade"}, {"Upgrade", "h2c"}}, "", false, "other.test"});
    CHECK(client.read_body(5).body == "start");
    front.graceful();
    std::this_thread::sleep_for(std::chrono::milliseconds(1500)); // which this is about
    site.open("go");
    const http_message answer = client.read_response();
    CHECK(answer.complete);
    CHECK(answer.body == "start- end");
}
