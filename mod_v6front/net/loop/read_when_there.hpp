// SPDX-License-Identifier: Apache-2.0
//
// A read that has no memory while it waits: who waits for a peer that thinks, or is idle, holds a
// socket and no buffer. An operation of Asio, which completes in a later turn of the engine's loop
// and can be cancelled without loss.
#pragma once

#include "asio.hpp"

#include <boost/asio/associated_allocator.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/error.hpp>

#include <cerrno>
#include <cstddef>
#include <functional>
#include <span>
#include <utility>

#include <sys/socket.h>

namespace v6front
{

// Where octets go that are there: for at most so many, and at least for one. Empty: whoever has
// begun the read is gone.
using read_room = std::function<std::span<char>(std::size_t most)>;

// 0 without an error: there is nothing now. eof: the peer has ended its side.
inline std::size_t read_what_is_there(int socket, std::span<char> into, error_code& error)
{
    ssize_t n = -1;
    do
        n = ::recv(socket, into.data(), into.size(), MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    error = {};
    if (n == 0)
        error = asio::error::eof;
    else if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
        error.assign(errno, asio::error::get_system_category());
    return n > 0 ? static_cast<std::size_t>(n) : 0;
}

// `Room`: as read_room.
template <class Room, class Handler> class read_operation
{
public:
    using executor_type = asio::associated_executor_t<Handler, executor>;
    using allocator_type = asio::associated_allocator_t<Handler>;
    using cancellation_slot_type = asio::associated_cancellation_slot_t<Handler>;

    read_operation(tcp_socket& from, std::size_t most, Room room, Handler&& handler)
        : from_(from), most_(most), room_(std::move(room)), handler_(std::move(handler))
    {
    }

    executor_type get_executor() const noexcept
    {
        return asio::get_associated_executor(handler_, from_.get_executor());
    }
    allocator_type get_allocator() const noexcept
    {
        return asio::get_associated_allocator(handler_);
    }
    cancellation_slot_type get_cancellation_slot() const noexcept
    {
        return asio::get_associated_cancellation_slot(handler_);
    }

    void start()
    {
        auto& socket = from_;
        socket.async_wait(tcp_socket::wait_read, std::move(*this));
    }

    void operator()(error_code ec)
    {
        std::size_t n = 0;
        if (!ec) {
            const std::span<char> space = room_(most_);
            if (space.empty())
                ec = asio::error::operation_aborted;
            else
                n = read_what_is_there(from_.native_handle(), space, ec);
            if (n == 0 && !ec)
                return start();
        }
        std::move(handler_)(ec, n);
    }

private:
    tcp_socket& from_;
    std::size_t most_;
    Room room_;
    Handler handler_;
};

template <class Room, class Token>
auto read_when_there(tcp_socket& from, std::size_t most, Room room, Token&& token)
{
    return asio::async_initiate<Token, void(error_code, std::size_t)>(
        [&from, most](auto handler, Room into) {
            using handler_type = decltype(handler);
            read_operation<Room, handler_type>(from, most, std::move(into), std::move(handler))
                .start();
        },
        token, std::move(room));
}

} // namespace v6front
