// SPDX-License-Identifier: Apache-2.0

#include "accept_guard.hpp"

#include "net/engine/engine.hpp"
#include "httpd/base/guard.hpp"
#include "httpd/base/log.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

namespace v6front
{

namespace
{

using clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

// The listener's own time, too: connections that wait in the MPM's queues wait with it.
constexpr auto pause = 20ms;
constexpr unsigned max_pauses = 10; // before idle connections to sites are closed, too
constexpr auto between_lines = 60s;

accept_function stock_accept = nullptr;
std::atomic<bool> is_guarded{false};
// On the listener's thread.
bool is_near = false;
unsigned pauses = 0; // one after the other
clock::time_point next_line{};

// Descriptors below this are for clients. A limit is looked at each time: it may be changed while
// httpd runs.
int max_for_clients()
{
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur > 1'000'000)
        return 1'000'000;
    const auto all = static_cast<int>(limit.rlim_cur);
    return all - std::max(16, all / 8);
}

int descriptor_of(apr_socket_t* s)
{
    apr_os_sock_t fd = -1;
    apr_os_sock_get(&fd, s);
    return fd;
}

// The lowest that is free would be the next one.
bool has_room(apr_socket_t* listening)
{
    const int next = ::fcntl(descriptor_of(listening), F_DUPFD_CLOEXEC, 0);
    if (next >= 0)
        ::close(next);
    return next >= 0 && next < max_for_clients();
}

bool is_shortage(apr_status_t status)
{
    return status == EMFILE || status == ENFILE || status == ENOBUFS || status == ENOMEM;
}

apr_status_t wait_for_room()
{
    if (const auto now = clock::now(); now >= next_line) {
        next_line = now + between_lines;
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, ap_server_conf,
                     V6LOGNO(0308) "almost out of file descriptors (%d for clients): accepting "
                                   "pauses until some are free, and idle connections are closed. "
                                   "Raise the limit (ulimit -n, LimitNOFILE=)",
                     max_for_clients());
    }
    engine::ask_for_relief(++pauses > max_pauses);
    std::this_thread::sleep_for(pause);
    return APR_FROM_OS_ERROR(EAGAIN);
}

apr_status_t accept(void** accepted, ap_listen_rec* listener, apr_pool_t* pool)
{
    *accepted = nullptr;
    if (is_near && !has_room(listener->sd))
        return wait_for_room();
    is_near = false;
    apr_socket_t* client = nullptr;
    const auto status = apr_socket_accept(&client, listener->sd, pool);
    if (is_shortage(status))
        return wait_for_room();
    if (status != APR_SUCCESS)
        return APR_STATUS_IS_EINTR(status) || APR_STATUS_IS_EAGAIN(status)
                   ? status
                   : stock_accept(accepted, listener, pool); // which knows the others
    is_near = descriptor_of(client) >= max_for_clients();
    pauses = 0;
    *accepted = client;
    return APR_SUCCESS;
}

} // namespace

extern "C" {

static apr_status_t v6front_accept(void** accepted, ap_listen_rec* listener, apr_pool_t* pool)
{
    return guard("accepting", APR_EGENERAL, [=] { return accept(accepted, listener, pool); });
}

} // extern "C"

void guard_accepting() noexcept
{
    if (is_guarded.load(std::memory_order_relaxed) || is_guarded.exchange(true))
        return;
    const accept_function ours = v6front_accept;
    for (auto* l = ap_listeners; l; l = l->next) {
        if (!l->accept_func || (stock_accept && l->accept_func != stock_accept))
            continue;
        stock_accept = l->accept_func;
        __atomic_store_n(&l->accept_func, ours, __ATOMIC_RELEASE);
    }
}

} // namespace v6front
