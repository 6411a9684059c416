// SPDX-License-Identifier: Apache-2.0
//
// Looks whether engines come back from the calls that they make into httpd. What is slow and comes
// back, slow_hooks tells of; what never does would leave no trace: it waits, say, for something
// that another request of that engine holds until its end, and which modules do so no list knows
// (core/findings/blocking_directive has some).
//
// On the thread of the child's address_watch, since an engine that is held cannot look.
#pragma once

#include "net/loop/asio.hpp"
#include "httpd/base/call_in_progress.hpp"
#include "slow_hooks.hpp"

#include <memory>
#include <vector>

namespace v6front
{

using calls_of_engines = std::vector<std::shared_ptr<const call_in_progress>>;

// For ever. Each call that lasts too long is said once, and as long as it does requests of its
// virtual host run on threads.
task<void> watch_for_held_calls(asio::io_context& context, calls_of_engines calls,
                                slow_hooks& hooks);

} // namespace v6front
