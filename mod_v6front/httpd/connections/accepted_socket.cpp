// SPDX-License-Identifier: Apache-2.0

#include "accepted_socket.hpp"

#include <unistd.h>

#include <sys/socket.h>

#include <new>

namespace v6front
{

namespace
{

// For the next requests, of what those before have used.
constexpr apr_size_t max_free = 2 * 1024 * 1024;

// event_conn_state_t, to which hooks of the MPM write unasked (event.c: event_pre_read_request,
// event_post_read_request, event_request_cleanup, event_protocol_switch). They only store there,
// and the MPM never sees this one. It has some 200 octets.
constexpr apr_size_t octets_for_mpm = 512;

} // namespace

connection_pools::connection_pools()
{
    apr_allocator_t* allocator = nullptr;
    if (apr_allocator_create(&allocator) != APR_SUCCESS)
        throw std::bad_alloc();
    apr_allocator_max_free_set(allocator, max_free);
    if (apr_pool_create_ex(&all_, nullptr, nullptr, allocator) != APR_SUCCESS) {
        apr_allocator_destroy(allocator);
        throw std::bad_alloc();
    }
    apr_allocator_owner_set(allocator, all_);
    apr_thread_mutex_t* lock = nullptr;
    if (apr_thread_mutex_create(&lock, APR_THREAD_MUTEX_DEFAULT, all_) != APR_SUCCESS) {
        apr_pool_destroy(all_);
        throw std::bad_alloc();
    }
    apr_allocator_mutex_set(allocator, lock);
    apr_pool_tag(all_, "v6front_connections");
}

// Those that were abandoned end with the process.
connection_pools::~connection_pools()
{
    if (taken_ == 0)
        apr_pool_destroy(all_);
}

apr_pool_t* connection_pools::take()
{
    apr_pool_t* pool = nullptr;
    if (apr_pool_create_ex(&pool, all_, nullptr, nullptr) != APR_SUCCESS)
        throw std::bad_alloc();
    apr_pool_tag(pool, "v6front_connection");
    ++taken_;
    return pool;
}

void connection_pools::give_back(apr_pool_t* used) noexcept
{
    --taken_;
    apr_pool_destroy(used);
}

accepted_socket::accepted_socket(asio::io_context& on, connection_pools& pools)
    : stream(on), pools_(pools), pool_(pools.take())
{
}

// The descriptor leaves the engine before the pool closes it.
accepted_socket::~accepted_socket()
{
    error_code ignored;
    if (stream.is_open())
        stream.release(ignored);
    if (pool_)
        pools_.give_back(pool_);
    if (count_)
        --*count_;
}

apr_status_t accepted_socket::counted_in(std::atomic<apr_uint32_t>& count, apr_status_t status)
{
    if (status == APR_SUCCESS) {
        ++count;
        count_ = &count;
    }
    return status;
}

apr_status_t accepted_socket::accept(apr_socket_t* listening, std::atomic<apr_uint32_t>& count)
{
    return counted_in(count, apr_socket_accept(&socket_, listening, pool_));
}

apr_status_t accepted_socket::take(int descriptor, std::atomic<apr_uint32_t>& count)
{
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    auto* address = reinterpret_cast<sockaddr*>(&peer);
    apr_status_t status = APR_SUCCESS;
    if (::getpeername(descriptor, address, &size) != 0)
        status = errno;
    apr_os_sock_info_t info{};
    info.os_sock = &descriptor;
    info.remote = address;
    info.family = peer.ss_family;
    info.type = SOCK_STREAM;
    info.protocol = APR_PROTO_TCP;
    if (status == APR_SUCCESS)
        status = apr_os_sock_make(&socket_, &info, pool_);
    if (status != APR_SUCCESS) {
        ::close(descriptor);
        return status;
    }
    // As one that apr_socket_accept has made: it ends with the pool.
    apr_pool_cleanup_register(
        pool_, socket_,
        [](void* s) -> apr_status_t { return apr_socket_close(static_cast<apr_socket_t*>(s)); },
        apr_pool_cleanup_null);
    return counted_in(count, APR_SUCCESS);
}

int accepted_socket::descriptor() const
{
    apr_os_sock_t fd = -1;
    apr_os_sock_get(&fd, socket_);
    return fd;
}

bool accepted_socket::open()
{
    apr_sockaddr_t* peer = nullptr;
    if (apr_socket_addr_get(&peer, APR_REMOTE, socket_) != APR_SUCCESS)
        return false;
    error_code ec;
    stream.assign(peer->family == APR_INET ? asio::ip::tcp::v4() : asio::ip::tcp::v6(),
                  descriptor(), ec);
    return !ec;
}

conn_rec* accepted_socket::make_connection(long id, ap_sb_handle_t* score, apr_thread_t* thread)
{
    static module* const mpm = ap_find_linked_module("event.c");
    auto* c = ap_run_create_connection(pool_, ap_server_conf, socket_, id, score,
                                       apr_bucket_alloc_create(pool_));
    if (!c)
        return nullptr;
    if (mpm)
        ap_set_module_config(c->conn_config, mpm, apr_pcalloc(pool_, octets_for_mpm));
    c->cs = static_cast<conn_state_t*>(apr_pcalloc(pool_, sizeof(conn_state_t)));
    c->cs->state = CONN_STATE_READ_REQUEST_LINE;
    c->current_thread = thread;
    ap_update_vhost_given_ip(c);
    return c;
}

int own_scoreboard_slot()
{
    static std::atomic<int> found{-1};
    if (found >= 0)
        return found;
    int children = 0;
    ap_mpm_query(AP_MPMQ_HARD_LIMIT_DAEMONS, &children);
    for (int i = 0; i < children; ++i)
        if (const auto* p = ap_get_scoreboard_process(i); p && p->pid == ::getpid())
            found = i;
    return found;
}

} // namespace v6front
