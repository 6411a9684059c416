// SPDX-License-Identifier: Apache-2.0
//
// Reading and writing through TLS as operations of Asio: what tls_session cannot do now is waited
// for on the socket. They complete in a later turn of the engine's loop, as a socket's own do, and
// can be cancelled without loss: what has arrived stays in the session.
//
// A read waits in a read of the socket, which costs a request no system call more than without TLS.
// Neither allocates anything of its own.
#pragma once

#include "tls_session.hpp"

#include <boost/asio/associated_allocator.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>

#include <utility>

namespace v6front
{

// What both have: whom to tell, with all that Asio knows of it.
template <class Handler> struct tls_operation {
    using executor_type = asio::associated_executor_t<Handler, executor>;
    using allocator_type = asio::associated_allocator_t<Handler>;
    using cancellation_slot_type = asio::associated_cancellation_slot_t<Handler>;

    executor_type get_executor() const noexcept
    {
        return asio::get_associated_executor(handler, socket.get_executor());
    }
    allocator_type get_allocator() const noexcept
    {
        return asio::get_associated_allocator(handler);
    }
    cancellation_slot_type get_cancellation_slot() const noexcept
    {
        return asio::get_associated_cancellation_slot(handler);
    }
    // The last act.
    void complete() { std::move(handler)(done.error, done.size); }

    tcp_socket& socket;
    tls_session& tls;
    Handler handler;
    tls_session::progress done{};
};

template <class Handler> struct tls_read : tls_operation<Handler> {
    using tls_operation<Handler>::done;
    using tls_operation<Handler>::socket;
    using tls_operation<Handler>::tls;

    tls_read(tcp_socket& s, tls_session& t, std::span<char> room, Handler&& h)
        : tls_operation<Handler>{s, t, std::move(h)}, into(room)
    {
    }
    void start()
    {
        done = tls.read(into, tls_session::from::received);
        if (done.wants != tls_session::want::nothing)
            return wait();
        auto& stream = socket;
        asio::post(stream.get_executor(), std::move(*this));
    }
    void operator()() { this->complete(); }
    void operator()(const error_code& ec, std::size_t n) // something has arrived
    {
        const bool cancelled = ec == asio::error::operation_aborted;
        tls.end_reading(cancelled ? error_code() : ec, n);
        again(cancelled);
    }
    void operator()(const error_code& ec) // there is room to send
    {
        again(ec == asio::error::operation_aborted);
    }

private:
    void again(bool cancelled)
    {
        if (cancelled)
            done = {asio::error::operation_aborted};
        else
            done = tls.read(into, tls_session::from::received);
        if (done.wants != tls_session::want::nothing)
            return wait();
        this->complete();
    }
    void wait()
    {
        auto& stream = socket;
        if (done.wants == tls_session::want::output)
            return stream.async_wait(tcp_socket::wait_write, std::move(*this));
        tls.begin_reading();
        const auto room = tls.room();
        stream.async_read_some(asio::buffer(room.data(), room.size()), std::move(*this));
    }

    std::span<char> into;
};

template <class Handler> struct tls_write : tls_operation<Handler> {
    using tls_operation<Handler>::done;
    using tls_operation<Handler>::socket;
    using tls_operation<Handler>::tls;

    tls_write(tcp_socket& s, tls_session& t, std::string_view text, Handler&& h)
        : tls_operation<Handler>{s, t, std::move(h)}, bytes(text)
    {
    }
    void start()
    {
        done = tls.write(bytes);
        if (done.wants != tls_session::want::nothing)
            return wait();
        auto& stream = socket;
        asio::post(stream.get_executor(), std::move(*this));
    }
    void operator()() { this->complete(); }
    void operator()(const error_code& ec)
    {
        const bool moved_on = std::exchange(tls.reader_moved_on, false);
        if (ec && !moved_on)
            done = {ec};
        else
            done = tls.write(bytes);
        if (done.wants != tls_session::want::nothing)
            return wait();
        this->complete();
    }

private:
    // In a renegotiation a write waits for what the site says. Only one may read.
    void wait()
    {
        auto& stream = socket;
        if (done.wants == tls_session::want::output)
            return stream.async_wait(tcp_socket::wait_write, std::move(*this));
        if (!tls.is_reading())
            return stream.async_wait(tcp_socket::wait_read, std::move(*this));
        auto& turn = tls.behind_reader.emplace(stream.get_executor());
        turn.expires_at(steady_timer::time_point::max());
        turn.async_wait(std::move(*this));
    }

    std::string_view bytes;
};

} // namespace v6front
