// SPDX-License-Identifier: Apache-2.0
//
// What the child processes of all generations tell each other, in memory that the parent keeps over
// restarts: the newest generation whose engines accept, and the listening sockets of the newest
// configuration. The rest is in httpd's scoreboard.
#pragma once

#include "core/decisions/succession.hpp"
#include "httpd/base/apache.hpp"

#include <cstdint>
#include <vector>

namespace v6front
{

// In post_config, in the parent: children begin with this configuration from now on.
void announce_generation(const server_rec* main_server);

// In open_logs, in the parent. httpd makes the only listener that is left of several block
// (listen.c, open_listeners). Engines of the old generation accept from the same socket, and would
// then wait in accept() for the next client, and all that live on them with them. So at the next
// restart APR is to find that it blocks already, and to leave it as it is. Where there are no
// engines the only listener blocks.
void settle_listeners();

// In a child. Its own generation.
int own_generation();
// Any thread: the engines of this generation accept; or it has come to its end, and nobody has to
// wait for it.
void tell_that_engines_accept();
// Any thread: this child has said so.
bool engines_accept();
// While this child is told to stop gracefully: another generation follows. A stop has none, nor
// has a child that is one too many.
bool has_successors();
// For a child of an old generation: whether the newest configuration has this listening socket.
bool is_listened_at(std::uint64_t inode);

class view_of_generations
{
public:
    // In child_init.
    view_of_generations();
    generations_seen look();

private:
    pid_t parent_;
    std::vector<process_place> places_;
};

} // namespace v6front
