// SPDX-License-Identifier: Apache-2.0
//
// How long a client may take for its body. What the site takes to accept it is not the client's
// time: not by mod_reqtimeout's limit, with TLS or without, nor by Timeout.
#include "catch.hpp"
#include "deadline.hpp"
#include "scripted_backend.hpp"
#include "user_agent.hpp"

#include <thread>

using namespace v6front;

namespace
{

// More than all buffers on the way to the site hold.
constexpr std::size_t much = 20'000'000;

struct limit {
    const char* directive;
    bool http2 = true; // mod_http2 ends a connection after Timeout, whoever stalls
};

const std::vector<limit>& limits()
{
    static const std::vector<limit> rows{{"RequestReadTimeout body=2"},
                                         {"RequestReadTimeout body=2,MinRate=100000000"},
                                         {"RequestReadTimeout body=1-2,MinRate=1"},
                                         {"Timeout 2", false}};
    return rows;
}

httpd_options with_limit(const way& w, const limit& l, const scripted_backend& site)
{
    httpd_options options =
        options_for(w, std::string(l.directive) + "\nV6FrontPass / " + site.url() + " idle=60");
    options.modules = {"reqtimeout"};
    return options;
}

} // namespace

TEST_CASE("A site that stalls is not its client's fault", "[body_time]")
{
    const way w = GENERATE(from_range(every_way()));
    const bool all_at_once = GENERATE(true, false); // or half of it when the site goes on
    const limit l = GENERATE(from_range(limits()));
    if (w.http2 && !l.http2) {
        return;
    }
    INFO(w << ", " << l.directive << (all_at_once ? ", all at once" : ", in halves"));
    using namespace script;
    scripted_backend site({read_head(), gate("go"), read_body(), send(response("taken"))});
    httpd_server front(with_limit(w, l, site));
    user_agent client(front);
    client.begin({"/", "POST"}, much);
    const std::size_t first = all_at_once ? much : much / 2;
    bool taken = false;
    std::thread sender([&] { taken = client.send_body(std::string(first, 'x')); });
    CHECK(site.wait_for_hits(1));
    std::this_thread::sleep_for(std::chrono::milliseconds(3500)); // which this is about
    site.open("go");
    sender.join();
    CHECK(taken);
    if (first < much) {
        CHECK(client.send_body(std::string(much - first, 'x')));
    }
    client.end_body();
    const http_message answer = client.read_response();
    CHECK(answer.status() == 200);
    CHECK(answer.body == "taken");
    CHECK(front.error_log().find("V6F01") == std::string::npos);
}

TEST_CASE("A client that stalls gets 408, however quick the site is", "[body_time]")
{
    const way w = GENERATE(from_range(every_way()));
    const limit l = GENERATE(from_range(limits()));
    if (w.http2 && !l.http2) {
        return;
    }
    INFO(w << ", " << l.directive);
    using namespace script;
    scripted_backend site({read_request(), send(response("taken"))});
    httpd_server front(with_limit(w, l, site));
    user_agent client(front);
    client.begin({"/", "POST"}, 2000);
    client.send_body(std::string(1000, 'x'));
    const auto began = std::chrono::steady_clock::now();
    CHECK(client.read_response().status() == 408);
    CHECK(std::chrono::steady_clock::now() - began > std::chrono::milliseconds(1900));
    CHECK(std::chrono::steady_clock::now() - began < patience(std::chrono::seconds(6)));
    CHECK_THAT(front.error_log(), ContainsSubstring("V6F0101"));
}

TEST_CASE("A virtual host has its own limit for bodies or that of the main server", "[body_time]")
{
    struct row {
        const char* main;
        const char* host;
        int status; // for a client that stalls for two and a half seconds
    };
    const std::vector<row> rows{
        {"RequestReadTimeout body=1", "", 408},
        {"RequestReadTimeout body=1", "RequestReadTimeout header=9", 408},
        {"RequestReadTimeout body=1", "RequestReadTimeout header=9 body=0", 200},
        {"RequestReadTimeout body=1", "RequestReadTimeout body=9", 200},
        {"RequestReadTimeout body=9", "RequestReadTimeout body=9\nRequestReadTimeout BODY=1", 408},
        {"RequestReadTimeout handshake=0 header=0 body=0", "RequestReadTimeout body=1", 408},
        {"", "", 200}};
    const way w = GENERATE(from_range(one_of_each_kind()));
    for (const row& r : rows) {
        INFO(w << ": " << r.main << " / " << r.host);
        scripted_backend site(
            [](const received_request& got) { return response(got.message.body); });
        httpd_options options =
            options_for(w, std::string(r.host) + "\nV6FrontPass / " + site.url());
        options.modules = {"reqtimeout"};
        options.global = r.main;
        httpd_server front(options);
        user_agent client(front);
        client.begin({"/", "POST"}, 10);
        client.send_body("first");
        std::this_thread::sleep_for(std::chrono::milliseconds(2500)); // which this is about
        client.send_body("other");
        client.end_body();
        CHECK(client.read_response().status() == r.status);
    }
}
