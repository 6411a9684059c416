// SPDX-License-Identifier: Apache-2.0
#include "failure.hpp"

#include <array>

namespace v6front
{
namespace
{

// In the order of the enumeration: describe() is an index.
constexpr std::array<reason_row, reason_count> rows{{
    {reason::ambiguous_framing, phase::frame, fault::client, 400,
     "the length of the request body is ambiguous"},
    {reason::unfit_target, phase::frame, fault::client, 400,
     "the request target cannot be forwarded"},
    {reason::misdirected, phase::frame, fault::client, 421,
     "the request target names another server"},
    {reason::no_tunnel, phase::frame, fault::client, 405, "this server is not a forward proxy"},
    {reason::unfit_reference, phase::frame, fault::client, 502,
     "a Destination or If header names a URL outside this route"},
    {reason::request_loop, phase::frame, fault::client, 508,
     "loop: the request has already passed through this front"},
    {reason::client_gone, phase::response_body, fault::client, 499,
     "the client closed the connection"},
    {reason::client_body_malformed, phase::send, fault::client, 400,
     "the request body is malformed or incomplete"},
    {reason::client_body_too_slow, phase::send, fault::client, 408,
     "the client stopped sending its request body"},
    {reason::client_body_too_large, phase::send, fault::client, 413,
     "the request body is larger than allowed"},
    {reason::name_not_found, phase::resolve, fault::backend, 502,
     "the backend's name does not exist"},
    {reason::no_ipv4_address, phase::resolve, fault::backend, 502,
     "the backend's name has no IPv4 address"},
    {reason::lookup_failed, phase::resolve, fault::backend, 502,
     "the name server did not answer for the backend's name"},
    {reason::lookup_timed_out, phase::resolve, fault::backend, 504,
     "the lookup of the backend's name timed out"},
    {reason::would_loop, phase::resolve, fault::backend, 508,
     "loop: every address of the backend is one of this server's own listeners"},
    {reason::connect_refused, phase::connect, fault::backend, 502,
     "the backend refused the connection"},
    {reason::connect_failed, phase::connect, fault::backend, 502, "cannot connect to the backend"},
    {reason::connect_timed_out, phase::connect, fault::backend, 504,
     "the backend did not accept a connection in time"},
    {reason::untrusted_certificate, phase::handshake, fault::backend, 502,
     "the backend's certificate is not accepted"},
    {reason::tls_failed, phase::handshake, fault::backend, 502,
     "the TLS handshake with the backend failed"},
    {reason::tls_timed_out, phase::handshake, fault::backend, 504,
     "the backend did not complete the TLS handshake in time"},
    {reason::send_failed, phase::send, fault::backend, 502,
     "the backend closed the connection while the request was being sent"},
    {reason::send_timed_out, phase::send, fault::backend, 504,
     "the backend stopped reading the request"},
    {reason::no_response, phase::response_head, fault::backend, 502,
     "the backend closed the connection without a response"},
    {reason::bad_response, phase::response_head, fault::backend, 502,
     "the backend's response is not valid HTTP"},
    {reason::response_head_cut, phase::response_head, fault::backend, 502,
     "the backend closed the connection in the middle of a response head"},
    {reason::response_head_too_large, phase::response_head, fault::backend, 502,
     "the backend's response head is too large"},
    {reason::endless_interim, phase::response_head, fault::backend, 502,
     "the backend sent too many interim responses"},
    {reason::response_timed_out, phase::response_head, fault::backend, 504,
     "the backend did not respond in time"},
    {reason::response_body_cut, phase::response_body, fault::backend, 502,
     "the backend closed the connection before the end of a response body"},
    {reason::response_body_bad, phase::response_body, fault::backend, 502,
     "the backend's response body is not valid chunked coding"},
    {reason::response_body_timed_out, phase::response_body, fault::backend, 504,
     "the backend stopped sending a response body"},
    {reason::too_many_in_flight, phase::connect, fault::front, 503,
     "the limit of requests on this route is reached"},
    {reason::no_local_port, phase::connect, fault::front, 503,
     "this server has no free local port for another connection to the backend"},
    {reason::no_source_address, phase::connect, fault::front, 503,
     "this machine cannot connect from the address of V6FrontBindV4"},
    {reason::out_of_resources, phase::connect, fault::front, 503,
     "this server is out of descriptors or memory"},
    {reason::stopping, phase::response_body, fault::front, 503,
     "this server is restarting or stopping (see V6FrontGracefulTimeout)"},
    {reason::internal, phase::frame, fault::front, 500, "internal error"},
}};

consteval bool is_in_order()
{
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (static_cast<std::size_t>(rows[i].reason) != i)
            return false;
    }
    return true;
}
static_assert(is_in_order());

} // namespace

const reason_row& describe(reason reason) noexcept
{
    const auto i = static_cast<std::size_t>(reason);
    return i < rows.size() ? rows[i] : rows.back();
}

std::string_view to_string(phase p) noexcept
{
    switch (p) {
    case phase::frame:
        return "frame";
    case phase::resolve:
        return "resolve";
    case phase::connect:
        return "connect";
    case phase::handshake:
        return "TLS handshake";
    case phase::send:
        return "send";
    case phase::response_head:
        return "response head";
    case phase::response_body:
        return "response body";
    }
    return "unknown";
}

std::string words_of(const failure& f)
{
    std::string words(describe(f.reason).words);
    if (f.cause)
        words.append(": ").append(f.cause.message());
    if (!f.detail.empty())
        words.append(" (").append(f.detail).append(")");
    return words;
}

failure unfit(reason reason, std::string_view why, std::string_view text)
{
    constexpr std::size_t most = 120;
    std::string detail(why);
    detail.append(": ").append(text.substr(0, most)).append(text.size() > most ? "..." : "");
    return {reason, {}, std::move(detail)};
}

} // namespace v6front
