// SPDX-License-Identifier: Apache-2.0
//
// Every call that an exchange makes on its sockets fails once, each in its turn: the client gets
// the right response, an error, or one that is visibly cut; the next client gets the right one, and
// nothing is still counted as in use.
#include "account.hpp"
#include "catch.hpp"
#include "https_site.hpp"
#include "preloaded.hpp"

#include <algorithm>
#include <cerrno>
#include <stdexcept>

using namespace v6front;

namespace
{

struct failure_row {
    const char* what;
    std::int64_t error; // 0: one octet is read or written
    int least;          // calls that can have it, in all questions
};

constexpr failure_row failures[] = {
    {"the kernel has no memory", ENOBUFS, 20},
    {"reset", ECONNRESET, 20},
    {"one octet at a time", 0, 20},
    {"nobody answers", ETIMEDOUT, 15},
    {"the peer has gone", EPIPE, 6},
    {"nobody listens", ECONNREFUSED, 1},
};

const std::string page = pattern(40000);

std::string answer_to(const received_request& r)
{
    if (r.message.method() == "POST")
        return response(r.message.body);
    return r.message.target() == "/chunked" ? chunked_response({page}) : response(page);
}

const std::vector<question> questions{
    {"/length"},
    {"/chunked"},
    {"/upload", "POST", {}, page},
    {"/fresh/upload", "POST", {}, page},
};

// Those in which TLS to the site makes a difference.
const std::vector<question> questions_over_tls{questions[0], questions[3]};

// What a client may get of it. A status of httpd's own, or of this front's, is a whole response;
// what is only slow is no reason for one.
void expect_honest(const http_message& answer, const failure_row& f)
{
    INFO(answer.head);
    static const std::vector<int> honest{400, 408, 502, 503, 504};
    if (answer.status() == 200 && !answer.truncated())
        CHECK((answer.body == page));
    else if (f.error == 0)
        FAIL_CHECK("the client gets less than all");
    else if (!answer.truncated() && answer.status() != 0)
        CHECK(std::find(honest.begin(), honest.end(), answer.status()) != honest.end());
}

// A handshake that does not succeed is the end of it.
void ask_once(const httpd_server& front, const question& q, const failure_row& f)
try {
    raw_client client(front.port(), client_for(front));
    client.send(request_text(q));
    expect_honest(client.read_response(), f);
} catch (const std::runtime_error& e) {
    CHECK(std::string(e.what()) == "TLS handshake refused");
    CHECK(f.error != 0);
}

// Until a round in which fewer calls were made than the one that is to fail. Returns how many were.
// With one place and no more, the next client sees whether it is free.
std::int64_t step_over(const httpd_server& front, preloaded& failing, const question& q,
                       const failure_row& f)
{
    static std::int64_t round = 0; // the same call again is another number to the library
    std::int64_t call = 0;
    for (bool reached = true; reached;) {
        ++call;
        INFO(f.what << ", call " << call << ", " << q.method << ' ' << q.target);
        REQUIRE(call < 100);
        failing.tell((++round << 16) + call, f.error);
        ask_once(front, q, f);
        // The last calls are made when the client has its answer.
        reached = eventually([&] { return failing.answer() >= call || is_at_rest(front); }) &&
                  failing.answer() >= call;
        failing.tell(0);
        const auto after = ask(front, questions[0]);
        REQUIRE(after.status() == 200);
        REQUIRE((after.body == page));
    }
    return call - 1;
}

void expect_nothing_lost(httpd_options options, const scripted_backend& site,
                         const std::vector<question>& asked)
{
    preloaded failing(options, "failing_call.so");
    keep_account(options);
    httpd_server front(options);
    for (const auto& q : asked)
        REQUIRE((ask(front, q).body == page));
    const auto children = front.children();

    for (const auto& f : failures) {
        std::int64_t calls = 0;
        INFO(f.what);
        for (const auto& q : asked) {
            calls += step_over(front, failing, q, f);
            REQUIRE(comes_to_nothing(front));
            // No more connections than may always be idle.
            REQUIRE(eventually([&] { return site.open_connections() <= 2; }));
        }
        CHECK(calls >= f.least);
    }
    CHECK(front.children() == children);
    CHECK_THAT(front.error_log(), !ContainsSubstring("V6F0001")); // an exception
}

} // namespace

TEST_CASE("Each call on a socket fails once, and no client gets a wrong response", "[faults]")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    scripted_backend site(responder{answer_to});
    httpd_options options =
        options_for(w, "V6FrontPass / " + site.url() + " max=1 connect=2\nV6FrontPass /fresh/ " +
                           site.url() + "fresh/ reuse=off\n");
    if (w.model == mpm::prefork)
        options.threads = 2;
    expect_nothing_lost(options, site, questions);
}

TEST_CASE("Each call on a socket to a site over TLS fails once", "[faults]")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    https_site site(responder{answer_to});
    expect_nothing_lost(options_for(w, site.directives("max=1 connect=2") + "V6FrontPass /fresh/ " +
                                           site.relay.url() + "fresh/ reuse=off\n"),
                        site.backend, questions_over_tls);
}
