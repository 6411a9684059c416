// SPDX-License-Identifier: Apache-2.0
#include "unit/front.hpp"

#include <sys/resource.h>

using namespace v6front;
using namespace v6front::test;
using namespace std::chrono_literals;

TEST_CASE("a backend that stops after any octet of its response", "[engine]")
{
    const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n";
    const descriptors_kept kept;
    for (const auto& answer : {whole_answer, chunked}) {
        front f;
        const auto head = answer.find(end_of_head) + 4;
        for (std::size_t n = 0; n < answer.size(); ++n) {
            for (const bool resets : {false, true}) {
                CAPTURE(n, resets);
                f.site.script({expect(end_of_head), test::send(answer.substr(0, n)),
                               resets ? reset() : test::close()});
                auto client = f.make_client();
                const auto happened = f.run(client);
                CHECK(happened.attempts == 1);
                CHECK(f.idle() == 0);
                if (n < head) {
                    CHECK(failed(happened) ==
                          words(n == 0 ? reason::no_response : reason::response_head_cut));
                    CHECK(happened.status == 502);
                    CHECK_FALSE(happened.head_sent);
                    CHECK(client.heads == 0);
                } else {
                    // Where the end is seen together with the head, nothing has gone down.
                    CHECK(failed(happened) == words(reason::response_body_cut));
                    CHECK(happened.status == (happened.head_sent ? 200 : 502));
                    CHECK(client.heads == (happened.head_sent ? 1 : 0));
                    CHECK(std::string_view("hello").starts_with(client.body));
                    CHECK(happened.response_body == client.body.size());
                }
            }
        }
    }
}

TEST_CASE("a backend that refuses, is unknown, or speaks something else", "[engine]")
{
    front f;
    auto client = f.make_client();
    reason why{};
    const refusing_port refused(f.engine_.context());
    SECTION("refuses")
    {
        f.backend.port = refused.address().port();
        why = reason::connect_refused;
    }
    SECTION("has IPv6 only")
    {
        f.backend.host = "::1";
        why = reason::no_ipv4_address;
    }
    SECTION("speaks something else")
    {
        f.site.script({test::send("220 mail.example ESMTP\r\n")});
        why = reason::bad_response;
    }
    SECTION("changes the protocol unasked")
    {
        f.site.script({test::send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n")});
        why = reason::bad_response;
    }
    const auto happened = f.run(client);
    CHECK(failed(happened) == words(why));
    CHECK(happened.status == 502);
    CHECK(client.heads == 0);
    CHECK(f.idle() == 0);
}

TEST_CASE("a name is resolved before the backend is asked", "[engine]")
{
    front f;
    f.backend.host = "localhost";
    f.site.script({expect(end_of_head), test::send(whole_answer)});
    auto client = f.make_client();
    CHECK(failed(f.run(client)).empty());
    CHECK(client.body == "hello");
}

TEST_CASE("a pinned address stands for the name, and the next one for one that refuses", "[engine]")
{
    front f;
    f.backend.host = "no-such-host.invalid";
    f.pinned = {asio::ip::make_address_v4("127.0.0.2"), asio::ip::address_v4::loopback()};
    f.site.script({expect(end_of_head), test::send(whole_answer)});
    auto client = f.make_client();
    const auto happened = f.run(client);
    CHECK(failed(happened).empty());
    REQUIRE(happened.address);
    CHECK(happened.address->address() == f.pinned[1]);
}

TEST_CASE("another name stands for the backend's own, and one that is not found for nothing",
          "[engine]")
{
    front f;
    f.backend.host = "no-such-host.invalid";
    auto client = f.make_client();
    SECTION("found")
    {
        f.pinned_names = {"::1", "localhost"};
        f.site.script({expect(end_of_head), test::send(whole_answer)});
        const auto happened = f.run(client);
        CHECK(failed(happened).empty());
        REQUIRE(happened.address);
        CHECK(happened.address->address() == asio::ip::address_v4::loopback());
    }
    SECTION("not found")
    {
        f.pinned_names = {"::1"};
        const auto happened = f.run(client);
        CHECK(failed(happened) == words(reason::no_ipv4_address));
    }
}

TEST_CASE("a backend that takes its time", "[engine]")
{
    front f;
    auto client = f.make_client();
    reason why{};
    int status = 504;
    const auto start = std::chrono::steady_clock::now();
    SECTION("before its response")
    {
        f.rules.response_timeout = 100ms;
        f.site.script({expect(end_of_head)});
        why = reason::response_timed_out;
    }
    SECTION("in its body")
    {
        f.rules.idle_timeout = 100ms;
        f.site.script({expect(end_of_head), test::send("HTTP/1.1 200 OK\r\n\r\nhel")});
        why = reason::response_body_timed_out;
        status = 200;
    }
    SECTION("to read the request")
    {
        f.rules.idle_timeout = 100ms;
        client.upload.assign(500, std::string(30000, 'x'));
        f.sends_chunks = true;
        f.site.script({expect(end_of_head), hold()});
        why = reason::send_timed_out;
    }
    const auto happened = f.run(client, "POST");
    CHECK(failed(happened) == words(why));
    CHECK(happened.status == status);
    CHECK(happened.head_sent == (status == 200));
    CHECK(std::chrono::steady_clock::now() - start >= 100ms);
    CHECK(f.idle() == 0);
}

TEST_CASE("a backend that sends one interim response after the other", "[engine]")
{
    front f;
    auto client = f.make_client();
    // The client's own wait is over with the first, so each of them is looked at in the same way.
    const std::string first = GENERATE("103 Early Hints", "100 Continue");
    f.expects_continue = first.starts_with("100");
    std::string all = "HTTP/1.1 " + first + "\r\n\r\n";
    for (int i = 1; i < 100; ++i)
        all += "HTTP/1.1 103 Early Hints\r\n\r\n";
    std::string one_more;
    SECTION("a hundred are enough for everyone") {}
    SECTION("the next is too many")
    {
        one_more = "HTTP/1.1 102 Processing\r\n\r\n";
    }
    f.site.script({expect(end_of_head), test::send(all), test::send(one_more + whole_answer)});
    const auto happened = f.run(client);
    CHECK(client.interim.size() / 4 == (f.expects_continue ? 99 : 100));
    if (one_more.empty()) {
        CHECK(failed(happened).empty());
        CHECK(client.body == "hello");
    } else {
        CHECK(failed(happened) == words(reason::endless_interim));
        CHECK(happened.status == 502);
        CHECK(happened.attempts == 1);
        CHECK(client.heads == 0);
        CHECK(f.idle() == 0);
    }
}

TEST_CASE("the backend's word counts, though it did not read the request to its end", "[engine]")
{
    front f;
    auto client = f.make_client();
    client.upload.assign(500, std::string(30000, 'x'));
    f.sends_chunks = true;
    f.site.script(
        {expect(end_of_head), test::send("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"), hold()});
    const auto happened = f.run(client, "POST");
    CHECK(failed(happened).empty());
    CHECK(client.status == 403);
    CHECK(client.pieces_taken() < 500);
    CHECK(f.idle() == 0);
}

TEST_CASE("a client that breaks off its upload", "[engine]")
{
    front f;
    auto client = f.make_client();
    f.fields = {{"Content-Length", "1000"}};
    client.upload = {"some of it"};
    client.upload_ends = fake_client::ending::broken;
    const auto happened = f.run(client, "POST");
    CHECK(failed(happened) == words(reason::client_body_malformed));
    CHECK(happened.status == 400);
    CHECK(happened.request_body == 10);
    CHECK(f.idle() == 0);
    CHECK(f.has_left(0));
}

TEST_CASE("a client that goes in the middle of a response", "[engine]")
{
    front f;
    auto client = f.make_client();
    client.gone_after = 3;
    f.site.script(
        {expect(end_of_head), test::send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello")});
    const auto happened = f.run(client);
    CHECK(failed(happened) == words(reason::client_gone));
    CHECK(happened.head_sent);
    CHECK(f.idle() == 0);
    CHECK(f.has_left(0));
}

TEST_CASE("a client that goes while the backend thinks", "[engine]")
{
    front f;
    auto client = f.make_client();
    f.site.script({expect(end_of_head)});
    const started<outcome> run(f.engine_.context(), f.exchange(client, "GET"));
    REQUIRE(until(f.engine_.context(), [&] { return client.is_watched(); }));
    client.depart();
    REQUIRE(until(f.engine_.context(), [&] { return run.done(); }));
    CHECK(failed(run.value()) == words(reason::client_gone));
    CHECK(run.value().attempts == 1);
    CHECK_FALSE(client.is_watched());
    CHECK(f.has_left(0));
}

TEST_CASE("a slow client is waited for", "[engine]")
{
    front f;
    auto client = f.make_client();
    client.max_ahead = 10000;
    const std::string body(200000, 'x');
    f.site.script(
        {expect(end_of_head), test::send("HTTP/1.1 200 OK\r\n\r\n" + body), test::close()});
    CHECK(failed(f.run(client)).empty());
    CHECK((client.body == body)); // not worth printing
    CHECK(client.times_behind >= 9);
}

TEST_CASE("what has come goes down before more is waited for", "[engine]")
{
    front f;
    auto client = f.make_client();
    std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", first = "hello";
    std::string body = "hello";
    SECTION("of a body with a length") {}
    SECTION("only a head")
    {
        first = body = "";
    }
    SECTION("chunked")
    {
        head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        first = "5\r\nhello\r\n";
    }
    SECTION("chunked, and the beginning of a chunk")
    {
        head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        first = "5\r\nhello\r\n5";
    }
    f.site.script({expect(end_of_head), test::send(head + first)});
    const started<outcome> run(f.engine_.context(), f.exchange(client, "GET"));
    CHECK(until(f.engine_.context(),
                [&] { return client.all_handed_down && client.heads > 0 && client.body == body; }));
    CHECK_FALSE(run.done());
}

TEST_CASE("no descriptor is left: 503, and the next request with one is served", "[engine]")
{
    front f;
    f.engine_.context().poll(); // the site waits for a connection
    rlimit before{};
    REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
    const rlimit none{.rlim_cur = 3, .rlim_max = before.rlim_max};
    REQUIRE(setrlimit(RLIMIT_NOFILE, &none) == 0);
    auto turned_away = f.make_client();
    const auto happened = f.run(turned_away);
    REQUIRE(setrlimit(RLIMIT_NOFILE, &before) == 0);
    CHECK(failed(happened) == words(reason::out_of_resources));
    CHECK(happened.status == 503);

    f.site.script({expect(end_of_head), test::send(whole_answer)});
    auto served = f.make_client();
    CHECK(failed(f.run(served)).empty());
    CHECK(served.body == "hello");
}

TEST_CASE("an engine may go in the middle of exchanges", "[engine]")
{
    const descriptors_kept kept;
    front f;
    auto thinking = f.make_client(), answering = f.make_client(), uploading = f.make_client();
    f.site.script({expect(end_of_head)});
    const started<outcome> one(f.engine_.context(), f.exchange(thinking, "GET"));
    REQUIRE(until(f.engine_.context(), [&] { return thinking.is_watched(); }));
    f.site.script({expect(end_of_head), test::send("HTTP/1.1 200 OK\r\n\r\nhel")});
    const started<outcome> two(f.engine_.context(), f.exchange(answering, "GET"));
    REQUIRE(until(f.engine_.context(), [&] { return answering.body == "hel"; }));
    f.sends_chunks = true;
    uploading.upload = {"some"};
    uploading.upload_ends = fake_client::ending::silent;
    const started<outcome> three(f.engine_.context(), f.exchange(uploading, "POST"));
    REQUIRE(until(f.engine_.context(), [&] { return uploading.pieces_taken() == 1; }));
    CHECK_FALSE((one.done() || two.done() || three.done()));
}
