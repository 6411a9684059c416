// SPDX-License-Identifier: Apache-2.0
//
// A body that is wrong from its start, or from later on: the client gets a whole 502 as long as
// nothing has gone down, and what is visibly cut from then on; the access log says which.
#include "catch.hpp"
#include "scripted_backend.hpp"
#include "user_agent.hpp"
#include "ways.hpp"

using namespace v6front;

namespace
{

struct early_fault {
    const char* name;
    std::string bytes; // which come at once
    bool at_hand;      // the fault is among them, and needs no end of the connection to be seen
};

const std::string with_length = "HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\n";
const std::string in_chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

std::vector<early_fault> early_faults()
{
    return {
        {"a bad first chunk", in_chunks + "xyz\r\n", true},
        {"a page in the place of chunks", in_chunks + "<html>page</html>", true},
        {"a bad second chunk", in_chunks + "5\r\nstart\r\nxyz\r\n", true},
        {"a first chunk that is too long", in_chunks + "3\r\nstart\r\n0\r\n\r\n", true},
        {"a bad chunk behind 12 KB", in_chunks + "3000\r\n" + pattern(0x3000) + "\r\nxyz\r\n",
         true},
        {"an end before a body with a length", with_length, false},
        {"an end in a body with a length", with_length + "start", false},
        {"an end before the first chunk", in_chunks, false},
        {"an end in the first chunk", in_chunks + "5\r\nst", false},
        {"an end before the last chunk", in_chunks + "5\r\nstart\r\n", false},
        {"an end before the last line", in_chunks + "5\r\nstart\r\n0\r\n", false},
    };
}

// What the access log says is what the client has seen.
void check_log(const httpd_server& front, const http_message& answer, std::size_t line)
{
    const auto log = front.access_log(line + 1);
    REQUIRE(log.size() == line + 1);
    INFO(log.back());
    // The reset of an HTTP/2 stream may overtake the last of what mod_http2 was given, and even the
    // head.
    const bool may_be_overtaken = front.options().http2 && answer.truncated();
    const int seen = may_be_overtaken && answer.status() == 0 ? 200 : answer.status();
    const std::string status = "\" " + std::to_string(seen) + " ";
    const auto at = log.back().find(status);
    REQUIRE(at != std::string::npos);
    const auto octets = std::stoul(log.back().substr(at + status.size()));
    CHECK((octets == answer.body.size() || (may_be_overtaken && octets > answer.body.size())));
}

} // namespace

TEST_CASE("A body that is bad from its start is a 502, and never a reset", "[early_faults]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    using namespace script;
    const auto rows = early_faults();
    for (const early_fault& row : rows) {
        scripted_backend bad(scripted_backend::steps{read_request(), send(row.bytes),
                                                     row.at_hand ? read_end() : close()});
        const httpd_server front(options_for(w, "V6FrontPass / " + bad.url()));
        for (std::size_t i = 0; i < 5; ++i) {
            INFO(row.name);
            const http_message answer = get(front, "/");
            INFO(answer.status() << " " << answer.body << (answer.complete ? "" : ", cut"));
            // An end can come later than what it cuts, when the response has begun.
            const bool begun = !row.at_hand && answer.truncated() &&
                               (answer.status() == 200 || (w.http2 && answer.status() == 0));
            CHECK((begun || (answer.status() == 502 && answer.complete)));
            check_log(front, answer, i);
        }
    }
}

TEST_CASE("A body that turns bad when some of it has gone down is visibly cut", "[early_faults]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    using namespace script;
    for (const std::string bad_end : {"xyz\r\n", "5\r\nst", "0\r\n"}) {
        INFO(bad_end);
        scripted_backend bad(scripted_backend::steps{read_request(),
                                                     send(in_chunks + "5\r\nstart\r\n"),
                                                     gate("end"), send(bad_end), close()});
        const httpd_server front(options_for(w, "V6FrontPass / " + bad.url()));
        user_agent client(front);
        client.send({"/"});
        REQUIRE(client.read_body(5).body == "start");
        bad.open("end");
        const http_message answer = client.read_response();
        CHECK(answer.status() == 200);
        CHECK(answer.truncated());
        client.leave(); // mod_http2 may log a request only when its connection has more to do
        check_log(front, answer, 0);
    }
}
