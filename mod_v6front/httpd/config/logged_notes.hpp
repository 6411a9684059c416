// SPDX-License-Identifier: Apache-2.0
//
// The notes of a request that cost something to make: they are made only if the configuration names
// them (in a LogFormat that is in use, a CustomLog, an ErrorLogFormat, an expression). Found once,
// when the configuration is settled; read-only after that, by all threads.
#pragma once

#include "httpd/base/apache.hpp"

#include <cstdint>

namespace v6front
{

enum class logged_note : std::uint8_t {
    request_id,
    backend,
    local_address,
    local_port,
    connection,
    queue_time,
    connect_time,
    total_time,
    request_octets,
    response_octets,
    worker,
};

const char* name_of(logged_note n) noexcept; // "v6front-request-id"

void find_logged_notes(const server_rec* main_server);
bool is_logged(logged_note n) noexcept;

} // namespace v6front
