// SPDX-License-Identifier: Apache-2.0
#include "unit/front.hpp"

using namespace v6front;
using namespace v6front::test;
using namespace std::chrono_literals;

namespace
{

std::vector<act> one_answer(const std::string& answer)
{
    return {expect(end_of_head), test::send(answer)};
}

} // namespace

TEST_CASE("two exchanges, one connection", "[engine]")
{
    front f;
    f.site.script({expect(end_of_head), test::send(whole_answer), expect(end_of_head),
                   test::send(whole_answer)});
    auto first = f.make_client(), second = f.make_client();
    const auto one = f.run(first);
    CHECK(failed(one).empty());
    CHECK(one.status == 200);
    CHECK(one.head_sent);
    CHECK(one.attempts == 1);
    CHECK_FALSE(one.pooled);
    CHECK(one.response_body == 5);
    CHECK(one.request_body == 0);
    REQUIRE(one.address);
    CHECK(one.address->port() == f.site.port());
    CHECK(first.heads == 1);
    CHECK(first.status == 200);
    CHECK(first.fields == "Via=1.1 v6front-test;");
    CHECK(first.body == "hello");
    CHECK(f.idle() == 1);
    CHECK(f.site[0].received.starts_with("GET /x HTTP/1.1\r\nHost: front.example\r\n"));

    const auto two = f.run(second);
    CHECK(failed(two).empty());
    CHECK(two.pooled);
    CHECK(two.attempts == 1);
    CHECK(second.body == "hello");
    CHECK(f.site.visits() == 1);
    CHECK(f.idle() == 1);
}

TEST_CASE("a response that does not allow it ends the connection", "[engine]")
{
    front f;
    for (const std::string answer :
         {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello",
          "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello",
          "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello, and more"}) {
        f.site.script(one_answer(answer));
        auto client = f.make_client();
        CHECK(failed(f.run(client)).empty());
        CHECK(client.body == "hello");
        CHECK(f.idle() == 0);
        CHECK(f.has_left(f.site.visits() - 1));
    }
}

TEST_CASE("a body goes up as it is framed", "[engine]")
{
    front f;
    auto client = f.make_client();
    client.upload = {"one", "-two", "-three!"};
    std::string expected = "\r\n\r\none-two-three!";
    SECTION("with a length")
    {
        f.fields = {{"Content-Length", "14"}};
    }
    SECTION("chunked")
    {
        f.fields = {{"Transfer-Encoding", "chunked"}};
        expected = "\r\n\r\n3\r\none\r\n4\r\n-two\r\n7\r\n-three!\r\n0\r\n\r\n";
    }
    SECTION("chunked, none after all")
    {
        f.sends_chunks = true;
        client.upload = {};
        expected = "\r\n\r\n0\r\n\r\n";
    }
    f.site.script({expect(expected), test::send(whole_answer)});
    const auto happened = f.run(client, "POST");
    CHECK(failed(happened).empty());
    CHECK(happened.request_body == (client.upload.empty() ? 0 : 14));
    CHECK(client.body == "hello");
    CHECK(f.site[0].received.ends_with(expected));
    CHECK(f.idle() == 1);
}

TEST_CASE("a final response stops an upload, and its connection is not used again", "[engine]")
{
    front f;
    auto client = f.make_client();
    f.fields = {{"Content-Length", "1000"}};
    client.upload = {"some of it"};
    client.upload_ends = fake_client::ending::silent;
    std::string early = "HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nno!";
    SECTION("at once") {}
    SECTION("in one segment with an interim one")
    {
        early = "HTTP/1.1 100 Continue\r\n\r\n" + early;
    }
    f.site.script({expect("some of it"), test::send(early)});
    const auto happened = f.run(client, "POST");
    CHECK(failed(happened).empty());
    CHECK(client.status == 413);
    CHECK(client.body == "no!");
    CHECK(f.idle() == 0);
    CHECK(f.has_left(0));
}

TEST_CASE("interim responses pass, and the upload goes on behind them", "[engine]")
{
    front f;
    auto client = f.make_client();
    f.fields = {{"Content-Length", "8"}};
    client.upload = {"four", "more"};
    f.site.script(
        {expect(end_of_head),
         test::send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n"),
         expect("fourmore"), test::send("HTTP/1.1 103 Early Hints\r\n\r\n" + whole_answer)});
    const auto happened = f.run(client, "POST");
    CHECK(failed(happened).empty());
    CHECK(client.interim == "103 103 "); // the client's own 100 is not the backend's affair
    CHECK(client.body == "hello");
    CHECK(f.idle() == 1);
}

TEST_CASE("an upload that interim responses interrupt all the time arrives whole", "[engine]")
{
    front f;
    auto client = f.make_client();
    std::string all;
    for (int i = 0; all.size() < 240000; ++i) {
        std::string piece;
        while (piece.size() < 30000)
            piece += std::to_string(i) + ":" + std::to_string(piece.size()) + " ";
        all += piece;
        client.upload.push_back(std::move(piece));
    }
    const auto length = std::to_string(all.size());
    f.fields = {{"Content-Length", length}};
    f.site.script({expect(end_of_head), chatter("HTTP/1.1 103 Early Hints\r\n\r\n", all.size()),
                   test::send(whole_answer)});
    const auto happened = f.run(client, "POST");
    CHECK(failed(happened).empty());
    CHECK(client.interim.size() / 4 == (all.size() + 2999) / 3000); // "103 " each
    const auto& received = f.site[0].received;
    const auto body = received.substr(received.find(end_of_head) + 4);
    CHECK(body.size() == all.size());
    CHECK((body == all)); // not worth printing
}

TEST_CASE("a pooled connection that has died costs one more attempt, if it may be repeated",
          "[engine]")
{
    front f;
    // The body of a PUT is gone, though the method alone would allow another attempt.
    const std::string method = GENERATE("GET", "POST", "PUT");
    const bool resets = GENERATE(false, true);
    const bool repeats = method == "GET";
    CAPTURE(method, resets);
    // It had promised to stay; without that, a request that cannot be repeated would not trust it.
    const std::string kept =
        "HTTP/1.1 200 OK\r\nKeep-Alive: timeout=60\r\nContent-Length: 5\r\n\r\nhello";
    f.site.script({expect(end_of_head), test::send(kept),
                   expect(end_of_head + (repeats ? "" : "body")),
                   resets ? reset() : test::close()});
    f.site.script(one_answer(whole_answer));
    auto first = f.make_client(), second = f.make_client();
    CHECK(failed(f.run(first)).empty());
    if (!repeats) {
        f.fields = {{"Content-Length", "4"}};
        second.upload = {"body"};
    }
    const auto happened = f.run(second, method);
    CHECK(happened.attempts == (repeats ? 2 : 1));
    CHECK(happened.pooled == !repeats);
    CHECK(f.site.visits() == (repeats ? 2 : 1));
    if (repeats) {
        CHECK(failed(happened).empty());
        CHECK(second.body == "hello");
    } else {
        CHECK(failed(happened) == words(reason::no_response));
        CHECK(happened.status == 502);
        CHECK_FALSE(happened.head_sent);
        CHECK(second.heads == 0);
    }
}

TEST_CASE("the second attempt is on a fresh connection, however many are idle", "[engine]")
{
    front f;
    for (int i = 0; i < 2; ++i)
        f.site.script(
            {expect(end_of_head), test::send(whole_answer), expect(end_of_head), test::close()});
    auto one = f.make_client(), two = f.make_client(), third = f.make_client();
    const started<outcome> first(f.engine_.context(), f.exchange(one, "GET"));
    const started<outcome> other(f.engine_.context(), f.exchange(two, "GET"));
    REQUIRE(until(f.engine_.context(), [&] { return first.done() && other.done(); }));
    REQUIRE(f.idle() == 2);
    f.site.script(one_answer(whole_answer));
    const auto happened = f.run(third);
    CHECK(failed(happened).empty());
    CHECK(happened.attempts == 2);
    CHECK_FALSE(happened.pooled);
    CHECK(f.site.visits() == 3);
}

TEST_CASE("a fresh connection that dies is not tried again, nor a second one", "[engine]")
{
    front f;
    auto client = f.make_client();
    f.site.script({expect(end_of_head), test::close()});
    const auto fresh = f.run(client);
    CHECK(fresh.attempts == 1);
    CHECK(failed(fresh) == words(reason::no_response));
    CHECK(f.site.visits() == 1);

    f.site.script(
        {expect(end_of_head), test::send(whole_answer), expect(end_of_head), test::close()});
    f.site.script({expect(end_of_head), test::close()});
    auto first = f.make_client(), second = f.make_client();
    CHECK(failed(f.run(first)).empty());
    const auto twice = f.run(second);
    CHECK(twice.attempts == 2);
    CHECK(failed(twice) == words(reason::no_response));
    CHECK(f.site.visits() == 3);
    CHECK(second.heads == 0);
}

TEST_CASE("a request without a sense never reaches the backend", "[engine]")
{
    front f;
    auto client = f.make_client();
    reason why{};
    SECTION("its body is framed twice")
    {
        f.fields = {{"Content-Length", "5"}, {"Transfer-Encoding", "chunked"}};
        why = reason::ambiguous_framing;
    }
    SECTION("it has been here before")
    {
        f.fields = {{"Via", "1.1 elsewhere, 1.1 v6front-test"}};
        why = reason::request_loop;
    }
    SECTION("it has been here before, and its Via was rewritten on the way")
    {
        f.fields = {{"Via", "1.1 elsewhere"}, {"CDN-Loop", "else, v6front-test"}};
        why = reason::request_loop;
    }
    SECTION("the backend is this front")
    {
        f.own.add(asio::ip::make_address("::"), f.site.port());
        why = reason::would_loop;
    }
    const auto happened = f.run(client, "POST");
    CHECK(failed(happened) == words(why));
    CHECK(happened.status == describe(why).status);
    CHECK_FALSE(happened.head_sent);
    CHECK(client.heads == 0);
    f.engine_.context().poll();
    CHECK(f.site.visits() == 0);
}
