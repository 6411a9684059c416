// SPDX-License-Identifier: Apache-2.0

#include "client_descriptor.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <new>

namespace v6front
{

int polled_descriptor(conn_rec* c)
{
    apr_pollfd_t where{};
    apr_os_sock_t socket = -1;
    if (ap_get_pollfd_from_conn(c, &where, nullptr) != APR_SUCCESS)
        return -1;
    if (where.desc_type == APR_POLL_SOCKET)
        apr_os_sock_get(&socket, where.desc.s);
    if (where.desc_type == APR_POLL_FILE)
        apr_os_file_get(&socket, where.desc.f);
    return socket;
}

client_descriptor::client_descriptor(conn_rec* c, engine& engine) : copy_(engine.context())
{
    const int fd = polled_descriptor(c);
    const int copy = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (copy < 0)
        return;
    flags_ = fcntl(copy, F_GETFL);
    error_code ec;
    try {
        copy_.assign(copy, ec);
    } catch (const std::bad_alloc&) {
        ec = asio::error::no_memory;
    }
    if (ec)
        ::close(copy);
}

client_descriptor::~client_descriptor()
{
    if (!copy_.is_open())
        return;
    const int copy = copy_.release();
    if (flags_ >= 0)
        fcntl(copy, F_SETFL, flags_);
    ::close(copy);
}

task<apr_status_t> client_descriptor::wait(descriptor::wait_type type)
{
    if (!copy_.is_open())
        co_return APR_EBADF;
    const auto [ec] = co_await copy_.async_wait(type, directly);
    co_return ec ? APR_FROM_OS_ERROR(ec.value()) : APR_SUCCESS;
}

// The octets in mod_http2's pipe are its own to take back, and it does when it has nothing more to
// give (h2_mplx.c, c2_beam_input_read_eagain, since 2.4.58). Whoever waits here has been told so
// just before.
task<apr_status_t> client_descriptor::input()
{
    return wait(descriptor::wait_read);
}

task<apr_status_t> client_descriptor::output()
{
    return wait(descriptor::wait_write);
}

} // namespace v6front
