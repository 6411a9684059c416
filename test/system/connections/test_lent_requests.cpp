// SPDX-License-Identifier: Apache-2.0
//
// Requests of another module on a connection that the module has taken, before, between and behind
// its own: each has its body, and no octet of it is another's.
#include "catch.hpp"
#include "exact_reads.hpp"
#include "scripted_backend.hpp"
#include "two_hosts.hpp"

using namespace v6front;

namespace
{

// Requests on one connection, one behind the other, and what each is answered.
struct turn {
    question asked;
    std::string starts;
};

} // namespace

TEST_CASE("What a thread has read too far is the next request's", "[sockets]")
{
    const server_way w = GENERATE(from_range(server_ways()));
    INFO(w);
    scripted_backend site([](const received_request& r) {
        return response("site " + r.message.body, "Content-Type: text/plain\r\n");
    });
    scripted_backend proxied_request([](const received_request& r) {
        return response("proxied " + r.message.body, "Content-Type: text/plain\r\n");
    });
    httpd_options options =
        two_hosts(w, site.url(),
                  "ProxyPass /proxied " + proxied_request.url() +
                      "\nScriptAlias /cgi/ cgi-bin/\n"
                      "<Directory cgi-bin>\nOptions ExecCGI\nRequire all granted\n</Directory>");
    if (!w.with_module)
        options.site = "ProxyPass / " + site.url() + "\n" + options.site;
    options.global = "ScriptSock cgisock";
    options.modules = {"proxy", "proxy_http", "alias", "cgid"};
    httpd_server front(options);
    const std::string other = "other.test";
    const std::vector<turn> steps{
        {{"/cgi/hello", "POST", {}, pattern(9000), false, other},
         "from a program, POST\n" + pattern(9000)},
        {{"/a", "POST", {}, "one", false}, "site one"},
        {{"/proxied", "POST", {}, pattern(100000), false, other}, "proxied " + pattern(100000)},
        {{"/proxied", "POST", {}, pattern(100000), true, other}, "proxied "},
        {{"/b", "GET"}, "site "},
        {{"/static.txt", "POST", {}, pattern(70000), false, other}, "from a file\n"},
        {{"/static.txt", "GET", {}, "", false, other}, "from a file\n"},
        {{"/c", "POST", {}, pattern(50000), true}, "site "},
        {{"/static.txt", "GET", {}, "", false, other}, "from a file\n"},
    };
    const auto ask_all = [&](const auto& send) {
        raw_client client(front.port(), client_for(front));
        send(client);
        for (const turn& s : steps) {
            INFO(s.asked.method << " " << s.asked.host << s.asked.target);
            const http_message answer = client.read_response();
            REQUIRE(answer.status() == 200);
            CHECK(answer.complete);
            CHECK(answer.body.substr(0, s.starts.size()) == s.starts);
        }
    };
    std::string all;
    for (const turn& s : steps)
        all += request_text(s.asked);
    SECTION("all of them at once")
    {
        ask_all([&](raw_client& client) { CHECK(client.send(all)); });
    }
    SECTION("cut anywhere")
    {
        ask_all([&](raw_client& client) {
            for (std::size_t at = 0; at < all.size(); at += 5003)
                CHECK(client.send(std::string_view(all).substr(at, 5003)));
        });
    }
}

TEST_CASE("A handler of another module has the body invited that it waits for", "[sockets]")
{
    const server_way w = GENERATE(from_range(server_ways()));
    const std::string target = GENERATE("/cgi/hello", "/proxied");
    INFO(w << ", " << target);
    scripted_backend site([](const received_request&) { return response("routed"); });
    scripted_backend proxied_request(
        {script::read_head(), script::send("HTTP/1.1 100 Continue\r\n\r\n"), script::read_body(),
         script::answer([](const received_request& r) { return response(r.message.body); }),
         script::again()});
    httpd_options options =
        two_hosts(w, site.url(),
                  "ProxyPass /proxied " + proxied_request.url() +
                      "\nScriptAlias /cgi/ cgi-bin/\n"
                      "<Directory cgi-bin>\nOptions ExecCGI\nRequire all granted\n</Directory>");
    options.global = "ScriptSock cgisock";
    options.modules = {"proxy", "proxy_http", "alias", "cgid"};
    httpd_server front(options);
    raw_client client(front.port(), client_for(front));
    for (int i = 0; i < 2; ++i) {
        client.send(head_text(
            {target, "POST", {{"Expect", "100-continue"}}, {}, false, "other.test"}, 40000));
        read_head(client, "100");
        client.send(pattern(40000));
        const http_message answer = client.read_response();
        CHECK(answer.status() == 200);
        CHECK(answer.body.ends_with(pattern(40000)));
    }
}
