// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/net/backends/backend_connection.hpp"

#include "unit/loopback.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <thread>

using namespace v6front;
using namespace v6front::test;
using namespace std::chrono_literals;

namespace
{

using clock = std::chrono::steady_clock;

struct connection_bench {
    asio::io_context context;
    deadline_list deadlines{context};
};

} // namespace

TEST_CASE("what is read is kept until it is consumed, however much it is", "[pool]")
{
    connection_bench b;
    wire w(b.context, b.deadlines);
    std::string sent;
    for (int i = 0; sent.size() < 5 * backend_connection::initial_buffer; ++i) {
        const std::string piece =
            std::to_string(i) + std::string(1000, static_cast<char>('a' + i % 26));
        w.send(piece);
        sent += piece;
        while (w.near->input().size() < sent.size())
            CHECK_FALSE(finish(b.context, wait_readable(*w.near, 60s)));
        if (i % 5 == 4) {
            w.near->consume(777);
            sent.erase(0, 777);
        }
        REQUIRE((w.near->input() == sent)); // not worth printing
    }
    w.near->close();
}

TEST_CASE("waiting for input ends at the deadline or when cancelled, and nothing is lost", "[pool]")
{
    connection_bench b;
    wire w(b.context, b.deadlines);
    const auto start = clock::now();
    CHECK(finish(b.context, wait_readable(*w.near, 60ms)) == asio::error::timed_out);
    CHECK(clock::now() - start >= 60ms);
    asio::cancellation_signal stop;
    bool done = false;
    asio::co_spawn(
        b.context.get_executor(), wait_readable(*w.near, 60s),
        asio::bind_cancellation_slot(stop.slot(), [&](std::exception_ptr, error_code ec) {
            done = true;
            CHECK(ec == asio::error::operation_aborted);
        }));
    b.context.restart();
    b.context.poll();
    stop.emit(asio::cancellation_type::terminal);
    REQUIRE(until(b.context, [&] { return done; }));
    w.send("x");
    CHECK_FALSE(finish(b.context, wait_readable(*w.near, 60s)));
    CHECK(w.near->input() == "x");
    w.close();
    CHECK(finish(b.context, wait_readable(*w.near, 60s)) == asio::error::eof);
    CHECK(finish(b.context, wait_readable(*w.near, 60s)) == asio::error::eof);
}

TEST_CASE("a thread waits by itself for what comes soon, and for no longer than it may", "[pool]")
{
    connection_bench b;
    wire w(b.context, b.deadlines);
    const auto start = clock::now();
    w.near->wait_here(20ms);
    CHECK(clock::now() - start >= 20ms);
    CHECK(w.near->input().empty());
    std::thread backend([&] { w.send("soon"); });
    w.near->wait_here(60s);
    backend.join();
    CHECK(w.near->input() == "soon");
    // Something is there already, or is being read for somebody else.
    w.send(" later");
    w.near->wait_here(60s);
    CHECK(w.near->input() == "soon");
    CHECK_FALSE(finish(b.context, wait_readable(*w.near, 60s)));
    CHECK(w.near->input() == "soon later");
    w.near->consume(10);
    w.near->watch();
    w.near->wait_here(60s);
    CHECK(w.near->input().empty());
    w.send("next");
    CHECK_FALSE(finish(b.context, wait_readable(*w.near, 60s)));
    CHECK(w.near->input() == "next");
    w.near->close();
}

TEST_CASE("a thread that waits by itself is told that the backend has closed", "[pool]")
{
    connection_bench b;
    wire w(b.context, b.deadlines);
    w.close();
    w.near->wait_here(60s);
    CHECK_FALSE(w.near->is_quiet());
    CHECK(finish(b.context, wait_readable(*w.near, 60s)) == asio::error::eof);
    w.near->close();
}

TEST_CASE("a backend that does not read is left at the deadline, one that left at once", "[pool]")
{
    connection_bench b;
    const std::string much(4 << 20, 'x');
    {
        wire w(b.context, b.deadlines);
        const auto start = clock::now();
        const auto sent = finish(b.context, w.near->write(much, 60ms));
        CHECK(sent.error == asio::error::timed_out);
        CHECK(sent.size > 0);
        CHECK(sent.size < much.size());
        CHECK(clock::now() - start >= 60ms);
        w.near->close();
    }
    {
        wire w(b.context, b.deadlines);
        const started<io_result> run(b.context, w.near->write(much, 60s));
        b.context.restart();
        b.context.poll();
        CHECK_FALSE(run.done());
        w.close();
        REQUIRE(until(b.context, [&] { return run.done(); }));
        CHECK((run.value().error == asio::error::broken_pipe ||
               run.value().error == asio::error::connection_reset));
        w.near->close();
    }
}
