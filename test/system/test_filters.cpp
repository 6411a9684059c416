// SPDX-License-Identifier: Apache-2.0
//
// Filters and hooks of httpd that work on bodies, before answers and requests of the site. Those
// that wait by their nature (mod_ratelimit, mod_ext_filter, mod_security2's look at a body) are for
// virtual hosts with V6FrontEngine Off, and the start says so.
#include "catch.hpp"
#include "deadline.hpp"
#include "scripted_backend.hpp"
#include "ways.hpp"

#include <sys/stat.h>

using namespace v6front;

namespace
{

// One on an engine, and the two that hold a thread.
std::vector<way> filter_ways()
{
    std::vector<way> ways = short_list();
    ways.push_back({"event, engine off", mpm::event, false, false, false});
    return ways;
}

bool warned_of(const httpd_server& front, const std::string& directive)
{
    const std::string log = front.error_log();
    const auto at = log.find("V6F0220: \"" + directive);
    return at != std::string::npos;
}

} // namespace

TEST_CASE("mod_substitute and mod_deflate change what the site says, mod_ext_filter by a program",
          "[filters]")
{
    const way w = GENERATE(from_range(filter_ways()));
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
    CHECK(warned_of(front, "ExtFilterDefine") == (w.model == mpm::event));
}

TEST_CASE("mod_cache answers the second time, and the site is asked once", "[filters]")
{
    const way w = GENERATE(from_range(filter_ways()));
    INFO(w);
    const scratch_folder cache;
    chmod(cache.path().c_str(), 0777);
    scripted_backend site([](const received_request& r) {
        const bool may = r.message.target() != "/private";
        return response(pattern(5000), may ? "Cache-Control: max-age=100\r\nETag: \"1\"\r\n"
                                           : "Cache-Control: private\r\n");
    });
    httpd_options options =
        options_for(w, "V6FrontPass / " + site.url() + "\nCacheEnable disk /\nCacheRoot " +
                           cache.path() + "\nCacheHeader On\nLogLevel info cache_disk:debug");
    options.modules = {"cache", "cache_disk"};
    httpd_server front(options);
    for (int i = 0; i < 3; ++i) {
        const http_message answer = get(front, "/public");
        // The client can have it all before the cache has put it away.
        await("the cache", [&] { return front.error_log().find("AH00737") != std::string::npos; });
        CHECK(answer.status() == 200);
        CHECK(answer.body == pattern(5000));
        CHECK_THAT(answer.value("X-Cache"), ContainsSubstring(i == 0 ? "MISS" : "HIT"));
    }
    CHECK(site.hits() == 1);
    CHECK(ask(front, {"/public", "GET", {{"If-None-Match", "\"1\""}}}).status() == 304);
    CHECK(site.hits() == 1);
    get(front, "/private");
    get(front, "/private");
    CHECK(site.hits() == 3);
}

TEST_CASE("mod_ratelimit slows the client down, and mod_reqtimeout a body that does not come",
          "[filters]")
{
    const way w = GENERATE(from_range(filter_ways()));
    INFO(w);
    scripted_backend site([](const received_request&) { return response(pattern(100000)); });
    httpd_options options = options_for(
        w,
        "RequestReadTimeout body=1\nV6FrontPass / " + site.url() +
            "\n<Location /slow>\nSetOutputFilter RATE_LIMIT\nSetEnv rate-limit 200\n</Location>");
    options.modules = {"ratelimit", "reqtimeout", "env"};
    httpd_server front(options);
    const auto began = std::chrono::steady_clock::now();
    CHECK(get(front, "/slow").body == pattern(100000));
    CHECK(std::chrono::steady_clock::now() - began > std::chrono::milliseconds(200));
    CHECK(warned_of(front, "SetOutputFilter RATE_LIMIT") == w.adopted());

    const auto again = std::chrono::steady_clock::now();
    raw_client client(front.port());
    client.send("POST / HTTP/1.1\r\nHost: site.test\r\nContent-Length: 10\r\n\r\nhalf");
    const http_message answer = client.read_response();
    CHECK(answer.status() == 408);
    CHECK(client.closed_by_peer());
    CHECK(std::chrono::steady_clock::now() - again < patience(std::chrono::milliseconds(5000)));
}

TEST_CASE("mod_security2 looks at the request's body, and the site gets what it lets pass",
          "[filters]")
{
    const way w = GENERATE(from_range(filter_ways()));
    INFO(w);
    const scratch_folder folder;
    chmod(folder.path().c_str(), 0777);
    scripted_backend site([](const received_request& r) { return response(r.message.body); });
    httpd_options options = options_for(
        w, "V6FrontPass / " + site.url() +
               "\nSecRuleEngine On\nSecRequestBodyAccess On\nSecTmpDir " + folder.path() +
               "\nSecRule REQUEST_BODY \"attack\" \"id:1,phase:2,deny,status:403\"");
    options.modules = {"unique_id", "security2"};
    options.global = "SecDataDir " + folder.path();
    httpd_server front(options);
    const std::vector<std::pair<std::string, std::string>> form{
        {"Content-Type", "application/x-www-form-urlencoded"}};
    // A body that comes with its head; on an engine, one that does not is what nobody may wait for.
    const std::size_t size = w.engine && w.model == mpm::event ? 2000 : 100000;
    for (const bool chunked : {false, true}) {
        const std::string good = "a=" + pattern(size);
        CHECK(ask(front, {"/", "POST", form, good, chunked}).body == good);
        const std::size_t before = site.hits();
        CHECK(ask(front, {"/", "POST", form, "a=attack", chunked}).status() == 403);
        CHECK(site.hits() == before);
    }
    CHECK(warned_of(front, "SecRequestBodyAccess") == w.adopted());
}
