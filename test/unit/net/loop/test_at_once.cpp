// SPDX-License-Identifier: Apache-2.0
//
// A value that is here costs no coroutine; one that is not is waited for.

#include "net/loop/at_once.hpp"

#include "../../loopback.hpp"
#include "catch.hpp"

#include <stdexcept>

using namespace v6front;
using namespace v6front::test;

namespace
{

task<std::string> later(executor ex, std::string text)
{
    steady_timer moment(ex, std::chrono::milliseconds(1));
    co_await moment.async_wait(directly);
    if (text.empty())
        throw std::runtime_error("nothing to say");
    co_return text;
}

at_once<std::string> say(executor ex, std::string text, bool waits)
{
    if (waits)
        return later(ex, std::move(text));
    return text;
}

task<std::string> twice(executor ex, std::string text, bool waits)
{
    auto one = co_await say(ex, text, waits);
    auto two = co_await say(ex, text, !waits);
    co_return one + two;
}

task<std::size_t> many(executor ex)
{
    std::size_t octets = 0;
    for (int i = 0; i < 100000; ++i) { // no stack grows
        const auto text = co_await say(ex, "x", false);
        octets += text.size();
    }
    co_return octets;
}

at_once<void> nothing(executor ex, bool waits, int& ran)
{
    if (!waits) {
        ++ran;
        return done{};
    }
    return [](executor on, int& count) -> task<void> {
        steady_timer moment(on, std::chrono::milliseconds(1));
        co_await moment.async_wait(directly);
        ++count;
    }(ex, ran);
}

task<int> both_nothings(executor ex)
{
    int ran = 0;
    co_await nothing(ex, false, ran);
    co_await nothing(ex, true, ran);
    co_return ran;
}

task<std::string> caught(executor ex)
{
    try {
        const auto text = co_await say(ex, "", true);
        co_return text;
    } catch (const std::runtime_error& e) {
        co_return e.what();
    }
}

} // namespace

TEST_CASE("a value that is here, and one that is not", "[at_once]")
{
    asio::io_context context;
    const auto ex = context.get_executor();
    CHECK(say(ex, "x", false).is_here());
    CHECK(finish(context, twice(ex, "x", false)) == "xx");
    CHECK(finish(context, twice(ex, "y", true)) == "yy");
    CHECK(finish(context, many(ex)) == 100000);
    CHECK(finish(context, both_nothings(ex)) == 2);
    CHECK(finish(context, caught(ex)) == "nothing to say");
}
