// SPDX-License-Identifier: Apache-2.0
//
// Every call that an exchange makes on its sockets fails once, each in its turn: the client gets
// the right response, an error, or one that is visibly cut; the next client gets the right one, and
// nothing is still counted as in use.
#include "catch.hpp"
#include "preloaded.hpp"
#include "scripted_backend.hpp"
#include "ways.hpp"

#include <cerrno>
#include <stdexcept>

using namespace v6front;

namespace
{

struct failure_row {
    const char* what;
    std::int64_t error; // 0: one octet is read or written
};

constexpr failure_row failures[] = {
    {"the kernel has no memory", ENOBUFS},
    {"reset", ECONNRESET},
    {"one octet at a time", 0},
};

// An exchange makes fewer than this, with a new connection to the site.
constexpr std::int64_t most_calls = 16;

const std::string page = pattern(40000);

std::string answer_to(const received_request& r)
{
    if (r.message.method() == "POST")
        return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(r.message.body.size()) +
               "\r\n\r\n" + r.message.body;
    if (r.message.target() == "/chunked")
        return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9c40\r\n" + page +
               "\r\n0\r\n\r\n";
    return "HTTP/1.1 200 OK\r\nContent-Length: 40000\r\n\r\n" + page;
}

const std::vector<question> questions{
    {"/length"},
    {"/chunked"},
    {"/upload", "POST", {}, page},
};

// What a client may get of it. A status of httpd's own, or of this front's, is a whole response.
void expect_honest(const http_message& answer)
{
    if (answer.truncated() || answer.status() == 0)
        return;
    if (answer.status() == 200)
        CHECK(answer.body == page);
    else
        CHECK(answer.status() >= 400);
}

// A handshake that does not succeed is the end of it.
void ask_once(const httpd_server& front, const question& q)
try {
    raw_client client(front.port(), client_for(front));
    client.send(request_text(q));
    expect_honest(client.read_response());
} catch (const std::runtime_error& e) {
    CHECK(std::string(e.what()) == "TLS handshake refused");
}

} // namespace

TEST_CASE("Each call on a socket fails once, and no client gets a wrong response", "[faults]")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    scripted_backend site(responder{[](const received_request& r) { return answer_to(r); }});
    httpd_options options = options_for(w, "V6FrontPass / " + site.url() + " max=1 connect=2\n");
    preloaded failing(options, "failing_call.so");
    httpd_server front(options);
    for (const auto& q : questions)
        REQUIRE(ask(front, q).body == page);

    std::int64_t round = 0;
    for (const auto& f : failures)
        for (std::int64_t call = 1; call <= most_calls; ++call) {
            const auto& q = questions[static_cast<std::size_t>(call + f.error) % questions.size()];
            INFO(f.what << ", call " << call << ", " << q.method << ' ' << q.target);
            // The same call again is another number to the library.
            failing.tell((++round << 16) + call, f.error);
            ask_once(front, q);
            failing.tell(0);
            const auto after = ask(front, q);
            CHECK(after.status() == 200);
            CHECK(after.body == page);
        }
    CHECK(front.error_log().find("exit signal") == std::string::npos);
    CHECK(front.error_log().find("V6F0001") == std::string::npos); // an exception
    // Nobody holds the one place, nor more connections than may always be idle.
    CHECK(eventually([&] { return site.open_connections() <= 2; }));
}
