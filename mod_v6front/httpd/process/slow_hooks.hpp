// SPDX-License-Identifier: Apache-2.0
//
// What hooks, filters and loggers of other modules were seen to do to an engine. Whatever keeps it
// keeps all its connections, and no list of directives says which do
// (httpd/operator/blocking_hooks): so each call into httpd is timed, and where one was too long,
// those of that virtual host run on threads for some time (core/decisions/thread_time). Part of
// the child; any thread.
#pragma once

#include "core/decisions/thread_time.hpp"
#include "httpd/base/apache.hpp"

#include <array>
#include <chrono>
#include <optional>
#include <unordered_map>

namespace v6front
{

// What is done on a thread instead. The virtual host of `reading` is that of the address: a name is
// not known yet.
enum class hook_kind : std::uint8_t {
    reading,    // the request is read: post_read_request
    processing, // all before its handler: translation, access, authentication, fixups
    passing     // its body and its response: filters and loggers. The whole request is on a thread
};

class slow_hooks
{
public:
    explicit slow_hooks(const server_rec* main_server);

    // For the next request; says in the log when the virtual host is back on the engines.
    bool need_thread(const server_rec* s, hook_kind kind);
    // What was too long, and whether it ran on an engine.
    struct call {
        hook_kind kind;
        bool on_engine;
        const server_rec* server;
        const request_rec* request; // nullptr: none could be read
    };
    // A call for it has not come back: whole requests, from now until none has been slow for long.
    void keep_on_threads(const server_rec* s);
    void judge(std::optional<std::chrono::milliseconds> too_long, const call& made);

private:
    thread_time& of(const server_rec* s, hook_kind kind);

    std::unordered_map<const server_rec*, std::array<thread_time, 3>> hosts_; // of all servers
};

} // namespace v6front
