// SPDX-License-Identifier: Apache-2.0
//
// mod_reqtimeout's limit for requests' bodies (RequestReadTimeout body=), applied to fronted
// requests by ourselves (core/body_time): its own clock, which is private, runs on while the site
// takes no more. What it is set to is read from the configuration as it was written.
#pragma once

#include "core/decisions/body_time.hpp"
#include "httpd/base/apache.hpp"

namespace v6front
{

// Part of a server's configuration.
struct body_limits {
    body_time time{};
    // mod_reqtimeout's own hook, by which it begins to count; nullptr: it is not loaded.
    int (*begin)(request_rec*) = nullptr;
};

// When the configuration is settled, for all virtual hosts.
void learn_body_limits(server_rec* main_server);

// What holds for this request; nothing where mod_reqtimeout does not watch its connection.
std::optional<body_time> body_time_of(const request_rec* r);

// Before each read of its body: mod_reqtimeout begins to count anew, and never ends.
void keep_reqtimeout_quiet(request_rec* r);

} // namespace v6front
