// SPDX-License-Identifier: Apache-2.0

#include "taken_listener.hpp"

#include "httpd/base/guard.hpp"
#include "core_input.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <sys/eventfd.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdint>

namespace v6front
{

namespace
{

constexpr const char* data_key = "v6front-read";

// An apr_socket_t over the descriptor, with its address on one side.
apr_socket_t* as_apr_socket(int descriptor, int (*ask)(int, sockaddr*, socklen_t*),
                            sockaddr* apr_os_sock_info_t::*side, apr_pool_t* pool)
{
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    auto* plain = reinterpret_cast<sockaddr*>(&address);
    if (ask(descriptor, plain, &size) != 0)
        return nullptr;
    apr_os_sock_info_t info{};
    info.os_sock = &descriptor;
    info.*side = plain;
    info.family = address.ss_family;
    info.type = SOCK_STREAM;
    info.protocol = APR_PROTO_TCP;
    apr_socket_t* made = nullptr;
    return apr_os_sock_make(&made, &info, pool) == APR_SUCCESS ? made : nullptr;
}

void close_if_open(int descriptor)
{
    if (descriptor >= 0)
        ::close(descriptor);
}

} // namespace

extern "C" {

static apr_status_t v6front_fetch(void** accepted, ap_listen_rec* listener, apr_pool_t* pool)
{
    return guard("fetching a connection", APR_EAGAIN, [=] {
        *accepted = nullptr;
        auto* taken = taken_listener::of(listener);
        return taken ? taken->fetch(accepted, pool) : APR_EAGAIN;
    });
}

} // extern "C"

std::vector<taken_listener*>& taken_listener::all()
{
    static auto* const listeners = new std::vector<taken_listener*>;
    return *listeners;
}

taken_listener* taken_listener::of(const ap_listen_rec* listener)
{
    for (auto* t : all())
        if (t->listener_ == listener)
            return t;
    return nullptr;
}

// An unconnected socket in place of the counter would be a hangup all the time. What is accepted
// from the apr_socket_t inherits TCP_NODELAY in APR's books, as it has from the kernel.
taken_listener* taken_listener::take(ap_listen_rec* from, offered_protocols offered)
{
    apr_pool_t* pool = nullptr; // its own: the last engine closes it, on whatever thread
    apr_pool_create(&pool, nullptr);
    apr_os_sock_t listening = -1;
    apr_os_sock_get(&listening, from->sd);
    const int own = ::fcntl(listening, F_DUPFD_CLOEXEC, 0);
    const int counter = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE);
    auto* socket = own < 0 || counter < 0
                       ? nullptr
                       : as_apr_socket(own, ::getsockname, &apr_os_sock_info_t::local, pool);
    struct stat as_file {
    };
    if (!socket || ::fstat(own, &as_file) != 0 ||
        ::fcntl(own, F_SETFL, ::fcntl(own, F_GETFL) | O_NONBLOCK) != 0 ||
        ::dup3(counter, listening, O_CLOEXEC) < 0) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, errno, ap_server_conf,
                     V6LOGNO(0181) "cannot take a listening socket (port %d) from the MPM, which "
                                   "goes on accepting its connections. Raise the limit of "
                                   "descriptors (on Debian APACHE_ULIMIT_MAX_FILES in envvars, "
                                   "elsewhere LimitNOFILE= or ulimit -n)",
                     from->bind_addr ? from->bind_addr->port : 0);
        close_if_open(own);
        close_if_open(counter);
        apr_pool_destroy(pool);
        return nullptr;
    }
    apr_socket_opt_set(socket, APR_TCP_NODELAY, 1);
    all().push_back(new taken_listener(from, offered, own, counter, socket, as_file.st_ino));
    return all().back();
}

void taken_listener::leave() noexcept
{
    if (--engines_ == 0)
        apr_socket_close(socket_);
}

// Until accept_func is ours the counter stays as it is: the MPM's own would take an error from it,
// and end the child.
bool taken_listener::give_back(returned one)
{
    const std::scoped_lock lock(mutex_);
    if (closed_)
        return false;
    returned_.push_back(std::move(one));
    const accept_function fetching = v6front_fetch;
    __atomic_store_n(&listener_->accept_func, fetching, __ATOMIC_RELEASE);
    const std::uint64_t another = 1;
    if (::write(counter_, &another, sizeof another) == sizeof another)
        return true;
    returned_.pop_back(); // the caller has the descriptor still
    return false;
}

std::deque<taken_listener::returned> taken_listener::close()
{
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    return std::exchange(returned_, {});
}

apr_status_t taken_listener::fetch(void** accepted, apr_pool_t* pool)
{
    returned one;
    {
        const std::scoped_lock lock(mutex_);
        std::uint64_t n = 0;
        if (::read(counter_, &n, sizeof n) != sizeof n || returned_.empty())
            return APR_EAGAIN;
        one = std::move(returned_.front());
        returned_.pop_front();
    }
    auto* socket = as_apr_socket(one.descriptor, ::getpeername, &apr_os_sock_info_t::remote, pool);
    if (!socket) { // its client is gone
        ::close(one.descriptor);
        return APR_EAGAIN;
    }
    apr_socket_opt_set(socket, APR_TCP_NODELAY, 1);
    if (!one.read.empty())
        apr_socket_data_set(socket, pool_new<std::string>(pool, std::move(one.read)), data_key,
                            nullptr);
    *accepted = socket;
    return APR_SUCCESS;
}

void put_back_what_was_read(conn_rec* c)
{
    auto* socket = c->master ? nullptr : ap_get_conn_socket(c);
    void* data = nullptr;
    if (!socket || apr_socket_data_get(&data, data_key, socket) != APR_SUCCESS || !data)
        return;
    apr_socket_data_set(socket, nullptr, data_key, nullptr);
    put_into_core(c, *static_cast<const std::string*>(data));
}

} // namespace v6front
