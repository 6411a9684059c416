// SPDX-License-Identifier: Apache-2.0
//
// Which backend a request goes to, decided once per request when httpd translates its name.
#pragma once

#include "httpd/config/config.hpp"

#include <string>

namespace v6front
{

// What was decided for one request. Lives in its pool.
struct routed_request {
    const v6front::backend* backend = nullptr;
    const v6front::rule* rule = nullptr;  // one of the two that follow
    const route* by_path = nullptr;       // the V6FrontPass; nullptr for a V6FrontPassMatch
    const match_rule* by_match = nullptr; // and that one
    std::string target;                   // for the backend, origin-form
    std::string_view authority;           // of an absolute-form target: it counts, and not Host
    bool ends_here = false;               // Max-Forwards: 0, so that this front answers (OPTIONS)
    bool via_offered = false; // client_fields.hpp: a word for our Via is among the fields now
    bool via_taken_away = false;
};

// The decision made for this very request_rec, or nullptr.
routed_request* routed(const request_rec* r);

// The backend's path for a path of the front, as a URL writes it, which that rule would be found
// for as well; nothing if it would not. For a URL in a field, so nobody has normalised it.
std::optional<std::string> path_by_match(const request_rec* r, const match_rule& rule,
                                         std::string_view raw_path);

// Hook bodies. The handler's name keeps other modules from taking the request for a file.
inline constexpr const char* handler_name = "v6front";
int translate_name(request_rec* r);
int map_to_storage(request_rec* r);

// Before the first handler: mod_dir has put the page that it found, which is a route's, in the
// place of the folder that was asked for, with its handler but without the decision.
void route_again(request_rec* r);

} // namespace v6front
