// SPDX-License-Identifier: Apache-2.0

#include "held_calls.hpp"

#include "httpd/base/guard.hpp"
#include "httpd/base/log.hpp"

#include <chrono>
#include <utility>

namespace v6front
{

namespace
{

using namespace std::chrono_literals;
using time_point = call_in_progress::clock::time_point;

constexpr auto look_every = 1s;
// Longer than what is only slow, such as a name server that does not answer one question.
constexpr auto too_long = 10s;

void log_held(const server_rec* s, std::chrono::seconds lasts)
{
    ap_log_error(
        APLOG_MARK, APLOG_ERR, 0, s,
        V6LOGNO(0109) "virtual host %s:%u: an engine of this process has not come back from "
                      "another module (a hook, a filter or a logger) for %d s, and all its "
                      "connections wait. That module may wait for what another request holds "
                      "until its end. Set \"V6FrontEngine Off\" in this virtual host, and restart "
                      "the server",
        s->server_hostname, s->port, static_cast<int>(lasts.count()));
}

// `said`: the last call that was told of, by its begin.
void look_at(const call_in_progress& one, time_point& said, slow_hooks& hooks)
{
    const auto call = one.now();
    if (!call)
        return;
    const auto lasts = call_in_progress::clock::now() - call->since;
    if (lasts < too_long)
        return;
    hooks.keep_on_threads(call->host);
    if (std::exchange(said, call->since) != call->since)
        log_held(call->host, std::chrono::duration_cast<std::chrono::seconds>(lasts));
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
