// SPDX-License-Identifier: Apache-2.0

#include "transport.hpp"

#include <cerrno>
#include <poll.h>
#include <sys/socket.h>

namespace v6front
{

transport::transport(tcp_socket socket) : socket_(std::move(socket))
{
    error_code ignored;
    socket_.non_blocking(true, ignored);
}

io_result transport::read_now(std::span<char> into)
{
    io_result done;
    done.size = socket_.read_some(asio::buffer(into.data(), into.size()), done.error);
    if (done.error == asio::error::would_block)
        done.error = {};
    return done;
}

io_result transport::write_now(std::string_view bytes)
{
    io_result done;
    done.size = socket_.write_some(asio::buffer(bytes.data(), bytes.size()), done.error);
    if (done.error == asio::error::would_block)
        done.error = {};
    return done;
}

bool transport::wait_for_input(std::chrono::milliseconds at_most)
{
    pollfd entry{socket_.native_handle(), POLLIN, 0};
    return ::poll(&entry, 1, static_cast<int>(at_most.count())) > 0;
}

transport::next transport::peek() noexcept
{
    char octet = 0;
    const auto n = ::recv(socket_.native_handle(), &octet, 1, MSG_PEEK | MSG_DONTWAIT);
    if (n > 0)
        return next::octets;
    if (n == 0)
        return next::end;
    return errno == EAGAIN || errno == EWOULDBLOCK ? next::nothing : next::reset;
}

endpoint transport::local() const noexcept
{
    error_code ignored;
    return socket_.local_endpoint(ignored);
}

void transport::cancel() noexcept
{
    error_code ignored;
    socket_.cancel(ignored);
}

void transport::end_sending() noexcept
{
    error_code ignored;
    socket_.shutdown(tcp_socket::shutdown_send, ignored);
}

void transport::close() noexcept
{
    error_code ignored;
    socket_.close(ignored);
}

int transport::release() noexcept
{
    error_code failed;
    const int socket = socket_.release(failed);
    return failed ? -1 : socket;
}

} // namespace v6front
