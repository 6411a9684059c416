// SPDX-License-Identifier: Apache-2.0

#include "reason_names.hpp"

#include <algorithm>
#include <array>

namespace v6front
{

namespace
{

struct named_reason {
    reason of;
    std::string_view name;
};

// In the order of the enumeration: name_of() is an index.
constexpr std::array<named_reason, reason_count> names{{
    {reason::ambiguous_framing, "ambiguous_framing"},
    {reason::unfit_target, "unfit_target"},
    {reason::misdirected, "misdirected"},
    {reason::no_tunnel, "no_tunnel"},
    {reason::unfit_reference, "unfit_reference"},
    {reason::request_loop, "request_loop"},
    {reason::client_gone, "client_gone"},
    {reason::client_body_malformed, "client_body_malformed"},
    {reason::client_body_too_slow, "client_body_too_slow"},
    {reason::client_body_too_large, "client_body_too_large"},
    {reason::name_not_found, "name_not_found"},
    {reason::no_ipv4_address, "no_ipv4_address"},
    {reason::lookup_failed, "lookup_failed"},
    {reason::lookup_timed_out, "lookup_timed_out"},
    {reason::would_loop, "would_loop"},
    {reason::connect_refused, "connect_refused"},
    {reason::connect_failed, "connect_failed"},
    {reason::connect_timed_out, "connect_timed_out"},
    {reason::untrusted_certificate, "untrusted_certificate"},
    {reason::tls_failed, "tls_failed"},
    {reason::tls_timed_out, "tls_timed_out"},
    {reason::send_failed, "send_failed"},
    {reason::send_timed_out, "send_timed_out"},
    {reason::no_response, "no_response"},
    {reason::bad_response, "bad_response"},
    {reason::response_head_cut, "response_head_cut"},
    {reason::response_head_too_large, "response_head_too_large"},
    {reason::endless_interim, "endless_interim"},
    {reason::response_timed_out, "response_timed_out"},
    {reason::response_body_cut, "response_body_cut"},
    {reason::response_body_bad, "response_body_bad"},
    {reason::response_body_timed_out, "response_body_timed_out"},
    {reason::too_many_in_flight, "too_many_in_flight"},
    {reason::no_local_port, "no_local_port"},
    {reason::no_source_address, "no_source_address"},
    {reason::out_of_resources, "out_of_resources"},
    {reason::stopping, "stopping"},
    {reason::internal, "internal"},
}};
static_assert(std::ranges::all_of(names, [](const named_reason& n) {
    return static_cast<std::size_t>(n.of) == static_cast<std::size_t>(&n - names.data()) &&
           !n.name.empty();
}));

} // namespace

std::string_view name_of(reason r) noexcept
{
    return names[static_cast<std::size_t>(r)].name;
}

} // namespace v6front
