// SPDX-License-Identifier: Apache-2.0
//
// How long a backend may take for its answer, whatever it says meanwhile.
#include "unit/front.hpp"

using namespace v6front;
using namespace v6front::test;
using namespace std::chrono_literals;

TEST_CASE("interim responses give a backend no more time", "[engine]")
{
    front f;
    auto client = f.make_client();
    f.rules.response_timeout = 500ms;
    const std::string status = GENERATE("100 Continue", "103 Early Hints", "199 Unknown");
    const bool sends = GENERATE(false, true);
    const std::string head = "HTTP/1.1 " + status + "\r\n\r\n";
    CAPTURE(status, sends);
    if (sends)
        client.upload = {"body"};
    f.sends_chunks = sends;
    f.expects_continue = sends;
    f.site.script({expect(end_of_head), drip(head, 40, 100ms), test::send(whole_answer)});
    const auto happened = f.run(client, sends ? "POST" : "GET");
    CHECK(failed(happened) == words(reason::response_timed_out));
    CHECK(happened.status == 504);
    CHECK(client.interim.size() / 4 < 40);
    CHECK(f.idle() == 0);
}

TEST_CASE("a backend that says that it is still at work may take longer", "[engine]")
{
    front f;
    auto client = f.make_client();
    f.rules.response_timeout = 1500ms;
    f.site.script({expect(end_of_head), drip("HTTP/1.1 102 Processing\r\n\r\n", 4, 500ms),
                   test::send(whole_answer)});
    CHECK(failed(f.run(client)).empty());
    CHECK(client.interim == "102 102 102 102 ");
    CHECK(client.body == "hello");
}

TEST_CASE("the way of a body takes nothing of the time for its answer", "[engine]")
{
    front f;
    auto client = f.make_client();
    f.rules.response_timeout = 2s;
    f.sends_chunks = true;
    f.expects_continue = GENERATE(false, true);
    client.waits_for_invitation = f.expects_continue;
    client.upload.assign(200, std::string(30000, 'x')); // more than what lies between can hold
    const std::string last_chunk = "\r\n0\r\n\r\n";
    f.site.script({expect(end_of_head), test::send("HTTP/1.1 100 Continue\r\n\r\n"),
                   drip("HTTP/1.1 103 Early Hints\r\n\r\n", 3, 800ms), expect(last_chunk),
                   test::send(whole_answer)});
    CHECK(failed(f.run(client, "POST")).empty());
    CHECK(client.interim == "103 103 103 ");
    CHECK(client.body == "hello");
}

TEST_CASE("a backend's own time is no more than the time for its answer", "[engine]")
{
    front f;
    auto client = f.make_client();
    constexpr int many = 3000; // some of them, while a coarse clock ticks
    std::vector<act> steps;
    for (int i = 0; i < many; ++i) {
        steps.push_back(expect(end_of_head));
        steps.push_back(test::send(whole_answer));
    }
    f.site.script(steps);
    for (int i = 0; i < many; ++i) {
        const auto happened = f.run(client);
        REQUIRE(failed(happened).empty());
        REQUIRE(happened.thinking_time <= happened.response_time);
    }
}
