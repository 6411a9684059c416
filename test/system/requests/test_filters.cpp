// SPDX-License-Identifier: Apache-2.0
//
// Filters of httpd that work on the site's answers, and on requests' bodies while they come in.
// Those that wait by their nature (mod_ratelimit, mod_ext_filter) are for virtual hosts with
// V6FrontEngine Off, and the start says so.
#include "catch.hpp"
#include "deadline.hpp"
#include "scripted_backend.hpp"
#include "user_agent.hpp"

#include <sys/stat.h>

using namespace v6front;

namespace
{

bool warned_of(const httpd_server& front, const std::string& directive)
{
    return front.error_log().find("V6F0220: \"" + directive) != std::string::npos;
}

// What a directive in the virtual host is warned of. With HTTP/2 too: that server takes HTTP/1.1 as
// well, and its connections would be an engine's.
bool has_engine(const way& w)
{
    return w.model == mpm::event && w.engine;
}

// A server with mod_cache, as the quick handler or as one of many.
httpd_options with_cache(const way& w, bool quick, const scratch_folder& cache,
                         const std::string& site)
{
    chmod(cache.path().c_str(), 0777);
    httpd_options options =
        options_for(w, site + "\nCacheEnable disk /\nCacheRoot " + cache.path() +
                           "\nCacheHeader On\nCacheQuickHandler " + (quick ? "On" : "Off") +
                           "\nLogLevel info cache_disk:debug");
    options.modules = {"cache", "cache_disk"};
    return options;
}

// The client can have a page before the cache has put it away.
void await_cache(const httpd_server& front)
{
    await("the cache", [&] { return front.error_log().find("AH00737") != std::string::npos; });
}

} // namespace

TEST_CASE("mod_substitute and mod_deflate change what the site says, mod_ext_filter by a program",
          "[filters]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    // The word is cut by the end of a chunk.
    scripted_backend site([](const received_request&) {
        return chunked_response({"only over IPv", "4\n", pattern(100000), "IP", "v4\n"},
                                "Content-Type: text/html\r\n");
    });
    httpd_options options = options_for(
        w, "V6FrontPass / " + site.url() +
               "\n<Location /subst>\nSetOutputFilter SUBSTITUTE\nSubstitute s/IPv4/IPv6/n\n"
               "</Location>\n<Location /deflate>\nSetOutputFilter DEFLATE\n</Location>\n"
               "<Location /program>\nSetOutputFilter upper\n</Location>");
    options.modules = {"substitute", "deflate", "filter", "ext_filter"};
    options.global = "ExtFilterDefine upper mode=output cmd=\"/usr/bin/tr a-z A-Z\"";
    httpd_server front(options);
    CHECK(get(front, "/subst").body == "only over IPv6\n" + pattern(100000) + "IPv6\n");
    CHECK(get(front, "/program").body == "ONLY OVER IPV4\n" + pattern(100000) + "IPV4\n");
    const http_message plain = get(front, "/deflate");
    CHECK(plain.body == "only over IPv4\n" + pattern(100000) + "IPv4\n");
    const http_message packed = ask(front, {"/deflate", "GET", {{"Accept-Encoding", "gzip"}}});
    CHECK(packed.value("Content-Encoding") == "gzip");
    CHECK(packed.complete);
    CHECK(packed.body.size() < plain.body.size());
    CHECK(run_command({"gzip", "-dc"}, {}, packed.body).output == plain.body);
    // It stands outside of the virtual host, whose V6FrontEngine Off does not reach it.
    CHECK(warned_of(front, "ExtFilterDefine") == (w.model == mpm::event));
}

TEST_CASE("mod_cache answers the second time, and the site is asked once", "[filters]")
{
    const way w = GENERATE(from_range(every_way()));
    const bool quick = GENERATE(true, false);
    INFO(w << (quick ? ", quick handler" : ", handler"));
    const scratch_folder cache;
    scripted_backend site([](const received_request& r) {
        const bool may = r.message.target() != "/private";
        return response(pattern(5000), may ? "Cache-Control: max-age=100\r\nETag: \"1\"\r\n"
                                           : "Cache-Control: private\r\n");
    });
    httpd_server front(with_cache(w, quick, cache,
                                  "V6FrontPass / " + site.url() +
                                      "\n<Location />\n<RequireAll>\nRequire all granted\n"
                                      "Require not expr \"req_novary('X-Stranger') == 'yes'\"\n"
                                      "</RequireAll>\n</Location>"));
    for (int i = 0; i < 3; ++i) {
        const http_message answer = get(front, "/public");
        await_cache(front);
        CHECK(answer.status() == 200);
        CHECK(answer.body == pattern(5000));
        CHECK_THAT(answer.value("X-Cache"), ContainsSubstring(i == 0 ? "MISS" : "HIT"));
    }
    CHECK(site.hits() == 1);
    CHECK(ask(front, {"/public", "GET", {{"If-None-Match", "\"1\""}}}).status() == 304);
    // Which of the two it is: the quick handler asks nobody whether the client may have it.
    const http_message barred = ask(front, {"/public", "GET", {{"X-Stranger", "yes"}}});
    CHECK(barred.status() == (quick ? 200 : 403));
    CHECK(site.hits() == 1);
    get(front, "/private");
    get(front, "/private");
    CHECK(site.hits() == 3);
}

TEST_CASE("A page that comes all at once is waited for by nobody but its slow reader", "[filters]")
{
    struct row {
        const char* name;
        const char* target;
        bool quick;
    };
    const way w = GENERATE(from_range(every_way()));
    const row r = GENERATE(values<row>({{"cached", "/cached", true},
                                        {"cached, not by the quick handler", "/cached", false},
                                        {"unpacked", "/packed", true}}));
    INFO(w << ", " << r.name);
    // A cache takes no more than 1 MB; packed, it is less than a piece of a body.
    const std::string page = pattern(50000) + std::string(800000, ' ') + pattern(50000);
    const std::string packed = run_command({"gzip", "-c"}, {}, page).output;
    scripted_backend site([&](const received_request& asked) {
        const auto& target = asked.message.target();
        if (target == "/cached")
            return response(page, "Cache-Control: max-age=100\r\n");
        return target == "/packed"
                   ? response(packed, "Content-Encoding: gzip\r\nCache-Control: no-store\r\n")
                   : response("small", "Cache-Control: no-store\r\n");
    });
    const scratch_folder cache;
    httpd_options options = with_cache(w, r.quick, cache,
                                       "V6FrontPass / " + site.url() +
                                           "\n<Location /packed>\nSetOutputFilter INFLATE\n"
                                           "</Location>");
    options.modules.insert(options.modules.end(), {"filter", "deflate"});
    options.global = "V6FrontThreads 1\nSendBufferSize 16384";
    httpd_server front(options);
    CHECK(get(front, "/cached").body == page);
    await_cache(front);

    client_options narrow;
    narrow.receive_buffer = 4096;
    user_agent slow(front, narrow);
    slow.send({r.target});
    slow.read_body(1);
    CHECK(get(front, "/small").body == "small");
    const std::size_t hits = site.hits();
    const http_message answer = slow.read_response();
    CHECK(answer.complete);
    CHECK(answer.body == page);
    // The connection goes on, where it can.
    slow.send({"/small"});
    CHECK(slow.read_response().body == "small");
    CHECK(site.hits() == hits + 1);
}

TEST_CASE("mod_ratelimit slows the client down", "[filters]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    scripted_backend site([](const received_request&) { return response(pattern(100000)); });
    httpd_options options =
        options_for(w, "V6FrontPass / " + site.url() +
                           "\n<Location /slow>\nSetOutputFilter RATE_LIMIT\nSetEnv rate-limit 200\n"
                           "</Location>");
    options.modules = {"ratelimit", "env"};
    httpd_server front(options);
    const auto began = std::chrono::steady_clock::now();
    CHECK(get(front, "/slow").body == pattern(100000));
    CHECK(std::chrono::steady_clock::now() - began > std::chrono::milliseconds(200));
    CHECK(warned_of(front, "SetOutputFilter RATE_LIMIT") == has_engine(w));
}

// Over HTTP/2 mod_reqtimeout leaves the connection but watches each stream. It has no hold on a
// read that blocks there (mod_proxy's stalled upload ends with Timeout or H2StreamTimeout); here
// its limit is applied all the same.
TEST_CASE("A body that does not come is given up when a module or mod_http2 says so", "[filters]")
{
    struct row {
        const char* directive;
        bool only_http2;
    };
    const way w = GENERATE(from_range(every_way()));
    const row r =
        GENERATE(values<row>({{"RequestReadTimeout body=1", false}, {"H2StreamTimeout 1", true}}));
    if (r.only_http2 && !w.http2)
        return;
    INFO(w << ", " << r.directive);
    scripted_backend site([](const received_request& got) { return response(got.message.body); });
    httpd_options options = options_for(w, r.directive + ("\nV6FrontPass / " + site.url()));
    options.modules = {"reqtimeout"};
    httpd_server front(options); // with a Timeout of 20 s
    const auto began = std::chrono::steady_clock::now();
    user_agent agent(front);
    agent.begin({"/", "POST"}, 10);
    agent.send_body("half");
    CHECK(agent.read_response().status() == 408);
    CHECK(std::chrono::steady_clock::now() - began < patience(std::chrono::milliseconds(8000)));
    CHECK_THAT(front.error_log(), ContainsSubstring("V6F0101"));
    CHECK(ask(front, {"/", "POST", {}, "whole"}).body == "whole");
    if (!w.http2) {
        raw_client client(front.port(), client_for(front));
        client.send(head_text({"/", "POST"}, 10) + "half");
        CHECK(client.read_response().status() == 408);
        CHECK(client.closed_by_peer());
    }
}
