// SPDX-License-Identifier: Apache-2.0
//
// How many client connections the engines of this child have, for mod_status. The MPM counts them
// too, but tells the scoreboard only when one of its own queues has something to expire (event.c,
// listener_thread), which may be never where engines have all connections. Part of the child; its
// numbers are changed by all engines, and told by one of them.
#pragma once

#include "net/loop/deadline.hpp"
#include "httpd/base/apache.hpp"

#include <atomic>

namespace v6front
{

struct connection_counts {
    std::atomic<apr_uint32_t> open{0};     // taken over from the MPM, which counts them, too
    std::atomic<apr_uint32_t> accepted{0}; // by engines, from accept() on; the MPM has none of them
    std::atomic<apr_uint32_t> idle{0};     // waiting for the next request (keep-alive)
};

// Part of an engine thread, on that thread; one of the child's does it.
class connection_teller
{
public:
    connection_teller(deadline_list& deadlines, const connection_counts& counts);
    // With the first connection of the child, which has this slot of the scoreboard. Further calls
    // have no effect.
    void begin(int child);

private:
    // A number of the scoreboard that the MPM writes too. It is the sum of our connections and of
    // those that the MPM alone knows, as of the last time that it wrote. It counts some of ours.
    struct shown {
        apr_uint32_t total = 0; // as we have written it
        apr_uint32_t ours = 0;  // within that
        void update(apr_uint32_t& at, apr_uint32_t counted_by_mpm, apr_uint32_t others);
    };
    void tell();

    const connection_counts& counts_;
    deadline next_;
    int child_ = 0;
    shown open_;
    shown idle_;
};

} // namespace v6front
