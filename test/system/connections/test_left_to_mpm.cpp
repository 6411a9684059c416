// SPDX-License-Identifier: Apache-2.0
//
// Listeners at which the MPM accepts although engines could, and what engines accept although
// somebody else speaks first.
#include "accepting.hpp"
#include "catch.hpp"
#include "fresh_load.hpp"
#include "scripted_backend.hpp"
#include "steady_load.hpp"
#include "tls_handshake.hpp"

#include <thread>

using namespace v6front;
using namespace std::chrono_literals;

namespace
{

// A second listener, without TLS.
std::string listener(std::uint16_t port, const std::string& protocol, const std::string& pass)
{
    return "Listen [::1]:" + std::to_string(port) + " " + protocol +
           "\n<VirtualHost *:" + std::to_string(port) + ">\nServerName site.test\n" + pass +
           "\n</VirtualHost>\n";
}

std::string ask_at(std::uint16_t port)
{
    raw_client client(port);
    client.send(request_text({"/"}));
    return client.read_response().body;
}

bool is_left_to_mpm(const httpd_server& front, std::uint16_t port, const std::string& reason)
{
    return front.error_log().find("[::1]:" + std::to_string(port) + " (" + reason) !=
           std::string::npos;
}

} // namespace

TEST_CASE("A listener of a foreign protocol is the MPM's, and no other", "[accepting]")
{
    scripted_backend site([](const received_request&) { return response("ok"); });
    const std::string pass = "V6FrontPass / " + site.url();
    httpd_options options = options_for(adopted_ways()[0], pass);
    const auto port = free_port();
    options.global = listener(port, "foo", pass);
    httpd_server front(options);
    CHECK(is_left_to_mpm(front, port, "its protocol is foo"));
    CHECK_FALSE(is_left_to_mpm(front, front.port(), ""));
    CHECK(ask_at(port) == "ok");
    CHECK(get(front, "/").body == "ok");
}

TEST_CASE("With a listener for each processor the MPM accepts", "[accepting]")
{
    if (std::thread::hardware_concurrency() < 2)
        return; // then there is one
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_options options = options_for(adopted_ways()[0], "V6FrontPass / " + site.url());
    options.children = 4;
    options.global = "ListenCoresBucketsRatio 1\n";
    httpd_server front(options);
    CHECK(is_left_to_mpm(front, front.port(), "ListenCoresBucketsRatio"));
    for (int i = 0; i < 20; ++i)
        CHECK(get(front, "/").body == "ok");
}

TEST_CASE("TLS sessions in a cache elsewhere make no engine wait", "[accepting]")
{
    const std::string provider = GENERATE("memcache", "redis");
    INFO(provider);
    scripted_backend site([](const received_request&) { return response("ok"); });
    scripted_backend silent_cache(scripted_backend::steps{script::gate("end"), script::close()});
    const std::string pass = "V6FrontPass / " + site.url();
    httpd_options options = options_for(adopted_ways()[1], pass);
    options.modules.push_back("socache_" + provider);
    const auto port = free_port();
    options.global = listener(port, "http", pass) + "SSLSessionCache " + provider +
                     ":127.0.0.1:" + std::to_string(silent_cache.port()) +
                     "\nSSLSessionTickets Off\n";
    httpd_server front(options);
    CHECK(is_left_to_mpm(front, front.port(), "SSLSessionCache of site.test"));
    CHECK_FALSE(is_left_to_mpm(front, port, ""));
    CHECK(ask_at(port) == "ok");
    std::vector<raw_client> waiting;
    for (int i = 0; i < 4; ++i) {
        waiting.emplace_back(front.port(), client_for(front));
        waiting.back().send(request_text({"/"}));
    }
    CHECK(eventually([&] { return silent_cache.open_connections() > 0; }));
    for (int i = 0; i < 5; ++i) {
        const auto began = std::chrono::steady_clock::now();
        CHECK(ask_at(port) == "ok");
        CHECK(std::chrono::steady_clock::now() - began < patience(2s));
    }
    silent_cache.open("end"); // or the MPM would wait for its workers
}

TEST_CASE("Behind a PROXY header, HTTP/2 with prior knowledge is HTTP/2", "[accepting]")
{
    using namespace std::string_literals;
    way w = http2_way();
    w.tls = false;
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_options options = options_for(w, "RemoteIPProxyProtocol On\nV6FrontPass / " + site.url());
    options.modules.emplace_back("remoteip");
    const httpd_server front(options);
    const std::string said = "PROXY TCP6 2001:db8::7 2001:db8::1 4711 80\r\n"
                             "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0"s;
    const std::size_t piece = GENERATE(1, 1000);
    raw_client client(front.port());
    for (std::size_t at = 0; at < said.size(); at += piece)
        client.send(said.substr(at, piece));
    std::string frame;
    while (frame.size() < 4) {
        const std::string more = client.read_some();
        REQUIRE_FALSE(more.empty());
        frame += more;
    }
    CHECK(frame[3] == '\4'); // SETTINGS
}

TEST_CASE("Behind a PROXY header, ALPN says whose a connection is", "[accepting]")
{
    const std::string protocol = GENERATE("h2", "http/1.1");
    const std::size_t piece = GENERATE(1, 1000);
    INFO(protocol << " by " << piece);
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_options options =
        options_for(http2_way(), "RemoteIPProxyProtocol On\nV6FrontPass / " + site.url());
    options.modules.emplace_back("remoteip");
    const httpd_server front(options);
    raw_client client(front.port());
    tls_handshake tls({protocol});
    std::string said = "PROXY TCP6 2001:db8::7 2001:db8::1 4711 443\r\n" + tls.says();
    while (!tls.is_done()) {
        for (std::size_t at = 0; at < said.size(); at += piece)
            client.send(said.substr(at, piece));
        const std::string heard = client.read_some();
        REQUIRE_FALSE(heard.empty());
        tls.hears(heard);
        said = tls.says();
    }
    CHECK(tls.protocol() == protocol);
    CHECK((front.error_log().find("V6F0182") != std::string::npos) == (protocol == "h2"));
}

TEST_CASE("A PROXY header that nobody has asked for is no beginning of TLS or HTTP/2",
          "[accepting]")
{
    using namespace std::string_literals;
    std::vector<way> ways = adopted_ways();
    ways.insert(ways.end(), 2, http2_way());
    ways.back().tls = false;
    const way w = GENERATE_COPY(from_range(ways));
    CAPTURE(w, w.tls);
    scripted_backend site([](const received_request&) { return response("ok"); });
    const httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    tls_handshake tls({"h2", "http/1.1"});
    const std::string beginnings[]{tls.says(),
                                   "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0"s};
    for (const auto& header :
         {"PROXY TCP6 2001:db8::7 2001:db8::1 4711 80\r\n"s,
          "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\x7f\0\0\x01\x7f\0\0\x01\x03\xe8\0\x50"s})
        for (const auto& beginning : beginnings) {
            CAPTURE(header.size(), beginning.size());
            raw_client client(front.port()); // speaks no TLS of its own
            client.send(header + beginning);
            CHECK(client.closed_by_peer());
        }
    CHECK(site.hits() == 0);
    CHECK(get(front, "/").body == "ok");
}

TEST_CASE("The client of a PROXY header is logged where engines accept", "[accepting]")
{
    const way w = GENERATE(values<way>({adopted_ways()[0], adopted_ways()[1], http2_way()}));
    INFO(w);
    scripted_backend site([](const received_request& r) {
        return response("ok " + r.message.value("X-Forwarded-For"));
    });
    httpd_options options = options_for(w, "RemoteIPProxyProtocol On\nV6FrontPass / " + site.url());
    options.modules.emplace_back("remoteip");
    httpd_server front(options);
    CHECK_FALSE(is_left_to_mpm(front, front.port(), ""));
    const std::string header = "PROXY TCP6 2001:db8::7 2001:db8::1 4711 443\r\n";
    const std::size_t piece = GENERATE(1, 1000);
    raw_client client(front.port());
    for (std::size_t at = 0; at < header.size(); at += piece)
        client.send(header.substr(at, piece));
    std::string answer;
    if (w.tls) {
        tls_handshake tls({});
        while (!tls.is_done()) {
            client.send(tls.says());
            const std::string heard = client.read_some();
            REQUIRE_FALSE(heard.empty());
            tls.hears(heard);
        }
        tls.write(request_text({"/"}));
        client.send(tls.says());
        while (answer.find("ok ") == std::string::npos) {
            const std::string heard = client.read_some();
            REQUIRE_FALSE(heard.empty());
            tls.hears(heard);
            answer += tls.read();
        }
    } else {
        client.send(request_text({"/"}));
        answer = client.read_response().body;
    }
    CHECK_THAT(answer, Catch::Matchers::EndsWith("ok 2001:db8::7"));
    const auto log = front.access_log(1);
    REQUIRE(log.size() == 1);
    CHECK_THAT(log[0], Catch::Matchers::StartsWith("2001:db8::7 "));
    CHECK_THAT(front.error_log(), !ContainsSubstring("V6F0182")); // an engine's to its end
}

TEST_CASE("A child that is one too many ends without a lost connection", "[accepting]")
{
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_options options = options_for(adopted_ways()[0], "V6FrontPass / " + site.url());
    options.children = 4;
    // To the MPM all of them are idle.
    options.global = "MinSpareThreads 10\nMaxSpareThreads 20\n";
    httpd_server front(options);
    fresh_load fresh(front);
    steady_load steady(front, 2);
    CHECK(eventually([&] { return front.children().size() == 4; }));
    CHECK(eventually([&] { return front.children().size() == 2; }));
    const auto answered = fresh.answered();
    CHECK(eventually([&] { return fresh.answered() > answered + 20; }));
    fresh.stop();
    steady.stop();
    INFO(fresh.first_failure());
    CHECK(fresh.failed() == 0);
    CHECK(steady.failed() == 0);
    // A connection that is lost waits for a second.
    CHECK(fresh.slowest() < patience(600ms) + fresh.held_up());
}
