// SPDX-License-Identifier: Apache-2.0
//
// A body on its way up: invited, buffered, repeated, refused.
#include "unit/front.hpp"

using namespace v6front;
using namespace v6front::test;
using namespace std::chrono_literals;

namespace
{

const std::string kept =
    "HTTP/1.1 200 OK\r\nKeep-Alive: timeout=60\r\nContent-Length: 5\r\n\r\nhello";

} // namespace

TEST_CASE("a request that cannot be repeated takes a connection that will last", "[engine]")
{
    const std::string method = GENERATE("GET", "POST", "PUT", "DELETE");
    const bool with_body = method == "POST" || method == "PUT";
    const std::string first = GENERATE(whole_answer, kept);
    CAPTURE(method, first);
    front f;
    const std::string end = end_of_head + (with_body ? "body" : "");
    f.site.script({expect(end_of_head), test::send(first), expect(end), test::send(whole_answer)});
    f.site.script({expect(end), test::send(whole_answer)});
    auto one = f.make_client(), two = f.make_client();
    CHECK(failed(f.run(one)).empty());
    if (with_body) {
        f.fields = {{"Content-Length", "4"}};
        two.upload = {"body"};
    }
    const auto happened = f.run(two, method);
    CHECK(failed(happened).empty());
    CHECK(happened.attempts == 1);
    CHECK(happened.pooled); // promised, or not: a moment later it is still there
}

TEST_CASE("a promise that is over, or of the last request, is none", "[engine]")
{
    CHECK(parse_keep_alive("timeout=5, max=100") == 5s);
    CHECK(parse_keep_alive("max=1,timeout=7") == 7s);
    CHECK(parse_keep_alive("Timeout = 7") == 7s);
    CHECK(parse_keep_alive("timeout=5, max=0") == 0s);
    CHECK(parse_keep_alive("timeout=99999999") == 3600s);
    CHECK(parse_keep_alive("timeout=x") == 0s);
    CHECK(parse_keep_alive("") == 0s);
    CHECK(parse_keep_alive("300") == 0s);
}

TEST_CASE("an unsent body lets a dead connection be replaced, whatever the method", "[engine]")
{
    front f;
    f.site.script({expect(end_of_head), test::send(kept), expect(end_of_head), test::close()});
    f.site.script({expect(end_of_head + "body"), test::send(whole_answer)});
    auto one = f.make_client(), two = f.make_client();
    CHECK(failed(f.run(one)).empty());
    f.fields = {{"Content-Length", "4"}};
    f.expects_continue = true;
    two.upload = {"body"};
    two.waits_for_invitation = true;
    const auto happened = f.run(two, "POST");
    CHECK(failed(happened).empty());
    CHECK(happened.attempts == 2);
    CHECK(two.body == "hello");
}

TEST_CASE("a body of unknown length is sent with its length, where that is wanted", "[engine]")
{
    front f;
    f.rules.max_buffered = 10;
    f.fields = {{"Transfer-Encoding", "chunked"}};
    auto client = f.make_client();
    client.upload = {"one", "-two", "three"};
    SECTION("it fits")
    {
        client.upload.pop_back();
        f.site.script({expect("one-two"), test::send(whole_answer)});
        const auto happened = f.run(client, "POST");
        CHECK(failed(happened).empty());
        CHECK(happened.request_body == 7);
        CHECK(client.invited);
        CHECK(f.site[0].received.find("Content-Length: 7\r\n") != std::string::npos);
        CHECK(f.site[0].received.find("Transfer-Encoding") == std::string::npos);
        CHECK(f.idle() == 1);
    }
    SECTION("it does not")
    {
        const auto happened = f.run(client, "POST");
        CHECK(failed(happened) == words(reason::client_body_too_large));
        CHECK(happened.status == 413);
        CHECK(f.site.visits() == 0);
    }
    SECTION("it can be sent once more")
    {
        client.upload = {"again"};
        f.site.script(
            {expect(end_of_head), test::send(whole_answer), expect("again"), test::close()});
        f.site.script({expect("again"), test::send(whole_answer)});
        auto first = f.make_client();
        CHECK(failed(f.run(first)).empty());
        const auto happened = f.run(client, "PUT");
        CHECK(failed(happened).empty());
        CHECK(happened.attempts == 2);
    }
    SECTION("it is none")
    {
        client.upload = {};
        f.site.script({expect(end_of_head), test::send(whole_answer)});
        const auto happened = f.run(client, "POST");
        CHECK(failed(happened).empty());
        CHECK(f.site[0].received.find("Content-Length: 0\r\n") != std::string::npos);
        CHECK(f.idle() == 1);
    }
}

// In one turn of the loop both may end: what is read of the client, and the wait for the site.
TEST_CASE("a body that is refused while the site speaks is not ended as if it were whole",
          "[engine]")
{
    front f;
    f.fields = {{"Transfer-Encoding", "chunked"}};
    f.site.script({expect("0\r\n\r\n"), test::send(whole_answer)});
    auto client = f.make_client();
    client.upload = {"one"};
    client.upload_ends = fake_client::ending::broken;
    client.turns_to_break = GENERATE(range(0u, 6u));
    CAPTURE(client.turns_to_break);
    bool has_spoken = false;
    client.breaks_when = [&] {
        if (has_spoken || f.site.visits() == 0 ||
            f.site[0].received.find("one") == std::string::npos)
            return has_spoken;
        asio::write(f.site[0].socket,
                    asio::buffer(std::string("HTTP/1.1 103 Early Hints\r\n\r\n")));
        return has_spoken = true;
    };
    CHECK(failed(f.run(client, "POST")) == words(reason::client_body_malformed));
    CHECK(f.site[0].received.find("0\r\n\r\n") == std::string::npos);
}

TEST_CASE("a body of another length than announced goes no further", "[engine]")
{
    front f;
    f.fields = {{"Content-Length", "5"}};
    auto client = f.make_client();
    client.upload = GENERATE(std::vector<std::string>{"four"}, std::vector<std::string>{"zzzzzz"},
                             std::vector<std::string>{"five5", "z"});
    f.site.script({expect(end_of_head)});
    const auto happened = f.run(client, "POST");
    CHECK(failed(happened) == words(reason::client_body_malformed));
    CHECK(f.idle() == 0);
    CHECK(f.has_left(0));
    CHECK(f.site[0].received.find("z") == std::string::npos);
}

TEST_CASE("a client that waits for a word of the backend's gets it", "[engine]")
{
    front f;
    f.fields = {{"Content-Length", "4"}};
    f.expects_continue = true;
    auto client = f.make_client();
    client.upload = {"body"};
    client.waits_for_invitation = true;
    std::string answer = "hello";
    bool sent = true;
    SECTION("go on")
    {
        f.site.script({expect(end_of_head), test::send("HTTP/1.1 100 Continue\r\n\r\n"),
                       expect("body"), test::send(whole_answer)});
    }
    SECTION("not yet, then go on")
    {
        f.site.script({expect(end_of_head), test::send("HTTP/1.1 102 Processing\r\n\r\n"),
                       test::send("HTTP/1.1 100 Continue\r\n\r\n"), expect("body"),
                       test::send(whole_answer)});
    }
    SECTION("none: it is told to go on all the same")
    {
        f.site.script({expect("body"), test::send(whole_answer)});
    }
    SECTION("no")
    {
        sent = false;
        answer = "no";
        f.site.script(
            {expect(end_of_head), test::send("HTTP/1.1 417 No\r\nContent-Length: 2\r\n\r\nno")});
    }
    SECTION("no wait: its body comes at once")
    {
        client.waits_for_invitation = false;
        f.site.script({expect("body"), test::send(whole_answer)});
    }
    const auto happened = f.run(client, "POST");
    CHECK(failed(happened).empty());
    CHECK(client.body == answer);
    CHECK(f.site[0].received.find("Expect: 100-continue\r\n") != std::string::npos);
    CHECK(f.site[0].received.ends_with("body") == sent);
    CHECK(happened.request_body == (sent ? 4 : 0));
    CHECK(f.idle() == (sent ? 1 : 0)); // a body that was announced and not sent
}

TEST_CASE("trailers go up behind a chunked body", "[engine]")
{
    front f;
    f.fields = {{"Transfer-Encoding", "chunked"}, {"Trailer", "Digest"}};
    auto client = f.make_client();
    client.upload = {"body"};
    client.upload_trailers = {{"Digest", "d"}, {"Host", "evil"}};
    f.site.script({expect("0\r\nDigest: d\r\n\r\n"), test::send(whole_answer)});
    CHECK(failed(f.run(client, "POST")).empty());
    CHECK(f.site[0].received.find("Trailer: Digest\r\n") != std::string::npos);
}

TEST_CASE("trailers come down to a client that takes them", "[engine]")
{
    front f;
    auto client = f.make_client();
    client.wants_trailers = GENERATE(false, true);
    f.site.script({expect(end_of_head),
                   test::send("HTTP/1.1 200 OK\r\nTrailer: A\r\nTransfer-Encoding: chunked\r\n\r\n"
                              "5\r\nhello\r\n0\r\nA: one\r\nB: two\r\n\r\n")});
    const auto happened = f.run(client);
    CHECK(failed(happened).empty());
    CHECK(client.body == "hello");
    CHECK(client.got_trailers == (client.wants_trailers ? "A=one;B=two;" : ""));
    CHECK((client.fields.find("Trailer=A;") != std::string::npos) == client.wants_trailers);
    CHECK(f.idle() == 1);
}
