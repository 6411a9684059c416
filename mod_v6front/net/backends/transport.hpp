// SPDX-License-Identifier: Apache-2.0
//
// The way of the octets to a backend and back: all that a backend_connection asks of a socket.
// Plain TCP, or TLS over it (net/tls), which those who read and write do not see.
//
// Part of a backend_connection. On its engine's thread only.
#pragma once

#include "net/loop/asio.hpp"
#include "net/loop/socket_read.hpp"
#include "net/tls/tls_operations.hpp"
#include "detached_socket.hpp"

#include <chrono>
#include <memory>
#include <span>
#include <string_view>

namespace v6front
{

struct io_result {
    error_code error; // timed_out when the deadline passed, eof when the backend closed
    std::size_t size = 0;
};

// Who reads from a transport: shared with what it has begun and waits for.
class backend_reader : public socket_reader
{
public:
    virtual std::shared_ptr<socket_reader> shared() = 0;

protected:
    ~backend_reader() = default;
};

class transport final : private socket_reader
{
public:
    // `tls`: after its handshake.
    transport(tcp_socket socket, std::unique_ptr<tls_session> tls = nullptr);

    auto get_executor() { return socket_.get_executor(); }
    bool is_open() const { return socket_.is_open(); }
    const tls_session* tls() const noexcept { return tls_.get(); } // nullptr: it has none

    // Something, as soon as there is anything.
    template <class Token> auto async_read_some(std::span<char> into, Token&& token)
    {
        return asio::async_initiate<Token, void(error_code, std::size_t)>(
            [this](auto handler, std::span<char> room) {
                using handler_type = decltype(handler);
                if (tls_)
                    tls_read<handler_type>(socket_, *tls_, room, std::move(handler)).start();
                else
                    socket_.async_read_some(asio::buffer(room.data(), room.size()),
                                            std::move(handler));
            },
            token, into);
    }
    // The same, told to `reader`, for a read that waits beyond the call: one at a time, and not
    // beside async_read_some. Not told any more where the transport ends first.
    void start_reading(backend_reader& reader, socket_read::end_is_told when);
    // Something, as soon as there is room for it.
    template <class Token> auto async_write_some(std::string_view bytes, Token&& token)
    {
        return asio::async_initiate<Token, void(error_code, std::size_t)>(
            [this](auto handler, std::string_view text) {
                using handler_type = decltype(handler);
                if (tls_)
                    tls_write<handler_type>(socket_, *tls_, text, std::move(handler)).start();
                else
                    socket_.async_write_some(asio::buffer(text.data(), text.size()),
                                             std::move(handler));
            },
            token, bytes);
    }
    // What can be done at once, which may be nothing.
    io_result read_now(std::span<char> into);
    io_result write_now(std::string_view bytes, std::string_view then = {});
    // Blocks the thread until there is something to read, an end included, or the time is over:
    // false.
    bool wait_for_input(std::chrono::milliseconds at_most);

    // What the next read would find, without taking it.
    using next = next_input;
    next peek() noexcept;

    endpoint local() const noexcept; // its own end
    void cancel() noexcept;          // what is under way ends with operation_aborted
    void end_sending() noexcept;
    void close() noexcept;
    // Lets go of the connection, which no engine has then; closed if that cannot be.
    detached_socket release() noexcept;

private:
    // What arrives for TLS.
    std::span<char> read_room() override { return tls_->room(); }
    void leave_room() override { tls_->leave_room(); }
    void on_read(error_code ec, std::size_t n) override;
    void read_as_tls_wants();

    tcp_socket socket_;
    std::unique_ptr<tls_session> tls_;
    socket_read waiting_;
    backend_reader* reader_ = nullptr; // of what TLS makes of that
};

} // namespace v6front
