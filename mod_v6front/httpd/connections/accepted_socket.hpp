// SPDX-License-Identifier: Apache-2.0
//
// A connection that an engine has accepted itself, before and while it is httpd's conn_rec: its
// pool, its socket as httpd and as the engine know it, and what was read before its owner was
// known. On its engine's thread; ends with the connection, which closes the socket.
#pragma once

#include "net/loop/asio.hpp"
#include "net/loop/deadline.hpp"
#include "httpd/base/apache.hpp"
#include "input_store.hpp"

#include <atomic>
#include <cstddef>

namespace v6front
{

// Pools of such connections. All of an engine's have one allocator, so that a connection holds the
// memory of a request only while it has one. It has a lock, since an offload thread may use it,
// too. Part of an engine's thread.
class connection_pools
{
public:
    connection_pools();
    ~connection_pools();
    connection_pools(const connection_pools&) = delete;
    connection_pools& operator=(const connection_pools&) = delete;

    apr_pool_t* take();
    // Ends all that is in it.
    void give_back(apr_pool_t* used) noexcept;

private:
    apr_pool_t* all_ = nullptr; // their parent
    std::size_t taken_ = 0;
};

class accepted_socket
{
public:
    accepted_socket(asio::io_context& on, connection_pools& pools);
    ~accepted_socket();
    accepted_socket(const accepted_socket&) = delete;
    accepted_socket& operator=(const accepted_socket&) = delete;

    // accept(), and the same with a connection that was accepted before. It is counted from then
    // on.
    apr_status_t accept(apr_socket_t* listening, std::atomic<apr_uint32_t>& count);
    apr_status_t take(int descriptor, std::atomic<apr_uint32_t>& count);
    // The engine reads it from now on. False: it cannot.
    bool open();
    int descriptor() const;
    apr_socket_t* socket() const noexcept { return socket_; }

    // What event.c's process_socket makes of an accepted socket, up to its pre_connection hooks.
    // nullptr: the client is gone. `id`: of the thread, for modules that count by it.
    conn_rec* make_connection(long id, ap_sb_handle_t* score, apr_thread_t* thread);

    // The process goes, and the pool with it.
    void abandon() noexcept { pool_ = nullptr; }

    tcp_socket stream; // never closes the descriptor
    input_store store;
    const deadline::clock::time_point since = deadline::clock::now();

private:
    apr_status_t counted_in(std::atomic<apr_uint32_t>& count, apr_status_t status);

    connection_pools& pools_;
    apr_pool_t* pool_;
    apr_socket_t* socket_ = nullptr;
    std::atomic<apr_uint32_t>* count_ = nullptr;
};

// This process's slot in the scoreboard, which the parent fills in after the fork. -1: not yet.
int own_scoreboard_slot();

} // namespace v6front
