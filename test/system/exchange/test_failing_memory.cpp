// SPDX-License-Identifier: Apache-2.0
//
// Each piece of memory that the module asks for is missing once, each in its turn: the child lives,
// the client gets the right response, an error, one that is visibly cut, or the end of its
// connection; the next client gets the right response, and nothing is still counted as in use.
#include "accepting.hpp"
#include "account.hpp"
#include "catch.hpp"
#include "https_site.hpp"
#include "preloaded.hpp"
#include "user_agent.hpp"
#include "watching.hpp"

#include <cstdint>
#include <stdexcept>

using namespace v6front;

namespace
{

const std::string large_page = pattern(40000);

std::string answer_any(const received_request& r)
{
    if (r.message.has("Upgrade"))
        return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: upgrade\r\n\r\n" +
               large_page;
    if (r.message.method() == "POST")
        return response(r.message.body);
    return r.message.target() == "/chunked" ? chunked_response({large_page}) : response(large_page);
}

struct work {
    question asked;
    int times = 1;          // on one connection
    bool is_tunnel = false; // HTTP/1.1
};

const std::vector<work> all_works{
    {{"/length"}},
    {{"/kept"}, 2},
    {{"/chunked"}},
    {{"/upload", "POST", {}, large_page}},
    {{"/upload-in-chunks", "POST", {}, large_page, true}},
    {{"/fresh/length"}},
    {{"/fresh/upload", "POST", {}, large_page}},
    {{"/tunnel", "GET", {{"Connection", "Upgrade"}, {"Upgrade", "echo"}}}, 1, true},
};

// Those in which TLS to the site makes a difference.
const std::vector<work> works_over_tls{all_works[1], all_works[3], all_works[5], all_works[7]};

// What a client may get.
void expect_honest_answer(const http_message& answer)
{
    INFO(answer.head);
    if (answer.truncated() || answer.status() == 0)
        return;
    if (answer.status() == 200)
        CHECK((answer.body == large_page));
    else
        CHECK((answer.status() == 500 || answer.status() == 503));
}

void talk_through_tunnel(const httpd_server& front, const question& q)
{
    raw_client client(front.port(), client_for(front));
    client.send(request_text(q));
    std::string got;
    for (std::string more = client.read_some(); !more.empty(); more = client.read_some()) {
        got += more;
        if (got.ends_with(large_page.substr(large_page.size() - 100)))
            break;
    }
    client.send("to the site");
    const auto end = got.find("\r\n\r\n");
    if (got.starts_with("HTTP/1.1 101 ") && end != got.npos)
        CHECK((large_page.starts_with(got.substr(end + 4))));
    else
        CHECK((got.empty() || got.starts_with("HTTP/1.1 50")));
}

// A handshake that does not succeed is the end of it.
void do_once(const httpd_server& front, const work& w)
try {
    if (w.is_tunnel)
        return talk_through_tunnel(front, w.asked);
    user_agent client(front);
    for (int i = 0; i < w.times; ++i) {
        client.send(w.asked);
        expect_honest_answer(client.read_response());
    }
} catch (const deadline_passed&) {
    throw;
} catch (const std::runtime_error& e) {
    CHECK_THAT(e.what(), ContainsSubstring("refused"));
}

// Until a round in which less was asked for than what is made to fail. A request takes what the one
// before has left, except where a sanitizer watches memory: there each piece fails once. Returns
// how many were asked for.
std::int64_t step_over(const httpd_server& front, preloaded& failing, const work& w,
                       std::int64_t& round)
{
    std::int64_t missing = 0;
    for (bool reached = true; reached;) {
        ++missing;
        INFO("piece " << missing << ", " << w.asked.method << ' ' << w.asked.target);
        REQUIRE(missing < 500);
        // The same piece again is another number to the library.
        failing.tell((++round << 16) + missing);
        do_once(front, w);
        // The last pieces are asked for when the client has its answer.
        reached = eventually([&] { return failing.answer() >= missing || is_at_rest(front); }) &&
                  failing.answer() >= missing;
        failing.tell(0);
        const auto after = ask(front, {"/length"});
        REQUIRE(after.status() == 200);
        REQUIRE((after.body == large_page));
    }
    if (watching() == watcher::sanitizers)
        CHECK(missing > 20); // the least that any request asks for is about 30
    return missing - 1;
}

void expect_nothing_lost(httpd_options options, const std::vector<work>& works)
{
    preloaded failing(options, "failing_new.so");
    keep_account(options);
    httpd_server front(options);
    const auto children = front.children();
    for (const auto& w : works)
        if (!w.is_tunnel)
            REQUIRE((ask(front, w.asked).body == large_page));
    CHECK(comes_to_nothing(front));
    const auto before = sockets(front);

    std::int64_t round = 0, pieces = 0, worked = 0;
    for (const auto& w : works)
        if (!w.is_tunnel || !options.http2) {
            pieces += step_over(front, failing, w, round);
            ++worked;
        }
    CHECK(pieces > 3 * worked);
    CHECK(comes_to_nothing(front));
    CHECK(front.children() == children);
    CHECK_THAT(front.error_log(), !ContainsSubstring("V6F0001"));    // an exception of another kind
    CHECK(eventually([&] { return sockets(front) <= before + 2; })); // idle ones to the site
}

} // namespace

TEST_CASE("Each piece of memory is missing once", "[faults][memory_faults]")
{
    const way w = GENERATE(from_range(every_way()));
    const auto by = w.adopted() ? GENERATE(accepting::engines, accepting::mpm) : accepting::engines;
    INFO(w << ", " << by);
    scripted_backend site(responder{answer_any});
    httpd_options options =
        options_for(w, "V6FrontPass / " + site.url() + " max=1 connect=2\nV6FrontPass /fresh/ " +
                           site.url() + "fresh/ reuse=off\n");
    if (w.model == mpm::prefork)
        options.threads = 2;
    expect_nothing_lost(accepted_by(by, options), all_works);
}

TEST_CASE("Each piece of memory for a site over TLS is missing once", "[faults][memory_faults]")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    https_site site(responder{answer_any});
    expect_nothing_lost(options_for(w, site.directives("max=1 connect=2") + "V6FrontPass /fresh/ " +
                                           site.relay.url() + "fresh/ reuse=off\n"),
                        works_over_tls);
}
