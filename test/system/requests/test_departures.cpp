// SPDX-License-Identifier: Apache-2.0
//
// What the access log says of a client that leaves: 499, as nginx has it, if no response had begun;
// otherwise the status of that response. Never an error of the request that it was not.
#include "catch.hpp"
#include "deadline.hpp"
#include "scripted_backend.hpp"
#include "user_agent.hpp"

using namespace v6front;

namespace
{

// How it leaves: its connection is reset (in HTTP/2 its stream), or closed.
using manner_of_leaving = void (user_agent::*)();

struct moment {
    std::string name;
    std::string directives; // of the route
    bool has_body;          // half of which has been sent
    bool in_response;       // the head of a response and some of its body have come
    int status;             // what is logged
};

const std::vector<moment>& moments()
{
    static const std::vector<moment> all{
        {"waiting for the response", "", false, false, 499},
        {"waiting in the queue", " max=1 queue=5 connect=1h", false, false, 499},
        {"in its request body", "", true, false, 499},
        {"in a body that is read first", " bufferbody=1M", true, false, 499},
        {"in the response", "", false, true, 200},
    };
    return all;
}

} // namespace

TEST_CASE("A client that leaves is logged as such", "[notes]")
{
    struct manner {
        std::string name;
        manner_of_leaving leave;
    };
    const way w = GENERATE(from_range(every_way()));
    const moment at = GENERATE(from_range(moments()));
    const manner how =
        GENERATE(values<manner>({{"reset", &user_agent::cancel}, {"closed", &user_agent::leave}}));
    INFO(w << ", " << at.name << ", " << how.name);
    using namespace script;
    const bool queued = at.directives.find("max=") != std::string::npos;
    const auto site_does = [&]() -> scripted_backend::steps {
        if (at.has_body)
            return {read_head(), read_end()};
        if (at.in_response)
            return {read_request(), send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegun"),
                    read_end()};
        return {read_request(), read_end()};
    };
    scripted_backend site(site_does());
    httpd_server front(options_for(w, "LogLevel v6front:debug\nV6FrontPass / " + site.url() +
                                          at.directives + "\n"));
    user_agent first(front);
    if (queued) {
        first.send({"/first"});
        REQUIRE(site.wait_for_hits(1));
    }
    user_agent client(front);
    if (at.has_body) {
        const bool read_first = at.directives.find("bufferbody") != std::string::npos;
        client.begin({"/leaves", "POST"}, read_first ? std::optional<std::uint64_t>() : 100);
        REQUIRE(client.send_body("half of it"));
    } else {
        client.send({"/leaves"});
    }
    // What has not come further than mod_http2 is no request yet.
    await("the exchange", [&] {
        return front.error_log().find("GET /leaves goes to") != std::string::npos ||
               front.error_log().find("POST /leaves goes to") != std::string::npos;
    });
    if (at.in_response)
        CHECK(client.read_body(5).body == "begun");
    (client.*how.leave)();
    std::string line;
    const auto is_logged = [&] {
        for (const auto& each : front.access_log())
            if (each.find("/leaves") != std::string::npos)
                line = each;
        return !line.empty();
    };
    REQUIRE(eventually(is_logged));
    INFO(line);
    CHECK_THAT(line, ContainsSubstring("\" " + std::to_string(at.status) + " "));
    CHECK_THAT(front.error_log(), ContainsSubstring("V6F0101"));
    CHECK_THAT(front.error_log(), !ContainsSubstring("V6F0102"));
}
