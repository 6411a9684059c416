// SPDX-License-Identifier: Apache-2.0
//
// How the client's side of an exchange waits. Two kinds: an adopted connection awaits its socket on
// the engine; a borrowed thread lets httpd's own filters block. Times are httpd's, in microseconds.
#pragma once

#include "net/loop/deadline.hpp"
#include "httpd/base/apache.hpp"

#include <algorithm>
#include <functional>

namespace v6front
{

// How long a client is waited for: so long without an octet, at first from when it is waited for
// (before that, the site may have taken nothing), and so long in any case.
struct input_patience {
    deadline::clock::time_point since;
    deadline::clock::duration silence;
    deadline::clock::duration most;
    // In slices of a second, so that filters with deadlines of their own are asked again. 0: none.
    deadline::clock::duration slice(deadline::clock::time_point last_input) const
    {
        const auto left = std::max(since, last_input) + silence - deadline::clock::now();
        return std::clamp<deadline::clock::duration>(std::min(left, most), {},
                                                     std::chrono::seconds(1));
    }
};

class client_waits
{
public:
    virtual ~client_waits() = default;
    // May httpd's output filters block this thread?
    virtual bool may_block() const = 0;
    // Until more of the client's bytes are at hand (APR_SUCCESS, or perhaps: at the end of a slice
    // of the time), or why not.
    virtual task<apr_status_t> more_input(input_patience how_long) = 0;
    // What the kernel has of a body goes to what is at hand. Nothing that was handed out is in use.
    virtual void take_what_has_come() {}
    // The body's end is there, and nothing else says where that is: true if the client has sent it.
    virtual task<bool> is_end_meant() = 0;
    // While nothing else reads: calls when the client goes away; nullptr ends that.
    virtual void watch(std::function<void()> gone) = 0;
    virtual bool is_gone() const = 0;
    // Hands what core has set aside to the socket, as far as it takes it.
    virtual void push() = 0;
    virtual task<apr_status_t> writable(apr_interval_time_t timeout) = 0;
    // In a tunnel, where both directions may wait at once, and for as long as they like: until more
    // of the client's bytes, or its end, are at hand; until the socket takes more.
    virtual task<apr_status_t> tunnel_input() = 0;
    virtual task<apr_status_t> tunnel_output() = 0;
    // What core has set aside of a tunnel goes to the socket, as far as that takes it.
    virtual void push_tunnel() = 0;
};

} // namespace v6front
