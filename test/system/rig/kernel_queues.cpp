// SPDX-License-Identifier: Apache-2.0
#include "kernel_queues.hpp"

#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>

namespace v6front
{

namespace
{

std::string at_port(std::uint16_t port)
{
    char text[8];
    std::snprintf(text, sizeof text, ":%04X", port);
    return text;
}

} // namespace

// proc(5): a line for each side, with "sent and not acknowledged:come and not read" in it.
bool has_all_been_read(std::uint16_t one, std::uint16_t other)
{
    std::ifstream table("/proc/net/tcp");
    const auto first = at_port(one), second = at_port(other);
    std::string line, slot, local, remote, state, queues;
    while (std::getline(table, line)) {
        std::istringstream(line) >> slot >> local >> remote >> state >> queues;
        const bool is_side = (local.ends_with(first) && remote.ends_with(second)) ||
                             (local.ends_with(second) && remote.ends_with(first));
        if (is_side && queues != "00000000:00000000")
            return false;
    }
    return true;
}

} // namespace v6front
