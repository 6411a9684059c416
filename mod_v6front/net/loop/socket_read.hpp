// SPDX-License-Identifier: Apache-2.0
//
// The one read of a socket that waits while others do the work: for the next request of a client,
// for the answer of a site, for the end of either. It is begun again and again, and takes its
// memory once. While it waits it has no room to read into: it asks for that when something is here.
//
// Asio's own read asks the kernel first, and waits when there was nothing. Where the last read has
// just taken all that there was, that question is known to be in vain, and this one can leave it
// out. It is an operation of Asio's reactor, whose interface is not a documented one.
//
// Life: part of the connection, which is its reader. If that ends first, nobody is told. On the
// engine's thread only.
#pragma once

#include "asio.hpp"

#include <span>

namespace v6front
{

class socket_reader
{
public:
    // Where to read to, asked when there may be something; not empty. Where it throws for want of
    // memory, on_read has no_memory.
    virtual std::span<char> read_room() = 0;
    // Nothing was here after all: the read waits, and needs no room.
    virtual void leave_room() {}
    // In a turn of the engine's loop of its own; may begin the next read, and may end the reader.
    virtual void on_read(error_code ec, std::size_t n) = 0;

protected:
    ~socket_reader() = default;
};

class socket_read
{
public:
    socket_read() = default;
    socket_read(socket_read&&) noexcept = default;
    socket_read& operator=(socket_read&&) = delete;
    ~socket_read();

    // at_once: an end is told as soon as it is there. later: an end that came with the last of the
    // octets may never be told, so the caller has to look for it after a while (may_miss_end).
    enum class end_is_told : std::uint8_t { at_once, later };
    // One at a time. The socket's own cancel() and close() end it, with operation_aborted.
    void start(tcp_socket& socket, socket_reader& reader, end_is_told when);
    bool is_under_way() const noexcept { return operation_ && operation_->is_under_way; }
    // It waits without having asked the kernel first.
    bool may_miss_end() const noexcept { return is_under_way() && operation_->has_not_asked; }

private:
    struct operation : asio::detail::reactor_op {
        explicit operation(asio::detail::reactor& reactor);
        static status perform(asio::detail::reactor_op* base);
        static void complete(void* engine, asio::detail::operation* base, const error_code&,
                             std::size_t);

        asio::detail::reactor& reactor;
        socket_reader* reader = nullptr;
        int descriptor = -1;
        bool is_under_way = false;
        bool is_told = false;    // complete() has called the reader
        bool has_ended = false;  // its owner is gone
        bool is_drained = false; // while the reader is told: nothing was left
        bool leaves_out = false; // the next question
        bool has_not_asked = false;
    };
    struct being_told;
    struct end {
        void operator()(operation* o) const noexcept;
    };
    std::unique_ptr<operation, end> operation_;
};

} // namespace v6front
