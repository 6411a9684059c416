// SPDX-License-Identifier: Apache-2.0

#include "held_calls.hpp"

#include "httpd/base/guard.hpp"

#include <chrono>

namespace v6front
{

namespace
{

using namespace std::chrono_literals;
using time_point = call_in_progress::clock::time_point;

constexpr auto look_every = 1s;
// Longer than what is only slow, such as a name server that does not answer one question.
constexpr auto too_long = 10s;

// `said`: the last call that was told of, by its begin.
void look_at(const call_in_progress& one, time_point& said, slow_hooks& hooks)
{
    const auto call = one.now();
    if (!call || call->since == said)
        return;
    const auto lasts = call_in_progress::clock::now() - call->since;
    if (lasts < too_long)
        return;
    said = call->since;
    hooks.note_held(call->host, std::chrono::duration_cast<std::chrono::seconds>(lasts));
}

} // namespace

task<void> watch_for_held_calls(asio::io_context& context, calls_of_engines calls,
                                slow_hooks& hooks)
{
    std::vector<time_point> said(calls.size());
    steady_timer next(context);
    for (;;) {
        next.expires_after(look_every);
        const auto [ended] = co_await next.async_wait(directly);
        if (ended)
            co_return;
        guard("a look at engines", [&] {
            for (std::size_t i = 0; i < calls.size(); ++i)
                look_at(*calls[i], said[i], hooks);
        });
    }
}

} // namespace v6front
