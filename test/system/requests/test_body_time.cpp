// SPDX-License-Identifier: Apache-2.0
//
// How long a client may take for its body. What the site takes to accept it is not the client's
// time: not by mod_reqtimeout's limit, with TLS or without, nor by Timeout.
#include "catch.hpp"
#include "deadline.hpp"
#include "scripted_backend.hpp"
#include "user_agent.hpp"

#include <deque>
#include <future>
#include <sstream>
#include <thread>

using namespace v6front;

namespace
{

// More than all buffers on the way to the site hold.
constexpr std::size_t much_of_it = 20'000'000;

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
    httpd_options options = options_for(w, std::string(l.directive) + "\nV6FrontPass / " +
                                               site.url() + " idle=60 response=60");
    options.modules = {"reqtimeout"};
    return options;
}

// One client with its own front and site; those of all rows stall at the same time.
struct upload {
    upload(const way& w, const limit& l, scripted_backend::steps steps, std::string name)
        : text(std::move(name)),
          site(std::move(steps)),
          front(with_limit(w, l, site)),
          client(front)
    {
    }
    std::string text;
    scripted_backend site;
    httpd_server front;
    user_agent client;
    std::chrono::steady_clock::time_point began{};
    bool is_sent = false;
    std::future<http_message> answer; // and then it is known whether all was sent
};

std::string words(const way& w, const char* directive)
{
    std::ostringstream text;
    text << w << ", " << directive;
    return text.str();
}

} // namespace

TEST_CASE("A site that stalls is not its client's fault", "[body_time]")
{
    const way w = GENERATE(from_range(every_way()));
    using namespace script;
    const scripted_backend::steps stalls{read_head(), gate("go"), read_body(),
                                         send(response("taken"))};
    std::deque<upload> all;
    for (const limit& l : limits())
        if (!w.http2 || l.http2)
            all.emplace_back(w, l, stalls, words(w, l.directive));
    for (upload& u : all) {
        u.client.begin({"/", "POST"}, much_of_it);
        u.answer = std::async(std::launch::async, [&u] {
            u.is_sent = u.client.send_body(std::string(much_of_it, 'x'));
            u.client.end_body();
            return u.client.read_response();
        });
    }
    for (upload& u : all)
        CHECK(u.site.wait_for_hits(1));
    std::this_thread::sleep_for(std::chrono::milliseconds(3500)); // which this is about
    for (upload& u : all)
        u.site.open("go");
    for (upload& u : all) {
        INFO(u.text);
        const http_message answer = u.answer.get();
        CHECK(u.is_sent);
        CHECK(answer.status() == 200);
        CHECK(answer.body == "taken");
        CHECK(u.front.error_log().find("V6F010") == std::string::npos);
    }
}

TEST_CASE("A client that stalls gets 408, however quick the site is", "[body_time]")
{
    const way w = GENERATE(from_range(every_way()));
    using namespace script;
    std::deque<upload> all;
    for (const limit& l : limits()) {
        if (w.http2 && !l.http2)
            continue;
        upload& u =
            all.emplace_back(w, l, scripted_backend::steps{read_request(), send(response("taken"))},
                             words(w, l.directive));
        u.client.begin({"/", "POST"}, 2000);
        u.client.send_body(std::string(1000, 'x'));
        u.began = std::chrono::steady_clock::now();
    }
    for (upload& u : all) {
        INFO(u.text);
        CHECK(u.client.read_response().status() == 408);
        CHECK(std::chrono::steady_clock::now() - u.began > std::chrono::milliseconds(1900));
        CHECK(std::chrono::steady_clock::now() - u.began < patience(std::chrono::seconds(6)));
        CHECK_THAT(u.front.error_log(), ContainsSubstring("V6F0101"));
    }
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
    struct asked {
        asked(const httpd_options& options) : front(options), client(front) {}
        httpd_server front;
        user_agent client;
    };
    scripted_backend site([](const received_request& got) { return response(got.message.body); });
    std::deque<asked> all;
    for (const row& r : rows) {
        httpd_options options =
            options_for(w, std::string(r.host) + "\nV6FrontPass / " + site.url());
        options.modules = {"reqtimeout"};
        options.global = r.main;
        all.emplace_back(options);
    }
    for (asked& a : all) {
        a.client.begin({"/", "POST"}, 10);
        a.client.send_body("first");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2500)); // which this is about
    for (std::size_t i = 0; i < rows.size(); ++i) {
        INFO(w << ": " << rows[i].main << " / " << rows[i].host);
        all[i].client.send_body("other");
        all[i].client.end_body();
        CHECK(all[i].client.read_response().status() == rows[i].status);
    }
}

TEST_CASE("A virtual host without a directive of ours has its own limit for bodies", "[body_time]")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    scripted_backend site([](const received_request&) { return response("taken"); });
    httpd_options options = options_for(w, "RequestReadTimeout body=60");
    options.modules = {"reqtimeout"};
    options.global = "V6FrontPass / " + site.url();
    options.port = free_port();
    options.site += "\n</VirtualHost>\n<VirtualHost *:" + std::to_string(options.port) +
                    ">\nServerName other.test\nRequestReadTimeout body=1";
    httpd_server front(options);
    user_agent client(front), other(front);
    client.begin({"/", "POST"}, 10);
    question q{"/", "POST"};
    q.host = "other.test";
    other.begin(q, 10);
    client.send_body("first");
    other.send_body("first");
    CHECK(other.read_response().status() == 408);
    client.send_body("other");
    client.end_body();
    CHECK(client.read_response().status() == 200);
}
