// SPDX-License-Identifier: Apache-2.0

#include "accept_guard.hpp"

#include "httpd/base/guard.hpp"
#include "descriptor_room.hpp"
#include "taken_listener.hpp"

#include <atomic>
#include <chrono>
#include <thread>

namespace v6front
{

namespace
{

// The listener's own time, too: connections that wait in the MPM's queues wait with it.
constexpr auto pause = std::chrono::milliseconds(20);

accept_function stock_accept = nullptr;
std::atomic<bool> is_guarded{false};
// On the listener's thread.
bool is_near = false;
unsigned pauses = 0; // one after the other

int descriptor_of(apr_socket_t* s)
{
    apr_os_sock_t fd = -1;
    apr_os_sock_get(&fd, s);
    return fd;
}

apr_status_t wait_for_room()
{
    ask_for_descriptors(++pauses);
    std::this_thread::sleep_for(pause);
    return APR_FROM_OS_ERROR(EAGAIN);
}

apr_status_t accept(void** accepted, ap_listen_rec* listener, apr_pool_t* pool)
{
    *accepted = nullptr;
    if (is_near && !has_descriptor_for_client(descriptor_of(listener->sd)))
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
    is_near = descriptor_of(client) >= max_client_descriptors();
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
        if (!l->accept_func || taken_listener::of(l) ||
            (stock_accept && l->accept_func != stock_accept))
            continue;
        stock_accept = l->accept_func;
        __atomic_store_n(&l->accept_func, ours, __ATOMIC_RELEASE);
    }
}

} // namespace v6front
