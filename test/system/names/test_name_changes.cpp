// SPDX-License-Identifier: Apache-2.0
//
// A name that changes while the site is in use, at a real name server: the next request follows it,
// and what is under way ends where it began.
#include "catch.hpp"
#include "private_network.hpp"
#include "scripted_backend.hpp"
#include "scripted_names.hpp"
#include "steady_load.hpp"
#include "ways.hpp"

using namespace v6front;
using namespace std::chrono_literals;

namespace
{

using clock_type = std::chrono::steady_clock;

// The refresh of 1 s, and what a lookup and a request take.
constexpr auto one_interval = 2s;

httpd_options front_for(const way& w, const scripted_backend& site)
{
    httpd_options options = options_for_name(w, "site.test", site.port());
    options.global = "V6FrontResolve refresh=1 timeout=1\nV6FrontThreads 1\n";
    return options;
}

// From here on no new request goes by what the name said before.
void await_word_of_change(const httpd_server& front)
{
    await("the log's word of the change",
          [&] { return front.error_log().find("V6F0304") != std::string::npos; });
}

} // namespace

TEST_CASE("A response that is under way when its site moves is finished by the old address",
          "[names]")
{
    if (!private_network::possible("a site that moves in a response"))
        return;
    using namespace script;
    const private_network network;
    scripted_names names;
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    names.say("site.test", {.a = {"127.0.0.2"}});
    const std::string whole = pattern(20000), first = whole.substr(0, 9000);
    scripted_backend old_site({read_request(),
                               send("HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n" + first),
                               gate("rest"), send(whole.substr(first.size())), again()},
                              0, "127.0.0.2");
    scripted_backend new_site(say("new"), old_site.port(), "127.0.0.3");
    httpd_server front(front_for(w, old_site));

    raw_client waiting(front.port());
    waiting.send(request_text({}));
    message_reader answer(message_reader::expecting::response);
    while (answer.message().body.size() < first.size()) {
        const auto piece = waiting.read_some();
        REQUIRE_FALSE(piece.empty());
        answer.feed(piece);
    }
    const auto moved = clock_type::now();
    names.say("site.test", {.a = {"127.0.0.3"}});
    await_word_of_change(front);
    CHECK(clock_type::now() - moved < patience(one_interval));
    for (int i = 0; i < 10; ++i)
        CHECK(get(front, "/").body == "new");
    CHECK(old_site.hits() == 1);

    CHECK_FALSE(answer.complete());
    old_site.open("rest");
    while (!answer.complete()) {
        const auto piece = waiting.read_some();
        REQUIRE_FALSE(piece.empty());
        answer.feed(piece);
    }
    CHECK((answer.message().body == whole)); // not worth printing
    // And the same client's next request follows the name.
    waiting.send(request_text({}));
    CHECK(waiting.read_response().body == "new");
    CHECK(front.complaints() == no_complaints);
}

TEST_CASE("A name is looked up once in each child process, however many engines use it", "[names]")
{
    if (!private_network::possible("one resolver per child"))
        return;
    const private_network network;
    scripted_names names;
    names.say("site.test", {.a = {"127.0.0.1"}});
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    scripted_backend site(say("ok"));
    httpd_options options = front_for(w, site);
    options.global = "V6FrontThreads 4\n"; // and the refresh of 30 s, which this does not last
    options.children = 2;
    const auto before = names.asked("site.test", record_type::a);
    httpd_server front(options);
    const auto asked = [&] { return names.asked("site.test", record_type::a) - before; };
    await("both children", [&] { return asked() >= 2; });
    std::vector<raw_client> clients;
    for (int i = 0; i < 40; ++i) {
        clients.emplace_back(front.port());
        clients.back().send(request_text({}));
    }
    for (raw_client& client : clients) {
        CHECK(client.read_response().status() == 200);
        client.close();
    }
    CHECK(asked() == 2);
}

TEST_CASE("An address that a name has lost gets no request, though a connection to it is idle",
          "[names]")
{
    if (!private_network::possible("a name that loses an address"))
        return;
    const private_network network;
    scripted_names names;
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    names.say("site.test", {.a = {"127.0.0.2", "127.0.0.3"}});
    scripted_backend kept(say("ok"), 0, "127.0.0.2");
    auto lost = std::make_unique<scripted_backend>(say("ok"), kept.port(), "127.0.0.3");
    httpd_server front(front_for(w, kept));
    steady_load load(front);
    CHECK(kept.wait_for_hits(50));
    CHECK(lost->wait_for_hits(50));

    const auto changed = clock_type::now();
    names.say("site.test", {.a = {"127.0.0.2"}});
    await_word_of_change(front);
    CHECK(clock_type::now() - changed < patience(one_interval));
    load.stop(); // what had been sent there before is answered now, however slow that address was
    const auto hits = lost->hits();
    CHECK(lost->open_connections() > 0);
    steady_load later(front);
    CHECK(kept.wait_for_hits(kept.hits() + 200));
    CHECK(lost->hits() == hits);
    CHECK(lost->open_connections() > 0); // so one could have been used all that time
    lost.reset();
    CHECK(kept.wait_for_hits(kept.hits() + 50));
    later.stop();
    CHECK(load.failed() == 0);
    CHECK(later.failed() == 0);
    CHECK(front.complaints() == no_complaints);
}
