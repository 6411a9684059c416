// SPDX-License-Identifier: Apache-2.0
//
// Sites that close idle connections at the worst moment, under load: no client sees it, and nothing
// is done twice.
#include "catch.hpp"
#include "scripted_backend.hpp"
#include "user_agent.hpp"
#include "watching.hpp"
#include "ways.hpp"

#include <deque>
#include <map>

using namespace v6front;

namespace
{

struct load_result {
    std::map<int, unsigned> statuses;
    std::string text() const
    {
        std::string all;
        for (const auto& [status, count] : statuses)
            all += std::to_string(status) + " x " + std::to_string(count) + " ";
        return all;
    }
};

// Clients that ask at the same time, again and again, each for a target of its own.
load_result load(const httpd_server& front, unsigned clients, unsigned rounds, bool posts)
{
    load_result result;
    std::deque<user_agent> all;
    for (unsigned i = 0; i < clients; ++i)
        all.emplace_back(front);
    for (unsigned round = 0; round < rounds; ++round) {
        for (unsigned i = 0; i < clients; ++i) {
            question q{"/" + std::to_string(round) + "/" + std::to_string(i)};
            if (posts) {
                q.method = "POST";
                q.body = "order " + q.target;
                q.chunked = i % 2 == 0;
            }
            all[i].send(q);
        }
        for (user_agent& client : all) {
            const http_message answer = client.read_response();
            ++result.statuses[answer.complete ? answer.status() : 0];
        }
    }
    return result;
}

} // namespace

TEST_CASE("200 clients before a site that closes idle connections: nobody notices", "[races]")
{
    const way w = GENERATE(from_range(every_way()));
    const bool posts = GENERATE(false, true);
    INFO(w << (posts ? ", POST" : ", GET"));
    using namespace script;
    const auto answer_it =
        answer([](const received_request& r) { return response(r.message.body); });
    // One, two and three requests for each connection; it says nothing of closing, and closes. One
    // that takes a second request and closes without an answer, at the very worst moment, is for
    // those that can be made again: of a POST nobody knows whether it was done, here or elsewhere.
    const scripted_backend::steps worst{read_request(), answer_it, read_request(),
                                        posts ? answer_it : close(), close()};
    scripted_backend site(std::vector<scripted_backend::steps>{
        {read_request(), answer_it, close()},
        {read_request(), answer_it, read_request(), answer_it, close()},
        {read_request(), answer_it, read_request(), answer_it, read_request(), answer_it, close()},
        {read_request(), answer_it, close()},
        worst});
    httpd_options options = options_for(w, "V6FrontPass / " + site.url());
    // Where each request takes a thread, the event MPM closes idle clients when none is free; and
    // one that has given its client back is not free at once, on a machine with more to do.
    const auto slower = static_cast<unsigned>(slowness());
    const unsigned clients = w.model == mpm::prefork ? 200u / slower : 200u; // watched processes
    const unsigned taken = w.model == mpm::event ? 2 * clients : clients;
    options.threads = w.adopted() ? 25 : taken + 20;
    // A client that the machine held up is none that idled, not even before its first request.
    options.global = "Timeout 600\nKeepAliveTimeout 600";
    httpd_server front(options);
    const unsigned rounds = 20u / slower;
    load_result result = load(front, clients, rounds, posts);
    INFO(result.text());
    // A busy machine may hold the site up between an answer and its close, and a POST comes
    // between.
    const unsigned lost = result.statuses[502];
    CHECK(lost <= (posts ? 2 : 0));
    CHECK(result.statuses[200] + lost == clients * rounds);
    CHECK(front.complaints().size() == lost);
    std::map<std::string, unsigned> done;
    for (const received_request& r : site.requests())
        ++done[r.message.target()];
    CHECK(done.size() + lost >= clients * rounds);
    for (const auto& [target, times] : done) {
        if (posts && times != 1)
            FAIL_CHECK(target << " was done " << times << " times");
    }
}

TEST_CASE("A site that keeps connections gets a second POST on the same one", "[races]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    const std::string promise = GENERATE("", "Keep-Alive: timeout=30, max=100\r\n");
    scripted_backend site([&](const received_request&) { return response("ok", promise); });
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    user_agent client(front);
    // Without a promise none goes out on a connection that has been idle for a second.
    std::size_t late = 0;
    auto answered = std::chrono::steady_clock::now();
    for (int i = 0; i < 20; ++i) {
        client.send({"/", "POST", {}, "order"});
        CHECK(client.read_response().status() == 200);
        const auto now = std::chrono::steady_clock::now();
        late += promise.empty() && now - answered > std::chrono::milliseconds{900};
        answered = now;
    }
    CHECK(site.connections() <= 1 + late);
}

TEST_CASE("A POST that was sent is never sent again", "[races]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    using namespace script;
    scripted_backend site(scripted_backend::steps{read_request(), close()});
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    for (const bool chunked : {false, true}) {
        const std::size_t before = site.hits();
        CHECK(ask(front, {"/", "POST", {}, "order", chunked}).status() == 502);
        CHECK(site.hits() == before + 1);
    }
}
