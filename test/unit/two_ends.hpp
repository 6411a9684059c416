// SPDX-License-Identifier: Apache-2.0
//
// A connection that nobody drives: what keeps idle ones is asked about it alone.
#pragma once

#include "loopback.hpp"

#include <array>
#include <string_view>

namespace v6front::test
{

// A socket for the client's side of a connection, and the site's end of it.
struct two_ends {
    two_ends() { REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0); }
    ~two_ends() { ::close(ends[1]); }
    int own() const { return ends[0]; }
    // What the site does.
    void leave() const { ::shutdown(ends[1], SHUT_WR); }
    void say(std::string_view octets) const
    {
        const auto sent = ::send(ends[1], octets.data(), octets.size(), MSG_NOSIGNAL);
        REQUIRE(sent == static_cast<ssize_t>(octets.size()));
    }
    bool is_closed() const
    {
        char octet = 0;
        const auto n = ::recv(ends[1], &octet, 1, MSG_DONTWAIT);
        return n == 0 || (n < 0 && errno == ECONNRESET);
    }
    std::array<int, 2> ends{};
};

} // namespace v6front::test
