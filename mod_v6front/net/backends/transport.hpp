// SPDX-License-Identifier: Apache-2.0
//
// The way of the octets to a backend and back: all that a backend_connection asks of a socket.
// Plain TCP. Whatever comes between (TLS, a PROXY header) belongs in here, and those who read and
// write do not change.
//
// Part of a backend_connection. On its engine's thread only.
#pragma once

#include "net/loop/asio.hpp"

#include <chrono>
#include <span>
#include <string_view>

namespace v6front
{

struct io_result {
    error_code error; // timed_out when the deadline passed, eof when the backend closed
    std::size_t size = 0;
};

class transport
{
public:
    explicit transport(tcp_socket socket);

    auto get_executor() { return socket_.get_executor(); }
    bool is_open() const { return socket_.is_open(); }

    // Something, as soon as there is anything.
    template <class Token> auto async_read_some(std::span<char> into, Token&& token)
    {
        return socket_.async_read_some(asio::buffer(into.data(), into.size()),
                                       std::forward<Token>(token));
    }
    // Something, as soon as there is room for it.
    template <class Token> auto async_write_some(std::string_view bytes, Token&& token)
    {
        return socket_.async_write_some(asio::buffer(bytes.data(), bytes.size()),
                                        std::forward<Token>(token));
    }
    // What can be done at once, which may be nothing.
    io_result read_now(std::span<char> into);
    io_result write_now(std::string_view bytes);
    // Blocks the thread until there is something to read, an end included, or the time is over:
    // false.
    bool wait_for_input(std::chrono::milliseconds at_most);

    // What the next read would find, without taking it.
    enum class next : std::uint8_t { nothing, octets, end, reset };
    next peek() noexcept;

    endpoint local() const noexcept; // its own end
    void cancel() noexcept;          // what is under way ends with operation_aborted
    void end_sending() noexcept;
    void close() noexcept;
    // Lets go of the descriptor; -1 if that cannot be.
    int release() noexcept;

private:
    tcp_socket socket_;
};

} // namespace v6front
