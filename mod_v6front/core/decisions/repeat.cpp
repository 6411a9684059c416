// SPDX-License-Identifier: Apache-2.0
#include "repeat.hpp"

#include <algorithm>
#include <array>

namespace v6front
{

bool is_idempotent(std::string_view method) noexcept
{
    // Methods are case-sensitive (RFC 9110 9.1).
    static constexpr std::array<std::string_view, 9> methods{
        "GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "PROPFIND", "REPORT", "SEARCH"};
    return std::find(methods.begin(), methods.end(), method) != methods.end();
}

bool is_stale(std::string_view input, int status) noexcept
{
    constexpr std::string_view start = "HTTP/";
    return status == 408 || (status == 0 && !input.empty() &&
                             input.substr(0, start.size()) != start.substr(0, input.size()));
}

bool may_retry(reason reason, std::string_view method, const attempt_progress& progress) noexcept
{
    // The only two that say "this connection had died"; for the rest, time is up, or a new
    // connection would come to the same end.
    if (reason != reason::send_failed && reason != reason::no_response)
        return false;
    if (progress.response_seen || progress.body_gone || progress.attempts >= max_attempts)
        return false;
    // A backend may close an idle connection just as it is used (RFC 9112 9.3.1); and where one of
    // several has died, the next does the same work.
    return !progress.head_sent || ((progress.pooled || progress.elsewhere) &&
                                   (is_idempotent(method) || progress.body_unsent));
}

} // namespace v6front
