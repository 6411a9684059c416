// SPDX-License-Identifier: Apache-2.0

#include "reason_names.hpp"

namespace v6front
{

// Without a default, so that the compiler tells of one that is missing.
std::string_view name_of(reason r) noexcept
{
    switch (r) {
    case reason::ambiguous_framing:
        return "ambiguous_framing";
    case reason::unfit_target:
        return "unfit_target";
    case reason::misdirected:
        return "misdirected";
    case reason::no_tunnel:
        return "no_tunnel";
    case reason::unfit_reference:
        return "unfit_reference";
    case reason::request_loop:
        return "request_loop";
    case reason::client_gone:
        return "client_gone";
    case reason::client_body_malformed:
        return "client_body_malformed";
    case reason::client_body_too_slow:
        return "client_body_too_slow";
    case reason::client_body_too_large:
        return "client_body_too_large";
    case reason::name_not_found:
        return "name_not_found";
    case reason::no_ipv4_address:
        return "no_ipv4_address";
    case reason::lookup_failed:
        return "lookup_failed";
    case reason::lookup_timed_out:
        return "lookup_timed_out";
    case reason::would_loop:
        return "would_loop";
    case reason::connect_refused:
        return "connect_refused";
    case reason::connect_failed:
        return "connect_failed";
    case reason::connect_timed_out:
        return "connect_timed_out";
    case reason::untrusted_certificate:
        return "untrusted_certificate";
    case reason::tls_failed:
        return "tls_failed";
    case reason::tls_timed_out:
        return "tls_timed_out";
    case reason::send_failed:
        return "send_failed";
    case reason::send_timed_out:
        return "send_timed_out";
    case reason::no_response:
        return "no_response";
    case reason::bad_response:
        return "bad_response";
    case reason::response_head_cut:
        return "response_head_cut";
    case reason::response_head_too_large:
        return "response_head_too_large";
    case reason::endless_interim:
        return "endless_interim";
    case reason::response_timed_out:
        return "response_timed_out";
    case reason::response_body_cut:
        return "response_body_cut";
    case reason::response_body_bad:
        return "response_body_bad";
    case reason::response_body_timed_out:
        return "response_body_timed_out";
    case reason::too_many_in_flight:
        return "too_many_in_flight";
    case reason::no_local_port:
        return "no_local_port";
    case reason::no_source_address:
        return "no_source_address";
    case reason::out_of_resources:
        return "out_of_resources";
    case reason::stopping:
        return "stopping";
    case reason::internal:
        return "internal";
    }
    return "internal";
}

} // namespace v6front
