// SPDX-License-Identifier: Apache-2.0
//
// Which backend a request goes to, decided once per request when httpd translates its name.
#pragma once

#include "config.hpp"

#include <string>

namespace v6front
{

// What was decided for one request. Lives in its pool.
struct routed_request {
    const backend_url* backend = nullptr;
    const route* rule = nullptr; // the V6FrontPass; nullptr for a V6FrontPassMatch
    std::string target;          // for the backend, origin-form
};

// The decision made for this very request_rec, or nullptr.
const routed_request* routed(const request_rec* r);

// Hook bodies. The handler's name keeps other modules from taking the request for a file.
inline constexpr const char* handler_name = "v6front";
int translate_name(request_rec* r);
int map_to_storage(request_rec* r);

} // namespace v6front
