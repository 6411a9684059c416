// SPDX-License-Identifier: Apache-2.0
//
// Client connections on their way from a child of an old generation, whose MPM has ended, to a
// child of the next one: those that no engine can serve (HTTP/2 without an alternative). They wait
// in a pair of sockets that the parent keeps over restarts, and all children have; whichever new
// child is first takes them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace v6front
{

struct mailed_connection {
    std::uint64_t listener; // the inode of the socket that it was accepted from
    int descriptor;
    std::string read; // from it, so far
};

// In post_config, in the parent. Without it nothing can be sent.
void make_mailbox();

// In a child, any thread. True: it is on its way; the caller closes its own descriptor.
bool send_to_successors(std::uint64_t listener, int descriptor, std::string_view read);
// A descriptor to wait at, which the caller closes; -1: there is none.
int copy_of_mailbox();
// What has come; nullopt: nothing.
std::optional<mailed_connection> take_from_mailbox();

} // namespace v6front
