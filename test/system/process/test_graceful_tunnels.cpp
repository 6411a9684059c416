// SPDX-License-Identifier: Apache-2.0
//
// Tunnels, and responses that do not end, when the server is restarted gracefully: they do not keep
// a process for ever (V6FrontGracefulTimeout), and their clients are told.
#include "catch.hpp"
#include "deadline.hpp"
#include "user_agent.hpp"
#include "websocket_client.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <list>
#include <vector>

using namespace v6front;

namespace
{

const std::string going_away = websocket_frame(opcode::close, "\x03\xe9");

httpd_options with_a_short_end(const way& w, const std::string& site, unsigned processes = 10)
{
    httpd_options options =
        options_for(w, (w.http2 ? "H2WebSockets On\n" : "") + ("V6FrontPass / " + site));
    options.global = "V6FrontGracefulTimeout 1s\n";
    options.threads = w.model == mpm::prefork ? processes : 10;
    if (w.model != mpm::prefork)
        options.global += "ServerLimit 3\n";
    return options;
}

std::size_t count(const std::vector<std::string>& lines, const std::string& text)
{
    return static_cast<std::size_t>(
        std::count_if(lines.begin(), lines.end(), [&text](const std::string& line) {
            return line.find(text) != std::string::npos;
        }));
}

// "GET /3 HTTP/1.1": the row that this connection plays.
std::size_t row_of(const site_connection& peer)
{
    return static_cast<std::size_t>(std::atoi(peer.head().c_str() + 5));
}

} // namespace

TEST_CASE("Graceful restarts with a tunnel open at each leave a server that answers", "[graceful]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    tunnel_site site([](site_connection& peer) {
        if (peer.field("Upgrade").empty()) {
            peer.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
            return;
        }
        peer.send(websocket_accepted(peer));
        peer.read_some(); // to the end
    });
    // Places for three generations, whatever the MPM calls them.
    httpd_server front(with_a_short_end(w, site.url(), 3));
    std::list<websocket_client> open;
    for (int i = 0; i < 5; ++i) {
        INFO("restart " << i);
        open.emplace_back(front);
        front.graceful();
        CHECK(get(front, "/").body == "ok");
    }
    CHECK(site.wait_for_open_connections(0));
    for (websocket_client& client : open)
        CHECK(client.read_to_end() == going_away);
    CHECK(eventually([&] { return count(front.complaints(6), "V6F0105") == 5; }));
    // One line of each child; how many there were is up to the MPM.
    CHECK(count(front.complaints(6), "V6F0146") >= 1);
}

TEST_CASE("A tunnel that outlives a restart by too long ends where its protocol allows it",
          "[graceful]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    const std::string hello = websocket_frame(opcode::text, "hello");
    const std::string large = websocket_frame(opcode::binary, pattern(50000));
    struct row {
        std::string what;
        std::string sent;
        std::string closed; // what follows that of ours
    };
    const std::vector<row> rows{
        {"after whole frames", hello + large, going_away},
        {"before any", "", going_away},
        {"in the middle of a frame", hello + large.substr(0, 30000), ""},
        {"in the middle of a frame's head", hello + "\x81", ""},
        {"after the site's own Close", hello + going_away, ""},
        {"where it is no WebSocket", "\xf3\xff\xff\xff", ""},
    };
    const std::string word = websocket_frame(opcode::text, "word", true);
    std::atomic<std::size_t> heard = 0;
    tunnel_site site([&](site_connection& peer) {
        peer.send(websocket_accepted(peer) + rows[row_of(peer)].sent);
        heard += peer.read(1000000) == word ? 1 : 0;
    });
    httpd_server front(with_a_short_end(w, site.url()));
    std::list<websocket_client> clients;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        auto& client = clients.emplace_back(front, "/" + std::to_string(i));
        CHECK(client.read(rows[i].sent.size()) == rows[i].sent);
        client.send(word);
    }
    front.graceful();
    for (const row& r : rows) {
        INFO(r.what);
        CHECK(clients.front().read_to_end() == r.closed);
        CHECK_FALSE(clients.front().was_reset());
        clients.pop_front();
    }
    CHECK(site.wait_for_open_connections(0));
    CHECK(heard == rows.size());
    const std::size_t children = w.model == mpm::prefork ? rows.size() : 1;
    const auto lines = front.complaints(rows.size() + children);
    CHECK(count(lines, "V6F0105") == rows.size());
    CHECK(count(lines, ": this server is restarting") == rows.size());
    CHECK(count(lines, "V6F0146") == children);
    CHECK(count(lines, std::to_string(rows.size() / children) + " tunnels and 0") == children);
}

TEST_CASE("A Close frame finds its place between frames that come without a pause", "[graceful]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    const std::string one = websocket_frame(opcode::text, std::string(1000, 'x'));
    std::atomic<bool> done = false;
    tunnel_site site([&](site_connection& peer) {
        peer.send(websocket_accepted(peer));
        while (!done && peer.send(one)) {
        }
    });
    httpd_server front(with_a_short_end(w, site.url()));
    websocket_client client(front);
    CHECK(client.read(one.size()) == one);
    front.graceful();
    bool whole = true;
    std::string frame = client.read(going_away.size());
    while (!frame.empty() && frame != going_away) {
        frame += client.read(one.size() - frame.size());
        whole = whole && frame == one;
        frame = client.read(going_away.size());
    }
    done = true;
    CHECK(whole);
    CHECK(frame == going_away);
    CHECK(client.read_to_end().empty());
    CHECK(site.wait_for_open_connections(0));
}

TEST_CASE("The client's answer to the Close frame reaches the site", "[graceful]")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    std::string heard;
    tunnel_site site([&](site_connection& peer) {
        peer.send(websocket_accepted(peer));
        heard = peer.read(1000000);
    });
    httpd_server front(with_a_short_end(w, site.url()));
    websocket_client client(front);
    front.graceful();
    CHECK(client.read(going_away.size()) == going_away);
    const std::string answer = websocket_frame(opcode::close, "\x03\xe9", true);
    client.send(answer);
    CHECK(client.read_to_end().empty());
    CHECK(site.wait_for_open_connections(0));
    CHECK(heard == answer);
}

TEST_CASE("A response that outlives a restart by too long is cut, and one can see it", "[graceful]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    const std::string event = "data: something\n\n";
    const std::string chunk = "11\r\n" + event + "\r\n";
    const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n";
    struct row {
        std::string what;
        std::string sent;
        bool without_end = false; // the same event, again and again
        int status = 200;
    };
    const std::vector<row> rows{
        {"in chunks", head + "Transfer-Encoding: chunked\r\n\r\n" + chunk},
        {"to the end of the connection", head + "\r\n" + event},
        {"with a length", head + "Content-Length: 1000\r\n\r\n" + event},
        {"that never pauses", head + "Transfer-Encoding: chunked\r\n\r\n" + chunk, true},
        {"that has not begun", "", false, 503},
    };
    tunnel_site site([&](site_connection& peer) {
        const row& r = rows[row_of(peer)];
        peer.send(r.sent);
        while (r.without_end && peer.send(chunk)) {
        }
        peer.read_some(); // to the end
    });
    httpd_server front(with_a_short_end(w, site.url()));
    std::list<user_agent> clients;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        auto& client = clients.emplace_back(front);
        client.send({"/" + std::to_string(i)});
        if (rows[i].status == 200)
            CHECK(client.read_body(event.size()).body.starts_with(event));
    }
    REQUIRE(site.wait_for_open_connections(rows.size()));
    front.graceful();
    for (const row& r : rows) {
        INFO(r.what);
        const http_message answer = clients.front().read_response();
        CHECK(answer.status() == r.status);
        CHECK(answer.truncated() == (r.status == 200));
        clients.pop_front();
    }
    CHECK(site.wait_for_open_connections(0));
    const std::size_t children = w.model == mpm::prefork ? rows.size() : 1;
    const auto lines = front.complaints(rows.size() + children);
    CHECK(count(lines, "V6F0145") == rows.size());
    CHECK(count(lines, "V6F0146") == children);
    CHECK(count(lines, " 0 tunnels and " + std::to_string(rows.size() / children)) == children);
}
