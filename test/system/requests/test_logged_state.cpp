// SPDX-License-Identifier: Apache-2.0
//
// %X of the access log, the state of the client's connection: a request that was answered to its
// end is not aborted ("X").
#include "catch.hpp"
#include "scripted_backend.hpp"
#include "user_agent.hpp"

using namespace v6front;

TEST_CASE("No request that was answered is aborted in the access log", "[notes]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    using namespace script;
    scripted_backend site([](const received_request& r) {
        const std::string target = r.message.target();
        if (target == "/chunked")
            return chunked_response({"a", "b"});
        return target == "/none" ? response("no", {}, "404 Not Found")
                                 : response(pattern(target == "/large" ? 200000 : 10));
    });
    scripted_backend endless(
        {read_request(), send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegun"), read_end()});
    httpd_options options = options_for(
        w, "V6FrontPass /endless " + endless.url() + "\nV6FrontPass /dead http://127.0.0.1:" +
               std::to_string(free_port()) + "\nV6FrontPass / " + site.url() +
               "\nV6FrontPass /own " + site.url() + "none erroroverride=on\n" +
               "RewriteEngine On\nRewriteRule ^/moved$ / [PT]\nV6FrontPass /folder !\n" +
               "DirectoryIndex /index\n");
    options.modules = {"rewrite", "dir"};
    options.files = {{"htdocs/folder/.keep", ""}};
    httpd_server front(options);
    const std::vector<question> asked{
        {"/"},         {"/large"}, {"/chunked"}, {"/none"},  {"/", "POST", {}, "a body"},
        {"/", "HEAD"}, {"/dead"},  {"/own"},     {"/moved"}, {"/folder/"}};
    user_agent client(front);
    for (const question& q : asked) {
        INFO(q.method << ' ' << q.target);
        client.send(q);
        CHECK(client.read_response().complete);
    }
    client.leave(); // mod_http2 may log a request only when its connection has more to do
    const auto lines = front.access_log(asked.size());
    REQUIRE(lines.size() == asked.size());
    for (const auto& line : lines) {
        INFO(line);
        CHECK((line.ends_with(" -") || line.ends_with(" +")));
    }
    // One that only ends its direction of HTTP/1.1 may still read.
    if (!w.http2)
        return;
    user_agent gone(front);
    gone.send({"/endless"});
    CHECK(gone.read_body(5).body == "begun");
    gone.leave();
    const auto all = front.access_log(asked.size() + 1);
    REQUIRE(all.size() == asked.size() + 1);
    INFO(all.back());
    CHECK(all.back().ends_with(" X"));
}
