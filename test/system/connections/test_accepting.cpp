// SPDX-License-Identifier: Apache-2.0
//
// Connections that the engines accept themselves: which they take, which go to the MPM after their
// first bytes, and that none of them needs a worker.
#include "accepting.hpp"
#include "catch.hpp"
#include "scripted_backend.hpp"
#include "tls_handshake.hpp"
#include "two_hosts.hpp"

#include <filesystem>

using namespace v6front;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace
{

const std::string given_back = "V6F0182";

const way& tls_way()
{
    static const way w{"event, adopted, TLS", mpm::event, true};
    return w;
}

bool send_in_pieces(raw_client& to, std::string_view bytes, std::size_t size)
{
    while (!bytes.empty()) {
        if (!to.send(bytes.substr(0, size)))
            return false;
        bytes.remove_prefix(std::min(size, bytes.size()));
    }
    return true;
}

// To its end on both sides.
void shake_hands(raw_client& client, tls_handshake& tls, std::size_t size)
{
    while (!tls.is_done()) {
        REQUIRE(send_in_pieces(client, tls.says(), size));
        const std::string heard = client.read_some();
        REQUIRE_FALSE(heard.empty());
        tls.hears(heard);
    }
    REQUIRE(send_in_pieces(client, tls.says(), size));
}

std::string ask_over(raw_client& client, tls_handshake& tls, const std::string& text)
{
    tls.write(text);
    client.send(tls.says());
    std::string answer;
    while (answer.find("\r\n\r\nok") == std::string::npos) {
        const std::string heard = client.read_some();
        if (heard.empty())
            break;
        tls.hears(heard);
        answer += tls.read();
    }
    return answer;
}

} // namespace

TEST_CASE("A ClientHello in pieces goes to whom its ALPN is for", "[accepting]")
{
    struct row {
        std::vector<std::string> alpn;
        std::string chosen;
        bool to_mpm;
    };
    const row r = GENERATE(row{{}, "", false}, row{{"http/1.1"}, "http/1.1", false},
                           row{{"h2", "http/1.1"}, "h2", true},
                           row{{"strange", "http/1.1"}, "http/1.1", true});
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_server front(options_for(http2_way(), "V6FrontPass / " + site.url()));
    for (const std::size_t size : {1U, 100U, 10000U}) {
        CAPTURE(r.alpn, size);
        raw_client client(front.port());
        tls_handshake tls(r.alpn);
        shake_hands(client, tls, size);
        CHECK(tls.protocol() == r.chosen);
        if (r.chosen != "h2")
            CHECK_THAT(ask_over(client, tls, request_text({"/"})),
                       Catch::Matchers::StartsWith("HTTP/1.1 200"));
    }
    CHECK((front.error_log().find(given_back) != std::string::npos) == r.to_mpm);
    CHECK(get(front, "/").body == "ok"); // a whole exchange over HTTP/2
}

TEST_CASE("HTTP/2 by its preface goes to the MPM, in pieces too", "[accepting]")
{
    way plain = http2_way();
    plain.tls = false;
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_server front(options_for(plain, "V6FrontPass / " + site.url()));
    const std::string preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"s + "\0\0\0\4\0\0\0\0\0"s;
    for (const std::size_t size : {1U, 7U, 1000U}) {
        CAPTURE(size);
        raw_client client(front.port());
        REQUIRE(send_in_pieces(client, preface, size));
        CHECK_THAT(client.read_some().substr(3, 1), Catch::Matchers::Equals("\4"s)); // SETTINGS
    }
    CHECK(front.error_log().find(given_back) != std::string::npos);
    raw_client other(front.port());
    other.send("P");
    other.send("OST / HTTP/1.1\r\nHost: site.test\r\nContent-Length: 0\r\n\r\n");
    CHECK(other.read_response().body == "ok");
}

TEST_CASE("An address without routes is the MPM's, at the same listener", "[accepting]")
{
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_options options = options_for(short_list()[0], "V6FrontPass / " + site.url());
    const auto port = std::to_string(free_port());
    options.global = "Listen [::]:" + port + "\n<VirtualHost [::1]:" + port +
                     ">\nServerName site.test\nV6FrontPass / " + site.url() +
                     "\n</VirtualHost>\n<VirtualHost 127.0.0.1:" + port +
                     ">\nServerName site.test\n</VirtualHost>\n";
    httpd_server front(options);
    const auto get_from = [&](const std::string& address) {
        client_options to;
        to.to = address;
        raw_client client(static_cast<std::uint16_t>(std::stoi(port)), to);
        client.send(request_text({"/static.txt"}) + request_text({"/static.txt"}));
        CHECK(client.read_response().status() == 200);
        return client.read_response().body;
    };
    CHECK(get_from("::1") == "ok");
    CHECK(front.error_log().find(given_back) == std::string::npos);
    CHECK(get_from("127.0.0.1") == "from a file\n");
    CHECK(front.error_log().find(given_back) != std::string::npos);
}

TEST_CASE("A handshake that fails is told so", "[accepting]")
{
    const auto who = GENERATE(accepting::engines, accepting::mpm);
    INFO(who);
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_server front(accepted_by(who, options_for(tls_way(), "V6FrontPass / " + site.url())));
    struct row {
        const char* what;
        std::string bytes;
        std::string answer; // begins so
    };
    const row rows[]{
        {"a hello with nothing in it", "\x16\x03\x01\x00\x04\x01\x00\x00\x00"s, "\x15"},
        {"a version that nobody speaks",
         "\x16\x03\x01\x00\x2d\x01\x00\x00\x29\x02\x00"s + std::string(32, 'r') +
             "\x00\x00\x02\x13\x01\x01\x00"s,
         "\x15"},
        {"another message first", "\x16\x03\x01\x00\x04\x14\x00\x00\x00"s, "\x15"},
        {"plain HTTP", "GET / HTTP/1.1\r\nHost: site.test\r\n\r\n", "HTTP/1.1 400"},
    };
    for (const row& r : rows) {
        INFO(r.what);
        raw_client client(front.port());
        client.send(r.bytes);
        CHECK_THAT(client.read_until_close(), Catch::Matchers::StartsWith(r.answer));
    }
    CHECK(get(front, "/").body == "ok");
}

TEST_CASE("Handshakes that nobody finishes hold no worker", "[accepting]")
{
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_options options = options_for(tls_way(), "V6FrontPass / " + site.url());
    options.threads = 2;
    httpd_server front(options);
    std::vector<raw_client> clients;
    for (int i = 0; i < 50; ++i) {
        tls_handshake half({}), unfinished({});
        const std::string hello = half.says();
        clients.emplace_back(front.port());
        clients.back().send(hello.substr(0, hello.size() / 2));
        clients.emplace_back(front.port());
        clients.back().send(unfinished.says());
    }
    const auto began = std::chrono::steady_clock::now();
    CHECK(get(front, "/").body == "ok");
    CHECK(std::chrono::steady_clock::now() - began < patience(2s));
    CHECK_THAT(clients[1].read_some(), Catch::Matchers::StartsWith("\x16\x03")); // a ServerHello
}

TEST_CASE("Workers that are all busy keep no client of a fronted site waiting", "[accepting]")
{
    const way w = GENERATE(from_range(adopted_ways()));
    INFO(w);
    scripted_backend site([](const received_request&) { return response("ok"); });
    using namespace script;
    scripted_backend slow(
        scripted_backend::steps{read_request(), gate("go"), send(response("slow")), again()});
    httpd_options options = options_for(w, "V6FrontPass / " + site.url());
    options.threads = 2;
    const auto port = free_port();
    options.global = "Listen [::1]:" + std::to_string(port) +
                     "\n<VirtualHost *:" + std::to_string(port) +
                     ">\nServerName slow.test\nV6FrontEngine Off\n" + "V6FrontPass / " +
                     slow.url() + "\n</VirtualHost>\n";
    httpd_server front(options);
    std::vector<raw_client> holders;
    for (unsigned i = 0; i < options.threads + 2; ++i) {
        holders.emplace_back(port);
        holders.back().send(request_text({"/", "GET", {}, {}, false, "slow.test"}));
    }
    REQUIRE(slow.wait_for_hits(options.threads));
    for (int i = 0; i < 5; ++i) {
        const auto began = std::chrono::steady_clock::now();
        CHECK(get(front, "/").body == "ok");
        CHECK(std::chrono::steady_clock::now() - began < patience(3s));
    }
    CHECK(slow.hits() == options.threads);
    slow.open("go");
    for (raw_client& client : holders)
        CHECK(client.read_response().body == "slow");
}

TEST_CASE("Programs that keep all threads busy keep no client of the same port waiting",
          "[accepting]")
{
    const server_way w = GENERATE(server_ways()[0], server_ways()[1]); // with the module
    INFO(w);
    scripted_backend site([](const received_request&) { return response("ok"); });
    const scratch_folder folder;
    const std::filesystem::path programs = folder.path();
    write_file(programs / "slow", "#!/bin/sh\n: >begun.$$\nwhile [ -e wait ]; do sleep 0.02; done\n"
                                  "printf 'Content-Type: text/plain\\r\\n\\r\\nslow'\n");
    write_file(programs / "wait", "");
    for (const auto& path : {programs, programs / "slow"})
        std::filesystem::permissions(path, std::filesystem::perms::all);
    const auto begun = [&] { // two of the files are none of a program's
        return std::distance(std::filesystem::directory_iterator(programs), {}) - 2;
    };
    httpd_options options =
        two_hosts(w, site.url(),
                  "ScriptAlias / " + folder.path() + "/\n<Directory " + folder.path() +
                      ">\nOptions ExecCGI\nRequire all granted\n</Directory>");
    options.global = "ScriptSock cgisock";
    options.modules = {"alias", "cgid"};
    options.threads = 2;
    httpd_server front(options);
    std::vector<raw_client> holders;
    for (unsigned i = 0; i < options.threads + 2; ++i) {
        holders.emplace_back(front.port(), client_for(front));
        holders.back().send(request_text({"/slow", "GET", {}, {}, false, "other.test"}));
    }
    await("a program for each thread", [&] { return begun() >= options.threads; });
    for (int i = 0; i < 5; ++i) {
        const auto asked = std::chrono::steady_clock::now();
        CHECK(get(front, "/").body == "ok");
        CHECK(std::chrono::steady_clock::now() - asked < patience(3s));
    }
    CHECK(begun() == options.threads);
    std::filesystem::remove(programs / "wait");
    for (raw_client& client : holders)
        CHECK(client.read_response().body == "slow");
}

TEST_CASE("What the MPM accepts and hands over is served alike", "[accepting]")
{
    const way w = GENERATE(from_range(adopted_ways()));
    INFO(w);
    scripted_backend site([](const received_request& r) {
        return response(r.message.target() + " " + r.message.body);
    });
    httpd_server front(accepted_by(accepting::mpm, options_for(w, "V6FrontPass / " + site.url())));
    raw_client client(front.port(), client_for(front));
    client.send(request_text({"/1"}) + request_text({"/2", "POST", {}, "body"}) +
                request_text({"/3"}));
    CHECK(client.read_response().body == "/1 ");
    CHECK(client.read_response().body == "/2 body");
    CHECK(client.read_response().body == "/3 ");
    for (const char byte : request_text({"/4", "POST", {}, pattern(100), true}))
        client.send(std::string(1, byte));
    CHECK(client.read_response().body == "/4 " + pattern(100));
    CHECK(get(front, "/5").body == "/5 ");
}
