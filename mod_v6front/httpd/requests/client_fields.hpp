// SPDX-License-Identifier: Apache-2.0
//
// Who has said what among a request's fields: the client, or the operator by a hook of another
// module (core/edits/client_claims.hpp has the rules). Nothing is taken from r->headers_in, where
// other modules and the log look for what the client sent.
#pragma once

#include "core/message/fields.hpp"
#include "core/rules/added_headers.hpp"
#include "httpd/base/apache.hpp"

namespace v6front
{

// In post_read_request, before any other hook: remembers what the client sent, if it is anything
// that the rules are about. Only in a virtual host with routes. Lives in the request's pool.
void remember_client_fields(request_rec* r);

// Fixups, before mod_headers: puts a word for our Via among the fields, so that "RequestHeader
// unset Via" has something to take away. The first handler hook takes it back.
void offer_via(request_rec* r);
void take_via_back(request_rec* r);

// What the site gets of the request's fields, of which the front writes `adds` itself.
struct site_fields {
    field_list fields;
    std::uint16_t extends = 0;     // request_view has the meaning
    bool has_peers_list = false;   // X-Forwarded-For is what proxies have said, not the operator
    std::string_view request_id{}; // as the operator has set it, or a trusted peer
};
site_fields gather_site_fields(const request_rec* r, const added_headers& adds);

} // namespace v6front
