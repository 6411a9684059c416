// SPDX-License-Identifier: Apache-2.0
//
// mod_reqtimeout's limits (RequestReadTimeout), which an engine keeps by itself: for a request's
// head, because that is read before httpd asks for it; and for the body of a fronted request,
// because that module's own clock, which is private, runs on while the site takes no more. What
// they are set to is read from the configuration as it was written.
#pragma once

#include "core/decisions/read_time.hpp"
#include "httpd/base/apache.hpp"

namespace v6front
{

// Part of a server's configuration.
struct read_limits {
    read_time handshake{};
    read_time head{};
    read_time body{};
    // mod_reqtimeout's own hook, by which it begins to count a body; nullptr: it is not loaded.
    int (*begin_body)(request_rec*) = nullptr;
};

// When the configuration is settled, for all virtual hosts.
void learn_read_limits(server_rec* main_server);

// How long a client of that address (the server is c->base_server) may take for a head of which so
// many octets are here, in all. Nothing: as long as each read takes no longer than Timeout.
std::optional<std::chrono::steady_clock::duration> head_time(const server_rec* s,
                                                             std::uint64_t octets);
// How long a client may say nothing at first, by TLS or not: where servers differ, the longest.
std::chrono::steady_clock::duration time_of_newcomers();

// What holds for this request; nothing where mod_reqtimeout does not watch its connection.
std::optional<read_time> body_time_of(const request_rec* r);

// Before each read of its body: mod_reqtimeout begins to count anew, and never ends.
void keep_reqtimeout_quiet(request_rec* r);

} // namespace v6front
