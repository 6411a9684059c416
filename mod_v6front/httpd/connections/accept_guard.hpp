// SPDX-License-Identifier: Apache-2.0
//
// Accepting while descriptors run out. A stock MPM ends the child then, with all that is under way
// in it (event.c, resource_shortage); here its listener pauses, and what is idle is closed. Some
// descriptors are kept back, since each accepted connection needs one more to the site. Set up once
// in a child, by its first connection that may be ours; runs on the MPM's listener thread.
#pragma once

namespace v6front
{

// The MPM has given its listeners their function by then. Further calls have no effect.
void guard_accepting() noexcept;

} // namespace v6front
