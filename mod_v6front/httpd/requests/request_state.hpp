// SPDX-License-Identifier: Apache-2.0
//
// What the module keeps with each request: who hosts it, and where it was routed to. Made when
// httpd creates the request_rec (the create_request hook), lives in its pool.
#pragma once

#include "httpd/base/apache.hpp"

namespace v6front
{

class request_host;
struct routed_request;

struct request_state {
    request_host* host = nullptr;
    routed_request* route = nullptr;
    std::string_view id{};      // once it has one (request_id.hpp)
    bool fields_noted = false;  // what the client sent (client_fields.hpp)
    bool taken = false;         // the response, to its end (logged_connection.hpp)
    conn_rec* hidden = nullptr; // while it is logged (likewise)
};

// In create_request: for subrequests and internal redirects as well.
void begin_request(request_rec* r);
// nullptr: another module has made this request_rec without that hook.
const request_state* state_of(const request_rec* r);
// It is an ErrorDocument of the request that httpd redirects from.
inline bool answers_an_error(const request_rec* r)
{
    return r->prev && ap_is_HTTP_ERROR(r->status);
}
// The same, made now if need be.
request_state& made_state_of(request_rec* r);
// True once: what the client sent of it, and of those it is redirected to, is to be noted now. One
// that httpd has refused before its hooks has not been noted when it is redirected.
bool note_fields_now(request_rec* r);
void set_route(request_rec* r, routed_request* route);
std::string_view& request_id_place(request_rec* r);

} // namespace v6front
