// SPDX-License-Identifier: Apache-2.0
//
// The one error value of the data path: what happened, and through the table below in which phase,
// whose fault it is, and which status the client sees. A peer's behaviour never throws; it becomes
// one of these, returned in a result<T>.
#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace v6front
{

enum class phase : std::uint8_t {
    frame,
    resolve,
    connect,
    handshake,
    send,
    response_head,
    response_body
};
enum class fault : std::uint8_t { client, backend, front };

enum class reason : std::uint8_t {
    ambiguous_framing,     // client: request body delimited in two ways
    unfit_target,          // client: a request target that would be understood in two ways
    misdirected,           // client: the URL of another server
    no_tunnel,             // client: CONNECT
    unfit_reference,       // client: a URL in a field names another part of this front
    request_loop,          // client: our own Via token came back to us
    client_gone,           // client: connection lost; nobody sees its status but the log (nginx's)
    client_body_malformed, // client: chunking broken, or fewer bytes than announced
    client_body_too_slow,  // client: no byte of the body within the deadline
    client_body_too_large, // client: LimitRequestBody
    name_not_found,        // backend: the name does not exist
    no_ipv4_address,       // backend: the name has no IPv4 address (AAAA only, say)
    lookup_failed,         // backend: the name server gave no answer
    lookup_timed_out,
    would_loop, // backend: every address is one of our own listeners
    connect_refused,
    connect_failed,
    connect_timed_out,
    untrusted_certificate, // backend: its certificate is not what it has to be
    tls_failed,            // backend: no TLS with it
    tls_timed_out,
    send_failed, // backend: closed while the request was being written
    send_timed_out,
    no_response,       // backend: closed before the first byte of a response
    bad_response,      // backend: not HTTP, or HTTP that cannot be framed
    response_head_cut, // backend: closed in the middle of the head
    response_head_too_large,
    endless_interim,    // backend: one 1xx after the other
    response_timed_out, // backend: no response head within the deadline
    response_body_cut,  // backend: closed before the announced end
    response_body_bad,  // backend: broken chunking
    response_body_timed_out,
    too_many_in_flight, // front: max= exchanges with the backend, and no place in the queue
    no_local_port,      // front: none is free for a connection to this address
    no_source_address,  // front: the one that V6FrontBindV4 gives is not this machine's
    out_of_resources,   // front: no descriptor, no memory
    stopping,           // front: the server restarts or shuts down
    internal            // front: a fault of ours
};

inline constexpr std::size_t reason_count = static_cast<std::size_t>(reason::internal) + 1;

struct failure {
    v6front::reason reason;
    boost::system::error_code cause{}; // the system's word for it, where there is one
    std::string detail{};              // what the words and the cause do not say, for the log only
};

// A failure whose detail is why a peer's text is refused, and the text, cut to what a log line
// takes.
failure unfit(reason reason, std::string_view why, std::string_view text);

template <class T> using result = boost::system::result<T, failure>;

// One row of the table that says everything fixed about a reason.
struct reason_row {
    v6front::reason reason;
    phase when;
    fault whose;
    int status;             // RFC 9110 15; what the client sees if nothing was sent to it yet
    std::string_view words; // for the log: plain, lower case, no full stop
};

const reason_row& describe(reason reason) noexcept;

// boost::system::result's value() on an error: a bug of ours, since errors are tested first.
[[noreturn]] inline void throw_exception_from_error(const failure& f, const boost::source_location&)
{
    throw std::logic_error("unhandled failure: " + std::string(describe(f.reason).words));
}

std::string_view to_string(phase p) noexcept;

// What happened, with the cause and the detail, for a line in the log.
std::string words_of(const failure& f);

} // namespace v6front
