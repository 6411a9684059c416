// SPDX-License-Identifier: Apache-2.0
//
// A peer that ends at each point of an exchange, in each way: with a reset as the kernel makes one,
// with a close, or by saying nothing more. The other peer is told, the connection to the site ends,
// and nothing is still counted as in use.
#include "account.hpp"
#include "catch.hpp"
#include "user_agent.hpp"
#include "scripted_backend.hpp"
#include "ways.hpp"

#include <iterator>
#include <memory>

using namespace v6front;

namespace
{

enum class ending { reset, close, silence };
constexpr ending endings[] = {ending::reset, ending::close, ending::silence};
constexpr const char* words[] = {"resets", "closes", "says nothing more"};

const std::string head = "HTTP/1.1 200 OK\r\n";

struct site_point {
    const char* where;
    scripted_backend::steps before;
    bool has_begun = false; // the response
    question asked{};
};

std::vector<site_point> site_points()
{
    using namespace script;
    const question upload{"", "POST", {}, pattern(5000000)};
    return {
        {"before the request", {}},
        {"after the request", {read_request()}},
        {"after an interim response",
         {read_request(), send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")}},
        {"in its head", {read_request(), send(head + "X-A: ")}},
        {"after its head", {read_request(), send(head + "Content-Length: 100000\r\n\r\n")}, true},
        {"in its body",
         {read_request(), send(head + "Content-Length: 100000\r\n\r\n" + pattern(50000))},
         true},
        {"in a chunk",
         {read_request(),
          send(head + "Transfer-Encoding: chunked\r\n\r\n10000\r\n" + pattern(50000))},
         true},
        {"in the request's body", {read_head()}, false, upload},
    };
}

scripted_backend::steps ends(scripted_backend::steps steps, ending how)
{
    using namespace script;
    steps.push_back(how == ending::reset   ? reset()
                    : how == ending::close ? script::close()
                                           : read_end());
    return steps;
}

// A close in the middle of what the client sends is a reset to its sender.
void expect_told(const http_message& answer, const site_point& point, ending how)
{
    INFO(answer.head);
    const int status = how == ending::silence ? 504 : 502;
    // What has not left yet when the site ends may be an error still.
    const bool is_error = answer.status() == status && !answer.truncated();
    if (point.has_begun)
        CHECK((answer.truncated() || is_error));
    else
        CHECK(is_error);
}

} // namespace

TEST_CASE("A site that ends at each point", "[faults]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    const auto points = site_points();
    std::vector<std::unique_ptr<scripted_backend>> sites;
    std::string rules;
    for (const auto& point : points)
        for (const ending how : endings) {
            const auto path = "/" + std::to_string(sites.size()) + "/";
            sites.push_back(std::make_unique<scripted_backend>(ends(point.before, how)));
            rules += "V6FrontPass " + path + " " + sites.back()->url() + " max=1 connect=2 " +
                     (how == ending::silence ? "response=500ms idle=500ms" : "") + "\n";
        }
    httpd_options options = options_for(w, rules);
    keep_account(options);
    httpd_server front(options);
    const auto play = [&](std::size_t i) {
        const auto& point = points[i / std::size(endings)];
        const ending how = endings[i % std::size(endings)];
        INFO("the site " << words[static_cast<int>(how)] << ' ' << point.where);
        question asked = point.asked;
        asked.target = "/" + std::to_string(i) + "/";
        expect_told(ask(front, asked), point, how);
        CHECK(comes_to_nothing(front));
        CHECK(sites[i]->wait_for_open_connections(0));
    };
    // A child has all its own sockets when it has served for a moment.
    for (std::size_t i = 0; i < std::size(endings); ++i)
        play(i);
    const auto before = sockets(front);
    for (std::size_t i = 0; i < sites.size(); ++i)
        play(i);
    CHECK(eventually([&] { return sockets(front) <= before; }));
}

namespace
{

struct client_point {
    const char* where;
    std::string says;
    std::size_t reads = 0; // at least, before it ends
    bool may_be_silent = true;
};

// Silence in a head is a matter of the limits of heads; while the site thinks, it is the rule.
const std::vector<client_point> client_points{
    {"before its request", "", 0, false},
    {"in its head", "GET / HTTP/1.1\r\nHost: si", 0, false},
    {"in its body", head_text({"/", "POST"}, 1000000) + std::string(500000, 'x')},
    {"in a chunk", head_text({"/", "POST"}, std::nullopt) + "100000\r\n" + std::string(5000, 'x')},
    {"while the site thinks", request_text({"/silent/"}), 0, false},
    {"in the response", request_text({"/large"}), 100000},
    {"in a tunnel",
     request_text({"/tunnel/", "GET", {{"Connection", "Upgrade"}, {"Upgrade", "echo"}}}), 20},
};

} // namespace

TEST_CASE("A client that ends at each point", "[faults]")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    using namespace script;
    scripted_backend site(responder{[](const received_request& r) {
        return response(r.message.target() == "/large" ? pattern(20000000) : "ok");
    }});
    scripted_backend silent(scripted_backend::steps{read_request(), read_end()});
    scripted_backend tunnel(scripted_backend::steps{
        read_request(),
        send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n"),
        read_end()});
    // Who thinks for long is left by nothing but the client's end.
    const std::string keys = " max=1 connect=2 response=60\n";
    httpd_options options = options_for(
        w, "V6FrontPass / " + site.url() + keys + "V6FrontPass /silent/ " + silent.url() + keys +
               "V6FrontPass /tunnel/ " + tunnel.url() + " max=1 connect=2 idle=1\n");
    options.global = "Timeout 1\n";
    keep_account(options);
    httpd_server front(options);
    CHECK(comes_to_nothing(front));

    std::size_t thinking = 0;
    for (const auto& point : client_points)
        for (const ending how : endings) {
            INFO("the client " << words[static_cast<int>(how)] << ' ' << point.where);
            if (how == ending::silence && !point.may_be_silent)
                continue;
            client_options small = client_for(front);
            small.receive_buffer = 4096;
            raw_client client(front.port(), small);
            client.send_what_fits(point.says);
            for (std::size_t left = point.reads; left > 0;) {
                const auto got = client.read_some(left).size();
                REQUIRE(got > 0);
                left -= got;
            }
            if (point.says.starts_with("GET /silent/"))
                CHECK(silent.wait_for_hits(++thinking));
            if (how == ending::reset)
                client.reset();
            if (how == ending::close)
                client.close();
            CHECK(comes_to_nothing(front));
            CHECK(silent.wait_for_open_connections(0));
            CHECK(tunnel.wait_for_open_connections(0));
            CHECK(get(front, "/").body == "ok");
        }
    CHECK(eventually([&] { return site.open_connections() <= 2; }));
}
