// SPDX-License-Identifier: Apache-2.0
//
// A listening socket that the engines of this child accept from. The MPM keeps its ap_listen_rec,
// but what it polls under that descriptor is an event counter: readable when an engine has a
// connection that is the MPM's after all (HTTP/2, an address without routes). It then calls the
// ap_listen_rec's accept_func, which is ours, and treats what it gets as one that it has accepted.
//
// Life: taken in child_init, before anything is polled; there until the process ends, since the
// MPM's listener thread may be in accept_func until then. The socket itself closes earlier, with
// the last engine that accepts from it: a port on which nobody accepts any more must refuse.
#pragma once

#include "core/decisions/first_bytes.hpp"
#include "httpd/base/apache.hpp"

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

namespace v6front
{

class taken_listener
{
public:
    // A connection that was accepted, and what has been read from it.
    struct returned {
        int descriptor;
        std::string read;
    };

    // Takes it from the MPM. nullptr, with a line in the log, if that is not possible: the MPM
    // accepts from it as ever.
    static taken_listener* take(ap_listen_rec* from, offered_protocols offered);
    // The one that has this ap_listen_rec; nullptr: it was not taken.
    static taken_listener* of(const ap_listen_rec* listener);
    taken_listener(const taken_listener&) = delete;

    offered_protocols offered() const noexcept { return offered_; }
    int descriptor() const noexcept { return descriptor_; }
    apr_socket_t* socket() noexcept { return socket_; }
    // Once by each engine that accepts here, and when it does so no more. The first: once the MPM
    // runs, and has given its listeners their function.
    void enter() noexcept { ++engines_; }
    void leave() noexcept;
    bool is_left() const noexcept { return engines_ == 0; }
    // Any thread, for a child of an old generation: the new one does not listen there, so nobody
    // is to accept here any more.
    void give_up() noexcept { given_up_ = true; }
    bool is_given_up() const noexcept { return given_up_; }
    std::uint64_t inode() const noexcept { return inode_; }

    // Any thread. True: the MPM will fetch it, and has the descriptor. False: it fetches no more.
    bool give_back(returned one);
    // Any thread: the MPM fetches no more. What it has not fetched.
    std::deque<returned> close();
    // In accept_func, on the MPM's listener thread.
    apr_status_t fetch(void** accepted, apr_pool_t* pool);

private:
    taken_listener(ap_listen_rec* listener, offered_protocols offered, int descriptor, int counter,
                   apr_socket_t* socket, std::uint64_t inode)
        : listener_(listener),
          offered_(offered),
          descriptor_(descriptor),
          counter_(counter),
          socket_(socket),
          inode_(inode)
    {
    }
    static std::vector<taken_listener*>& all();

    ap_listen_rec* listener_;
    offered_protocols offered_;
    int descriptor_;
    int counter_;
    apr_socket_t* socket_; // over descriptor_; only read once engines use it
    std::uint64_t inode_;  // the same in all processes that have this socket
    std::atomic<int> engines_{0};
    std::atomic<bool> given_up_{false};
    std::mutex mutex_;
    std::deque<returned> returned_;
    bool closed_ = false;
};

// In the first process_connection hook, on a worker: what an engine has read from a connection that
// it gave back is put where core's input filter will find it.
void put_back_what_was_read(conn_rec* c);

} // namespace v6front
