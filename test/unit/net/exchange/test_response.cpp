// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/net/exchange/response_reader.hpp"

#include "refused_sites.hpp"

#include "unit/loopback.hpp"
#include "unit/responses.hpp"

using namespace v6front;
using namespace v6front::test;
using namespace std::chrono_literals;

namespace
{

constexpr std::size_t max_head = 64 * 1024;

// All that a reader makes of one response.
struct reading {
    std::string interim; // "100 103 "
    int status = 0;
    std::string phrase;
    std::string fields; // "name=value;"
    std::string body;
    std::optional<reason> failed;
    bool reuse = false;
    bool over = false;
};

task<bool> read_all(response_reader& reader, reading& got, std::size_t step,
                    std::chrono::milliseconds timeout)
{
    for (;;) {
        const auto head = co_await reader.read_head(timeout);
        if (!head) {
            got.failed = head.error().reason;
            co_return false;
        }
        if ((*head)->status >= 200) {
            got.status = (*head)->status;
            got.phrase = (*head)->phrase;
            for (const auto& f : (*head)->fields)
                got.fields.append(f.name).append("=").append(f.value).append(";");
            break;
        }
        got.interim += std::to_string((*head)->status) + " ";
    }
    std::string space(step, '\0');
    while (!reader.is_complete()) {
        const auto n = co_await reader.read_body(space, timeout);
        if (!n) {
            got.failed = n.error().reason;
            co_return false;
        }
        got.body.append(space, 0, *n);
    }
    got.reuse = reader.may_reuse();
    got.over = true;
    co_return true;
}

struct response_bench {
    asio::io_context context;
    deadline_list deadlines{context};

    // Sends the pieces one after the other, each when the reader waits for more; then closes, or
    // leaves the connection open. The body is read in steps of `step` bytes.
    enum class end { open, closed, reset };
    reading read(std::initializer_list<std::string_view> pieces, end how, bool to_head = false,
                 std::size_t step = 4096, std::chrono::milliseconds timeout = 60s)
    {
        wire line(context, deadlines);
        response_reader reader(*line.near, to_head, max_head);
        reading got;
        const started<bool> run(context, read_all(reader, got, step, timeout));
        for (const auto piece : pieces) {
            line.send(piece);
            REQUIRE(until(context, [&] { return run.done() || line.is_drained(); }));
            context.poll();
        }
        if (how == end::closed)
            line.close();
        if (how == end::reset)
            line.reset();
        REQUIRE(until(context, [&] { return run.done(); }));
        run.value();
        line.near->close();
        context.poll();
        return got;
    }
};
using end = response_bench::end;

void check(const reading& got, const response& r)
{
    CHECK(got.interim == r.interim);
    CHECK(got.status == r.status);
    CHECK(got.fields == r.fields);
    CHECK(got.body == r.body);
    CHECK(got.over);
    CHECK(got.reuse == r.reuse);
    CHECK_FALSE(got.failed);
}

void check(const reading& got, const old_response& r)
{
    CHECK_FALSE(got.failed);
    CHECK(got.over);
    CHECK(r.normal.starts_with(std::to_string(got.status) + (got.phrase.empty() ? "" : " ") +
                               got.phrase + "|"));
    CHECK(got.body == r.normal.substr(r.normal.rfind('|') + 1));
    CHECK(got.reuse == r.kept);
}

} // namespace

TEST_CASE("what old sites send is read the same wherever its bytes are split", "[response]")
{
    response_bench b;
    for (const auto& r : old_responses()) {
        CAPTURE(r.what);
        const auto how = r.close ? end::closed : end::open;
        const std::string_view all = r.bytes;
        check(b.read({all}, how, r.to_head), r);
        check(b.read({all}, how, r.to_head, 1), r);
        for (std::size_t at = 1; at < std::min<std::size_t>(all.size(), 300); ++at) {
            CAPTURE(at);
            check(b.read({all.substr(0, at), all.substr(at)}, how, r.to_head), r);
        }
    }
}

TEST_CASE("what has two meanings is refused wherever its bytes are split", "[response]")
{
    response_bench b;
    const auto refused_as = [&](const refused_response& r, reason why) {
        const std::string_view all = r.bytes;
        for (std::size_t at = 1; at < std::min<std::size_t>(all.size(), 300); ++at) {
            CAPTURE(r.what, at);
            const auto got = b.read({all.substr(0, at), all.substr(at)}, end::open);
            CHECK_FALSE(got.over);
            REQUIRE(got.failed);
            CHECK(describe(*got.failed).words == describe(why).words);
        }
    };
    for (const auto& r : refused_heads())
        refused_as(r, reason::bad_response);
    for (const auto& r : refused_chunks())
        refused_as(r, reason::response_body_bad);
}

TEST_CASE("a response is read the same wherever its bytes are split", "[response]")
{
    const descriptors_kept kept;
    response_bench b;
    for (const auto& r : good_responses()) {
        CAPTURE(r.what);
        const auto how = r.until_close ? end::closed : end::open;
        const std::string_view all = r.bytes;
        check(b.read({all}, how, r.to_head), r);
        for (std::size_t at = 1; at < all.size(); ++at) {
            CAPTURE(at);
            check(b.read({all.substr(0, at), all.substr(at)}, how, r.to_head), r);
        }
        for (const std::size_t step : {1, 2, 3})
            check(b.read({all}, how, r.to_head, step), r);
    }
}

TEST_CASE("a response that comes one byte at a time", "[response]")
{
    response_bench b;
    for (const auto& r : good_responses()) {
        CAPTURE(r.what);
        wire line(b.context, b.deadlines);
        response_reader reader(*line.near, r.to_head, max_head);
        reading got;
        const started<bool> run(b.context, read_all(reader, got, 3, 60s));
        for (std::size_t i = 0; i < r.bytes.size(); ++i) {
            CHECK_FALSE(run.done());
            line.send(r.bytes.substr(i, 1));
            REQUIRE(until(b.context, [&] { return run.done() || line.is_drained(); }));
        }
        if (r.until_close)
            line.close();
        REQUIRE(until(b.context, [&] { return run.done(); }));
        check(got, r);
        line.near->close();
    }
}

TEST_CASE("a response that cannot be trusted is refused for the right reason", "[response]")
{
    const descriptors_kept kept;
    response_bench b;
    for (const auto& r : bad_responses()) {
        CAPTURE(r.what);
        const std::string_view all = r.bytes;
        const auto how = r.leave_open ? end::open : end::closed;
        const auto expect = [&r](const reading& got) {
            CHECK_FALSE(got.over);
            REQUIRE(got.failed);
            CHECK(describe(*got.failed).words == describe(r.why).words);
        };
        expect(b.read({all}, how));
        if (all.size() > 1000)
            continue;
        for (std::size_t at = 1; at < all.size(); ++at) {
            CAPTURE(at);
            expect(b.read({all.substr(0, at), all.substr(at)}, how));
        }
    }
}

TEST_CASE("a backend that goes after any number of bytes is never taken for a whole response",
          "[response]")
{
    const descriptors_kept kept;
    response_bench b;
    for (const auto& r : good_responses()) {
        const std::string_view all = r.bytes;
        const auto final_head = all.rfind("HTTP/1.");
        const auto body = all.find("\r\n\r\n", final_head) + 4;
        for (const auto how : {end::closed, end::reset}) {
            for (std::size_t n = 0; n < all.size(); ++n) {
                CAPTURE(r.what, n, how == end::reset);
                const auto got = b.read({all.substr(0, n)}, how, r.to_head);
                if (r.until_close && n >= body && how == end::closed) {
                    CHECK(got.over); // the close is the end
                    CHECK_FALSE(got.reuse);
                    continue;
                }
                CHECK_FALSE(got.over);
                REQUIRE(got.failed);
                const auto why = n == 0     ? reason::no_response
                                 : n < body ? reason::response_head_cut
                                            : reason::response_body_cut;
                CHECK(describe(*got.failed).words == describe(why).words);
                CHECK(r.body.substr(0, got.body.size()) == got.body);
            }
        }
    }
}

TEST_CASE("what is wrong at hand is seen before anything is read", "[response]")
{
    struct row {
        std::string behind_head;
        bool closed;
        std::optional<reason> wrong{};
    };
    const std::string length = "Content-Length: 5\r\n\r\n";
    const std::string chunks = "Transfer-Encoding: chunked\r\n\r\n";
    const auto cut = reason::response_body_cut;
    const auto bad = reason::response_body_bad;
    for (const row& r : {row{length, false},
                         {length, true, cut},
                         {length + "hell", false},
                         {length + "hell", true, cut},
                         {length + "hello", true},
                         {"\r\nhell", true},
                         {chunks, false},
                         {chunks, true, cut},
                         {chunks + "5\r\nhell", false},
                         {chunks + "5\r\nhello\r\n", true, cut},
                         {chunks + "x", false, bad},
                         {chunks + "5\r\nhello\r\nx", true, bad},
                         {chunks + "5\r\nhello\r\n0\r\n\r\n", true}}) {
        CAPTURE(r.behind_head, r.closed);
        response_bench b;
        wire line(b.context, b.deadlines);
        line.send("HTTP/1.1 200 OK\r\n" + r.behind_head);
        if (r.closed)
            line.close();
        response_reader reader(*line.near, false, max_head);
        const auto ahead = [&]() -> task<std::optional<failure>> {
            const auto head = co_await reader.read_head(1s);
            CHECK(head.has_value());
            co_return reader.look_ahead();
        };
        const auto wrong = finish(b.context, ahead());
        CHECK(wrong.has_value() == r.wrong.has_value());
        if (wrong && r.wrong)
            CHECK(describe(wrong->reason).words == describe(*r.wrong).words);
        line.near->close();
        b.context.poll();
    }
}

TEST_CASE("a head may have 64 KiB", "[response]")
{
    response_bench b;
    const std::string ok = "HTTP/1.1 204 No Content\r\nA: ";
    const auto value = std::string(max_head - ok.size() - 4, 'x');
    const auto got = b.read({ok + value + "\r\n\r\n"}, end::open);
    CHECK(got.over);
    CHECK(got.fields == "A=" + value + ";");
}

TEST_CASE("a backend that is silent in a head or a body is left at the deadline", "[response]")
{
    response_bench b;
    for (const auto& [bytes, why] :
         {std::pair{"", reason::response_timed_out},
          {"HTTP/1.1 200", reason::response_timed_out},
          {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", reason::response_body_timed_out},
          {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhell",
           reason::response_body_timed_out},
          {"HTTP/1.1 200 OK\r\n\r\nhell", reason::response_body_timed_out}}) {
        CAPTURE(bytes);
        const auto start = std::chrono::steady_clock::now();
        const auto got = b.read({bytes}, end::open, false, 4096, 60ms);
        CHECK(std::chrono::steady_clock::now() - start >= 60ms);
        CHECK_FALSE(got.over);
        REQUIRE(got.failed);
        CHECK(describe(*got.failed).words == describe(why).words);
    }
}

TEST_CASE("the deadline of a head is for all of it, however often a byte arrives", "[response]")
{
    response_bench b;
    wire line(b.context, b.deadlines);
    response_reader reader(*line.near, false, max_head);
    reading got;
    const started<bool> run(b.context, read_all(reader, got, 64, 200ms));
    line.send("HTTP/1.1 200 OK\r\nA: ");
    auto last = std::chrono::steady_clock::now();
    const bool ended = until(b.context, [&] {
        if (const auto now = std::chrono::steady_clock::now(); !run.done() && now - last > 20ms) {
            line.send("b");
            last = now;
        }
        return run.done();
    });
    REQUIRE(ended);
    REQUIRE(got.failed);
    CHECK(*got.failed == reason::response_timed_out);
    line.near->close();
}

TEST_CASE("what follows a whole message forbids the connection's reuse", "[response]")
{
    response_bench b;
    const auto got =
        b.read({"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 200 OK"}, end::open);
    CHECK(got.over);
    CHECK(got.body == "hi");
    CHECK_FALSE(got.reuse);
}
