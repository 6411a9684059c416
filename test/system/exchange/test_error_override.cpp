// SPDX-License-Identifier: Apache-2.0
//
// V6FrontErrorOverride: errors of the site get this server's own page, as ProxyErrorOverride has
// it.
#include "catch.hpp"
#include "deadline.hpp"
#include "exact_reads.hpp"
#include "scripted_backend.hpp"
#include "ways.hpp"

using namespace v6front;

namespace
{

// "/x?404": that status, with fields that belong to one and others that do not.
std::string say_status(const received_request& r)
{
    const auto target = r.message.target();
    const auto at = target.find('?');
    const auto status = at == target.npos ? "200" : target.substr(at + 1);
    auto answer = response("site " + target,
                           "Content-Type: text/plain\r\nWWW-Authenticate: Basic realm=\"site\"\r\n"
                           "Allow: GET, HEAD\r\nRetry-After: 77\r\nX-Site: 1\r\nSet-Cookie: a=b\r\n"
                           "Keep-Alive: timeout=600\r\n", // a POST may be late on a slow machine
                           status + " Any");
    if (r.message.method() == "HEAD")
        answer.erase(answer.find("\r\n\r\n") + 4);
    return answer;
}

std::string rules(const scripted_backend& site)
{
    return "V6FrontPass / " + site.url() + "\nV6FrontPass /key " + site.url() +
           "key erroroverride=404,500\nV6FrontPass /static.txt !\n"
           "<Location /all>\nV6FrontErrorOverride On\nErrorDocument 404 /static.txt\n"
           "ErrorDocument 410 \"gone from here\"\nErrorDocument 502 /apology\n"
           "ErrorDocument 500 /all/page?404\nErrorDocument 409 http://elsewhere.test/sorry\n"
           "</Location>\n"
           "<Location /some>\nV6FrontErrorOverride On 404 503\n</Location>\n"
           "<Location /all/off>\nV6FrontErrorOverride Off\n</Location>\n";
}

struct row {
    std::string target;
    int status; // 0: the page's own, as for any ErrorDocument of the site (RFC 9110 says nothing)
    std::string begins;
};

const std::string httpds_own = "<!DOCTYPE";

const std::vector<row>& cases()
{
    static const std::vector<row> rows{
        {"/x?404", 404, "site /x?404"},
        {"/all/x", 200, "site /all/x"},
        {"/all/x?301", 301, "site /all/x?301"},
        {"/all/x?404", 404, "from a file\n"},
        {"/all/x?410", 410, "gone from here"},
        {"/all/x?403", 403, httpds_own},
        {"/all/x?401", 401, httpds_own},
        {"/all/x?503", 503, httpds_own},
        {"/all/x?400", 400, httpds_own},
        {"/all/x?502", 0, "site /apology"},
        {"/all/x?500", 500, httpds_own}, // its own page fails too, and no further one is asked for
        {"/all/off?404", 404, "site /all/off?404"},
        {"/some?404", 404, httpds_own},
        {"/some?500", 500, "site /some?500"},
        {"/key?404", 404, httpds_own},
        {"/key?403", 403, "site /key?403"},
    };
    return rows;
}

} // namespace

TEST_CASE("Errors of the site get httpd's own page, where that is asked for", "[error_override]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    scripted_backend site(say_status);
    httpd_server front(options_for(w, rules(site)));
    std::size_t hits = 0;
    for (const row& r : cases()) {
        INFO(r.target);
        const auto answer = get(front, r.target);
        CHECK((r.status == 0 || answer.status() == r.status));
        CHECK(answer.complete);
        CHECK(answer.body.substr(0, r.begins.size()) == r.begins);
        const bool is_sites = r.begins.starts_with("site");
        CHECK(answer.values("X-Site").size() == (is_sites ? 1 : 0));
        hits += r.target == "/all/x?502" || r.target == "/all/x?500" ? 2 : 1;
        CHECK(site.hits() == hits);
    }
    CHECK(ask(front, {"/all/x?403", "POST", {}, pattern(100000)}).status() == 403);
    CHECK(ask(front, {"/all/x?410", "POST", {}, pattern(100000), true}).body == "gone from here");
    // The site's own page is asked for without the body, and as a whole.
    for (const bool chunked : {false, true}) {
        const question form{"/all/x?502",
                            "POST",
                            {{"If-Modified-Since", "Thu, 01 Jan 2026 00:00:00 GMT"},
                             {"Content-Type", "text/plain"}},
                            pattern(100000),
                            chunked};
        CHECK(ask(front, form).body == "site /apology");
        const http_message asked = site.requests().back().message;
        CHECK(asked.target() == "/apology");
        CHECK(asked.method() == "GET");
        for (const char* name :
             {"Content-Length", "Transfer-Encoding", "Content-Type", "If-Modified-Since"}) {
            INFO(name);
            CHECK_FALSE(asked.has(name));
        }
    }
    // What belongs to the status comes along, once.
    for (const char* target :
         {"/all/x?401", "/all/x?405", "/all/x?429", "/all/x?404", "/all/x?500"}) {
        INFO(target);
        const auto answer = get(front, target);
        CHECK(answer.values("WWW-Authenticate") ==
              std::vector<std::string>{"Basic realm=\"site\""});
        CHECK(answer.values("Retry-After") == std::vector<std::string>{"77"});
        CHECK_THAT(answer.value("Allow"), ContainsSubstring("GET"));
        CHECK_THAT(answer.value("Allow"), ContainsSubstring("HEAD"));
        CHECK(answer.values("Set-Cookie").empty());
    }
    CHECK(front.error_log().find("answered 401; the client gets this server's own page") !=
          std::string::npos);
}

TEST_CASE("An error that is not passed on leaves its connection in use, and HEAD is as GET",
          "[error_override]")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    scripted_backend site(say_status);
    httpd_server front(options_for(w, rules(site)));
    raw_client client(front.port(), client_for(front));
    for (int i = 0; i < 5; ++i) {
        client.send(request_text({"/all/x?403", "HEAD"}));
        const auto head = client.read_response(true);
        CHECK(head.status() == 403);
        CHECK(head.body.empty());
        for (const bool is_head : {true, false}) {
            client.send(request_text({"/all/x?409", is_head ? "HEAD" : "GET"}));
            const auto elsewhere = client.read_response(is_head);
            CHECK(elsewhere.status() == 302);
            CHECK(elsewhere.value("Location") == "http://elsewhere.test/sorry");
            CHECK_FALSE(elsewhere.has("X-Site"));
        }
        client.send(request_text({"/all/x?403", "POST", {}, pattern(100000)}));
        CHECK(client.read_response().status() == 403);
        client.send(request_text({"/all/x"}));
        CHECK(client.read_response().body == "site /all/x");
    }
    CHECK(site.connections() == 1);
}

TEST_CASE("A handshake that the site refuses gets this server's page, one that it accepts a tunnel",
          "[error_override]")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    scripted_backend site([](const received_request& r) {
        CHECK(r.message.value("Upgrade") == "websocket");
        return r.message.target() == "/all/open"
                   ? "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                     "Connection: Upgrade\r\n\r\nhello"
                   : say_status(r);
    });
    httpd_server front(options_for(w, rules(site)));
    const std::vector<std::pair<std::string, std::string>> fields{{"Connection", "Upgrade"},
                                                                  {"Upgrade", "websocket"}};
    raw_client client(front.port(), client_for(front));
    for (const auto& [target, status, begins] :
         {row{"/all/ws?403", 403, httpds_own}, row{"/all/ws?410", 410, "gone from here"},
          row{"/some?405", 405, "site /some?405"}}) {
        client.send(request_text({target, "GET", fields}));
        const auto refused = client.read_response();
        CHECK(refused.status() == status);
        CHECK(refused.body.substr(0, begins.size()) == begins);
    }
    client.send(request_text({"/all/open", "GET", fields}));
    read_head(client, "101");
    CHECK(read_octets(client, 5) == "hello");
}

TEST_CASE("An error's body that is long, or does not come, keeps nobody waiting",
          "[error_override]")
{
    const way w = GENERATE(from_range(one_of_each_kind()));
    INFO(w);
    const std::string head = "HTTP/1.1 404 Any\r\nContent-Length: 100000000\r\n\r\n";
    const std::vector<scripted_backend::steps> endings{
        {script::read_request(), script::send(head), script::read_end()},
        {script::read_request(), script::send(head), script::send(std::string(65536, 'x'), 1500)},
        {script::read_request(), script::send(head + "cut"), script::close()},
        {script::read_request(),
         script::send("HTTP/1.1 404 Any\r\nTransfer-Encoding: chunked\r\n\r\nnot a chunk\r\n"),
         script::read_end()},
    };
    for (const auto& steps : endings) {
        scripted_backend site(steps);
        httpd_server front(options_for(w, rules(site)));
        const auto began = std::chrono::steady_clock::now();
        for (int i = 0; i < 2; ++i) {
            const auto answer = get(front, "/all/x?404");
            CHECK(answer.status() == 404);
            CHECK(answer.body == "from a file\n");
        }
        CHECK(std::chrono::steady_clock::now() - began < patience(std::chrono::seconds(3)));
        CHECK(site.hits() == 2);
        CHECK(site.wait_for_open_connections(0)); // none of them is kept
    }
}
