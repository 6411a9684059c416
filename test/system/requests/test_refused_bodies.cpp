// SPDX-License-Identifier: Apache-2.0
//
// A request that httpd itself answers, without a look at its body, need not cost the client its
// connection: a login may be bound to it, and the next request is on its way.
#include "catch.hpp"
#include "raw_client.hpp"
#include "scripted_backend.hpp"
#include "ways.hpp"

#include <sys/stat.h>

using namespace v6front;

namespace
{

httpd_options refusing_front(const way& w, const std::string& site)
{
    httpd_options options = options_for(
        w, "<Location /refused>\nRequire all denied\n</Location>\nRedirectMatch 307 ^/moved /new\n"
           "V6FrontPass /moved !\n"
           "V6FrontPass / " +
               site);
    options.modules = {"alias"};
    return options;
}

struct refused_body {
    const char* target;
    int status;
};
const refused_body refused_bodies[] = {{"/refused", 403}, {"/moved", 307}};

} // namespace

TEST_CASE("A client keeps its connection when httpd itself answers a request with a body",
          "[requests]")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    scripted_backend site([](const received_request& r) { return response(r.message.target()); });
    httpd_options options = refusing_front(w, site.url());
    // No head is as long as some of these bodies.
    options.global = "LimitRequestLine 1000\nLimitRequestFields 20\nLimitRequestFieldSize 600";
    httpd_server front(options);
    const question next{"/next"};
    for (const auto& [target, status] : refused_bodies)
        for (const std::size_t octets : {1u, 5000u, 65536u}) {
            INFO(target << ", " << octets);
            raw_client client(front.port(), client_for(front));
            const auto text = request_text({target, "POST", {}, std::string(octets, 'b')});
            // In one piece, with the next request behind it, and in two.
            client.send(text + request_text(next));
            CHECK(client.read_response().status() == status);
            CHECK(client.read_response().body == "/next");
            client.send(text.substr(0, text.size() - 1));
            CHECK(get(front, "/between").status() == 200);
            client.send(text.substr(text.size() - 1) + request_text(next));
            CHECK(client.read_response().status() == status);
            CHECK(client.read_response().body == "/next");
        }
}

TEST_CASE("A hook that has read all of a body answers at once", "[requests]")
{
    const way w = GENERATE(from_range(adopted_ways()));
    INFO(w);
    scripted_backend site([](const received_request&) { return response("x"); });
    const scratch_folder folder;
    chmod(folder.path().c_str(), 0755);
    write_file(
        folder.path() + "/refuse.lua",
        "function refuse(r)\n r.err_headers_out['Body'] = r:requestbody()\n return 403\nend\n");
    httpd_options options =
        options_for(w, "V6FrontPass / " + site.url() + "\nLuaHookAccessChecker " + folder.path() +
                           "/refuse.lua refuse");
    options.modules = {"lua"};
    httpd_server front(options);
    question q{"/", "POST", {{"Filled", ""}}, "body"};
    const auto octets_of_head = request_text(q).size() - q.body.size();
    if (w.tls) // the body is in the same record, and that much is decrypted for the head
        q.fields[0].second.assign(8192 - octets_of_head, 'f');
    raw_client client(front.port(), client_for(front));
    client.send(request_text(q));
    const auto answer = client.read_response();
    CHECK(answer.status() == 403);
    CHECK(answer.value("Body") == q.body);
}

TEST_CASE("A body that httpd has to wait for too long ends the connection of a request that it "
          "answers itself",
          "[requests]")
{
    const way w = GENERATE(from_range(adopted_ways()));
    INFO(w);
    scripted_backend site([](const received_request&) { return response("x"); });
    httpd_options options = refusing_front(w, site.url());
    const question refused{"/refused", "POST", {}, std::string(65537, 'b')};
    const auto closes = [](const httpd_server& front, const std::string& text) {
        raw_client client(front.port(), client_for(front));
        client.send(text);
        const auto answer = client.read_response();
        CHECK(answer.status() == 403);
        CHECK(answer.value("Connection") == "close");
        CHECK(client.closed_by_peer());
    };
    options.global = "Timeout 1";
    httpd_server front(options);
    // It is large; it has to be asked for; it does not come.
    closes(front, request_text(refused).substr(0, 60000));
    closes(front, "POST /refused HTTP/1.1\r\nHost: front.test\r\nContent-Length: 5\r\n"
                  "Expect: 100-continue\r\n\r\n");
    closes(front, "POST /refused HTTP/1.1\r\nHost: front.test\r\nContent-Length: 5\r\n\r\n1234");
    CHECK(get(front, "/").status() == 200);
}
