// SPDX-License-Identifier: Apache-2.0
//
// A new connection to a backend that may have several addresses: the next one is tried 250 ms after
// the last, not after its timeout, so that a dead address costs a quarter of a second (RFC 8305 5's
// idea, within one family). One that has accepted is not dead: its TLS takes several round trips,
// and the site work, so it has longer before another one is tried as well.
#pragma once

#include "core/base/failure.hpp"
#include "backend_connection.hpp"

#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace v6front
{

inline constexpr std::chrono::milliseconds connect_stagger{250};
// From the moment at which it has accepted; no more than a third of the time for connecting, so
// that there is as much for others.
inline constexpr std::chrono::milliseconds handshake_stagger{1000};

// How an address that was tried has done; nullptr: it answered. One that had the time after which
// another is tried, and that another has outrun, did not answer in time.
using connect_report = std::function<void(const endpoint&, const failure*)>;

// What else may be tried by now. Asked when all others were, and again after each stagger.
using later_candidates = std::function<std::vector<connection_identity>()>;

// The first that answers; the others are closed. Fails with the last one's error, or at the
// deadline.
task<result<std::shared_ptr<backend_connection>>> connect_to_backend(
    asio::io_context& context, deadline_list& deadlines,
    std::span<const connection_identity> candidates, std::chrono::milliseconds timeout,
    const connect_report& report = {}, const later_candidates& later = {});

} // namespace v6front
