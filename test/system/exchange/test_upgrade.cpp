// SPDX-License-Identifier: Apache-2.0
//
// Upgrade (RFC 9110 7.8): how tunnels begin, behave and end.
#include "catch.hpp"
#include "exact_reads.hpp"
#include "tunnel_site.hpp"
#include "watching.hpp"
#include "ways.hpp"

#include <atomic>
#include <sys/resource.h>
#include <thread>

using namespace v6front;

namespace
{

const std::vector<std::pair<std::string, std::string>> websocket{
    {"Connection", "keep-alive, Upgrade"},
    {"Upgrade", "websocket"},
    {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
    {"Sec-WebSocket-Version", "13"}};

std::string upgrade_text(const std::string& target)
{
    return request_text({target, "GET", websocket});
}

// Reads until the text has come, and gives all that has.
std::string read_to(raw_client& client, const std::string& text)
{
    std::string got;
    while (got.find(text) == got.npos) {
        const std::string more = client.read_some();
        if (more.empty())
            break;
        got += more;
    }
    return got;
}

// A tunnel that is there: the 101 has been read.
raw_client tunnel_through(const httpd_server& front, const std::string& target,
                          client_options options)
{
    raw_client client(front.port(), options);
    client.send(upgrade_text(target));
    read_head(client, "101");
    return client;
}

raw_client tunnel_through(const httpd_server& front, const std::string& target)
{
    return tunnel_through(front, target, client_for(front));
}

} // namespace

TEST_CASE("A tunnel carries bytes both ways, from the first to the last", "[upgrade]")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    std::string asked;
    std::atomic<bool> ended = false;
    std::string heard;
    tunnel_site site([&](site_connection& peer) {
        if (peer.head().starts_with("GET /early")) {
            asked = peer.head();
            peer.send(switching("websocket", "Sec-WebSocket-Accept: x\r\nX-Gone: 1\r\n"
                                             "Connection: X-Gone\r\n") +
                      "behind the 101;");
            echo(peer);
        } else if (peer.head().starts_with("GET /client-ends")) {
            peer.send(switching());
            heard = peer.read(1000000); // to the client's end
            peer.send("last words");
        } else if (peer.head().starts_with("GET /site-ends")) {
            peer.send(switching() + "good-bye");
            peer.end_sending();
            heard = peer.read(1000000);
            ended = true;
        } else if (peer.head().starts_with("GET /site-resets")) {
            peer.send(switching());
            peer.reset();
        } else {
            peer.send(switching());
            echo(peer);
        }
    });
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));

    {
        INFO("bytes behind the 101, and behind the request");
        raw_client client(front.port(), client_for(front));
        client.send(upgrade_text("/early") + "early;");
        const std::string got = read_to(client, "early;");
        const std::string head = got.substr(0, got.find("\r\n\r\n") + 2);
        INFO(head);
        CHECK(got.ends_with("\r\n\r\nbehind the 101;early;"));
        CHECK(head.starts_with("HTTP/1.1 101 "));
        CHECK_THAT(head, ContainsSubstring("\r\nUpgrade: websocket\r\n"));
        CHECK_THAT(head, ContainsSubstring("\r\nConnection: Upgrade\r\n"));
        CHECK_THAT(head, ContainsSubstring("\r\nSec-WebSocket-Accept: x\r\n"));
        CHECK(head.find("X-Gone") == head.npos);
        CHECK(head.find("Content-Length") == head.npos);
        CHECK(head.find("Transfer-Encoding") == head.npos);
        CHECK_THAT(asked, ContainsSubstring("\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"));
        CHECK_THAT(asked, ContainsSubstring("\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"));
        CHECK(asked.find("keep-alive") == asked.npos);
        for (const std::string word : {"one", "two", "three"}) {
            client.send(word);
            CHECK(read_octets(client, word.size()) == word);
        }
        const std::string much = pattern(200000);
        std::string back;
        for (std::size_t at = 0; at < much.size(); at += 20000) {
            client.send(std::string_view(much).substr(at, 20000));
            back += read_octets(client, 20000);
        }
        CHECK(back == much);
    }
    CHECK(site.wait_for_open_connections(0));
    {
        INFO("the client ends its direction first");
        auto client = tunnel_through(front, "/client-ends");
        client.send("all of it");
        client.half_close();
        CHECK(client.read_until_close() == "last words");
        CHECK(heard == "all of it");
    }
    CHECK(site.wait_for_open_connections(0));
    {
        INFO("the site ends its direction first");
        heard.clear();
        auto client = tunnel_through(front, "/site-ends");
        CHECK(client.read_until_close() == "good-bye");
        client.send("one moment");
        CHECK_FALSE(ended);
        client.half_close();
        CHECK(site.wait_for_open_connections(0));
        CHECK(heard == "one moment");
    }
    {
        INFO("the site's connection breaks");
        auto client = tunnel_through(front, "/site-resets");
        CHECK(client.closed_by_peer());
        CHECK(site.wait_for_open_connections(0));
    }
    {
        INFO("the client vanishes");
        auto client = tunnel_through(front, "/echo");
        client.send("x");
        CHECK(read_octets(client, 1) == "x");
        client.reset();
        CHECK(site.wait_for_open_connections(0));
    }
    const auto lines = front.access_log(5);
    CHECK(lines.size() == 5);
    for (const auto& line : lines)
        CHECK_THAT(line, ContainsSubstring(" 101 "));
    for (const auto& line : front.complaints(1))
        CHECK_THAT(line, ContainsSubstring("V6F0105"));
}

TEST_CASE("A tunnel holds back who is faster than the other side, in both directions at once",
          "[upgrade]")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    constexpr std::size_t much = 24 * 1024 * 1024;
    const std::string piece = pattern(much / 24);
    std::atomic<std::size_t> sent = 0;
    std::atomic<std::size_t> heard = 0;
    std::atomic<bool> listens = false;
    tunnel_site site([&](site_connection& peer) {
        peer.send(switching());
        // Sends without listening, for as long as the test wants, then listens as well.
        std::size_t in_piece = 0;
        std::jthread writer([&] {
            while (sent < much) {
                const std::size_t n = peer.send_what_fits(std::string_view(piece).substr(in_piece));
                sent += n;
                in_piece = (in_piece + n) % piece.size();
                if (n == 0)
                    std::this_thread::yield();
            }
            peer.end_sending();
        });
        while (!listens && sent < much)
            std::this_thread::yield();
        for (std::string more = peer.read_some(); !more.empty(); more = peer.read_some())
            heard += more.size();
    });
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    client_options options = client_for(front);
    options.receive_buffer = 32768;
    auto client = tunnel_through(front, "/", options);
    // Nobody reads: both come to a stand long before they are through.
    std::size_t up = 0;
    const auto stands = [&] {
        const std::size_t before = sent + up;
        while (const std::size_t n = client.send_what_fits(
                   std::string_view(piece).substr(up % piece.size(), 65536))) {
            up += n;
            if (up >= much)
                break;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(20)); // a rate is what is looked at
        return before > 0 && before == sent + up;
    };
    CHECK(eventually(stands));
    CHECK(up < much);
    CHECK(sent < much);
    // Now both read, while both go on sending.
    listens = true;
    std::size_t down = 0;
    bool same = true;
    while (down < much) {
        const std::string more = client.read_some();
        if (more.empty())
            break;
        for (std::size_t i = 0; i < more.size(); i += 1009)
            same = same && more[i] == piece[(down + i) % piece.size()];
        down += more.size();
        if (up < much)
            up += client.send_what_fits(std::string_view(piece).substr(up % piece.size(), 65536));
    }
    CHECK(down == much);
    CHECK(same);
    client.half_close();
    CHECK(site.wait_for_open_connections(0));
    CHECK(heard == up);
}

TEST_CASE("An idle tunnel ends after the route's idle time, and not before", "[upgrade]")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    tunnel_site site([](site_connection& peer) {
        peer.send(switching());
        echo(peer);
    });
    const std::chrono::milliseconds idle(1000 * slowness());
    httpd_server front(options_for(w, "V6FrontPass / " + site.url() +
                                          " idle=" + std::to_string(idle.count()) + "ms"));
    auto client = tunnel_through(front, "/");
    const auto began = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - began < idle * 8 / 5) {
        client.send("x");
        REQUIRE(read_octets(client, 1) == "x");
        std::this_thread::sleep_for(std::chrono::milliseconds(100)); // the time that may not matter
    }
    CHECK(client.closed_by_peer());
    CHECK(std::chrono::steady_clock::now() - began >= idle * 5 / 2);
    CHECK(site.wait_for_open_connections(0));
    const auto lines = front.complaints(1);
    REQUIRE(lines.size() == 1);
    CHECK_THAT(lines[0], ContainsSubstring("V6F0105") && ContainsSubstring("idle"));
}

TEST_CASE("Thousands of idle tunnels cost no thread, and others are served beside them",
          "[upgrade]")
{
    const std::size_t many = 2500u / static_cast<unsigned>(slowness());
    // Each has two descriptors here, and two in httpd, which has its limit from here.
    rlimit descriptors{};
    REQUIRE(getrlimit(RLIMIT_NOFILE, &descriptors) == 0);
    descriptors.rlim_cur = descriptors.rlim_max;
    REQUIRE(setrlimit(RLIMIT_NOFILE, &descriptors) == 0);
    if (descriptors.rlim_max < 2 * many + 500) {
        WARN("no more than " << descriptors.rlim_max << " descriptors (ulimit -Hn): skipped");
        return;
    }
    tunnel_site site([](site_connection& peer) {
        if (peer.head().starts_with("GET /tunnel ")) {
            peer.send(switching());
            echo(peer);
        } else {
            peer.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
        }
    });
    // Those that are made first idle for as long as it takes to make the others.
    httpd_options options = options_for(every_way()[0], "V6FrontPass / " + site.url() + " idle=1h");
    options.connections_per_thread = 2; // nothing to an engine, which accepts them
    options.global = "V6FrontThreads 1\n";
    httpd_server front(options);
    CHECK(get(front, "/").body == "ok"); // what is made at first need is there
    // The workers, the engine, who watches it, the MPM's listener and the first thread. The MPM
    // makes workers while requests are served, by a thread that ends when it has.
    const unsigned all = options.threads + 4;
    CHECK(eventually([&] { return front.threads() == all; }));
    std::vector<raw_client> clients;
    for (std::size_t i = 0; i < many; ++i)
        clients.push_back(tunnel_through(front, "/tunnel"));
    CHECK(site.wait_for_open_connections(many));
    CHECK(get(front, "/").body == "ok");
    CHECK(front.threads() == all);
    for (std::size_t i = 0; i < many; ++i) {
        clients[i].send(std::to_string(i));
        CHECK(read_octets(clients[i], std::to_string(i).size()) == std::to_string(i));
    }
    CHECK(front.threads() == all);
    clients.clear();
    CHECK(site.wait_for_open_connections(0));
    CHECK(get(front, "/").body == "ok");
}
