// SPDX-License-Identifier: Apache-2.0
//
// What a site sends on a kept connection and nobody asked for, and what the next client sees of it:
// nothing, where its request may be made again.
#include "catch.hpp"
#include "scripted_backend.hpp"
#include "user_agent.hpp"
#include "ways.hpp"

using namespace v6front;

namespace
{

struct stray {
    std::string_view what;
    std::string octets; // instead of, or before, the answer to the second request
    bool answers;       // an answer follows, on the same connection
};

const std::vector<stray>& strays()
{
    static const std::vector<stray> all{
        {"a line end", "\r\n", true},
        {"several line ends", "\r\n\n\r\n", true},
        {"the late body of HEAD, 204 or 304", "<html>late</html>", false},
        {"a late body, and the answer behind it", "<html>late</html>", true},
        {"a late line of text", "hello\r\n\r\n", false},
        {"a late chunk", "5\r\nhello\r\n0\r\n\r\n", true},
        {"408", "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
         false},
    };
    return all;
}

} // namespace

TEST_CASE("Stray octets on a kept connection are no affair of the next client", "[stray]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    for (const stray& row : strays()) {
        INFO(row.what);
        using namespace script;
        const std::string answer = response("right");
        scripted_backend::steps dirty{read_request(), send(response("first")), read_request(),
                                      send(row.octets + (row.answers ? answer : ""))};
        dirty.push_back(row.answers ? read_end() : close());
        const scripted_backend::steps clean{read_request(), send(answer), again()};
        scripted_backend site(std::vector<scripted_backend::steps>{dirty, clean});
        httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
        user_agent client(front);
        client.send({"/"});
        CHECK(client.read_response().body == "first");
        client.send({"/"});
        const http_message second = client.read_response();
        CHECK(second.status() == 200);
        CHECK(second.body == "right");
        CHECK(front.complaints() == no_complaints);
    }
}

TEST_CASE("A POST that met stray octets is not made again", "[stray]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    using namespace script;
    // It promises to keep the connection for longer than a POST comes later on a slow machine.
    scripted_backend site(scripted_backend::steps{
        read_request(), send(response("first", "Keep-Alive: timeout=60\r\n")), read_request(),
        send("<html>late</html>"), read_end()});
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    user_agent client(front);
    client.send({"/"});
    CHECK(client.read_response().body == "first");
    client.send({"/", "POST", {}, "order"});
    CHECK(client.read_response().status() == 502);
    CHECK(site.hits() == 2);
}
