// SPDX-License-Identifier: Apache-2.0

#include "slow_hooks.hpp"

#include "httpd/base/log.hpp"

namespace v6front
{

namespace
{

const char* in_words(hook_kind kind)
{
    switch (kind) {
    case hook_kind::reading:
        return "an early hook (post_read_request)";
    case hook_kind::processing:
        return "a hook before the handler (access, authentication, rewriting)";
    case hook_kind::passing:
        return "a filter or a logger";
    }
    return "a hook";
}

} // namespace

slow_hooks::slow_hooks(const server_rec* main_server)
{
    for (const auto* s = main_server; s; s = s->next)
        hosts_[s];
}

thread_time& slow_hooks::of(const server_rec* s, hook_kind kind)
{
    auto found = hosts_.find(s);
    if (found == hosts_.end()) // a server of another module's making
        found = hosts_.find(ap_server_conf);
    return found->second[static_cast<std::size_t>(kind)];
}

bool slow_hooks::need_thread(const server_rec* s, hook_kind kind)
{
    auto& host = of(s, kind);
    const auto where = host.next();
    if (where == thread_time::place::engine_again)
        ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, s,
                     V6LOGNO(0108) "virtual host %s:%u: %d s without a slow call of %s; its "
                                   "requests run on the engines again",
                     s->server_hostname, s->port, static_cast<int>(host.quiet().count()),
                     in_words(kind));
    return where == thread_time::place::thread;
}

void slow_hooks::keep_on_threads(const server_rec* s)
{
    of(s, hook_kind::passing).was_slow_on_engine(thread_time::clock::now());
}

void slow_hooks::judge(std::optional<std::chrono::milliseconds> too_long, const call& made)
{
    if (!too_long)
        return;
    const auto* s = made.server;
    const auto* r = made.request;
    auto& host = of(s, made.kind);
    const auto now = thread_time::clock::now();
    if (!made.on_engine)
        return host.was_slow_on_thread(now);
    if (!host.was_slow_on_engine(now))
        return;
    ap_log_error(
        APLOG_MARK, APLOG_WARNING, 0, s,
        V6LOGNO(0107) "%s %s: %s of another module blocked an engine and all its connections for "
                      "%d ms; requests of virtual host %s:%u run on threads until %d s pass "
                      "without a slow call. \"V6FrontEngine Off\" there keeps them on threads",
        r ? r->method : "?", r && r->uri ? r->uri : "?", in_words(made.kind),
        static_cast<int>(too_long->count()), s->server_hostname, s->port,
        static_cast<int>(host.quiet().count()));
}

} // namespace v6front
