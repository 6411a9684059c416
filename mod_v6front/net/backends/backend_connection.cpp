// SPDX-License-Identifier: Apache-2.0

#include "backend_connection.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>

namespace v6front
{

backend_connection::backend_connection(tcp_socket socket, const connection_identity& identity,
                                       deadline_list& deadlines)
    : socket_(std::move(socket)),
      identity_(identity),
      deadlines_(deadlines),
      read_deadline_(deadlines, [this] { on_read_deadline(); }),
      write_deadline_(deadlines,
                      [this] {
                          error_code ignored;
                          socket_.cancel(ignored);
                      }),
      buffer_(std::make_unique<char[]>(initial_buffer))
{
    error_code ignored;
    socket_.non_blocking(true, ignored);
}

void backend_connection::on_read_deadline()
{
    if (arrived_.has_waiter())
        return arrived_.notify();
    error_code ignored;
    socket_.cancel(ignored);
}

// Room behind end_: what is consumed goes, and a buffer that is full all the same doubles. Whoever
// reads a head bounds it.
void backend_connection::make_room()
{
    if (begin_ == end_) {
        begin_ = end_ = 0;
        return;
    }
    if (end_ < capacity_)
        return;
    if (begin_ > 0) {
        std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
        return;
    }
    auto larger = std::make_unique<char[]>(capacity_ * 2);
    std::memcpy(larger.get(), buffer_.get(), end_);
    buffer_ = std::move(larger);
    capacity_ *= 2;
}

void backend_connection::watch()
{
    if (reading_ || read_error_)
        return;
    make_room();
    reading_ = true;
    socket_.async_read_some(
        asio::buffer(buffer_.get() + end_, capacity_ - end_),
        [self = shared_from_this()](error_code ec, std::size_t n) { self->on_read(ec, n); });
}

void backend_connection::on_read(error_code ec, std::size_t n)
{
    reading_ = false;
    // A write's deadline cancels all that is under way on the socket; the read did nothing wrong.
    if (ec == asio::error::operation_aborted && socket_.is_open())
        return watch();
    read_error_ = ec;
    end_ += n;
    if (const auto disturbed = disturbed_) // a copy: it may end what holds this
        return disturbed(*this);
    arrived_.resume();
}

task<error_code> backend_connection::readable(std::chrono::milliseconds timeout)
{
    if (read_error_)
        co_return read_error_;
    const auto held = end_ - begin_;
    watch();
    read_deadline_.arm(timeout);
    while (reading_ && !read_deadline_.expired()) {
        const auto ec = co_await arrived_.wait(socket_.get_executor());
        if (ec) {
            read_deadline_.disarm();
            co_return ec;
        }
    }
    const bool late = read_deadline_.expired();
    read_deadline_.disarm();
    if (end_ - begin_ > held)
        co_return error_code{};
    co_return late ? error_code(asio::error::timed_out) : read_error_;
}

void backend_connection::end_wait()
{
    if (arrived_.has_waiter())
        read_deadline_.arm({});
}

void backend_connection::wait_here(std::chrono::milliseconds at_most)
{
    if (reading_ || !is_quiet())
        return;
    pollfd entry{socket_.native_handle(), POLLIN, 0};
    if (::poll(&entry, 1, static_cast<int>(at_most.count())) <= 0)
        return;
    make_room();
    error_code ec;
    end_ += socket_.read_some(asio::buffer(buffer_.get() + end_, capacity_ - end_), ec);
    if (ec != asio::error::would_block)
        read_error_ = ec;
}

task<io_result> backend_connection::read_into(std::span<char> into,
                                              std::chrono::milliseconds timeout)
{
    read_deadline_.arm(timeout);
    auto [ec, n] =
        co_await socket_.async_read_some(asio::buffer(into.data(), into.size()), use_task);
    if (read_deadline_.expired() && ec == asio::error::operation_aborted)
        ec = asio::error::timed_out;
    read_deadline_.disarm();
    read_error_ = ec;
    co_return io_result{ec, n};
}

// Nearly always the kernel takes it all at once, and then no coroutine is made, and the engine's
// loop need not turn.
io_result backend_connection::write_now(std::string_view bytes)
{
    io_result done;
    done.size = socket_.write_some(asio::buffer(bytes.data(), bytes.size()), done.error);
    if (done.error == asio::error::would_block)
        done.error = {};
    return done;
}

// At most one wait, and nothing is written before it: a coroutine that has been cancelled leaves by
// an exception at its next wait, and with it the count of what had been written.
task<io_result> backend_connection::write_some(std::string_view bytes,
                                               std::chrono::milliseconds timeout)
{
    const auto at_once = write_now(bytes);
    if (at_once.error || at_once.size > 0)
        co_return at_once;
    write_deadline_.arm(timeout);
    auto [ec, n] =
        co_await socket_.async_write_some(asio::buffer(bytes.data(), bytes.size()), use_task);
    if (write_deadline_.expired() && ec == asio::error::operation_aborted)
        ec = asio::error::timed_out;
    write_deadline_.disarm();
    co_return io_result{ec, n};
}

task<io_result> backend_connection::write(std::string_view bytes, std::chrono::milliseconds timeout)
{
    auto all = write_now(bytes);
    while (all.size < bytes.size() && !all.error) {
        const auto some = co_await write_some(bytes.substr(all.size), timeout);
        all.size += some.size;
        all.error = some.error;
    }
    co_return all;
}

backend_connection::state backend_connection::probe() noexcept
{
    if (read_error_)
        return state::ended;
    if (begin_ != end_)
        return state::spoke;
    char octet = 0;
    const auto n = ::recv(socket_.native_handle(), &octet, 1, MSG_PEEK | MSG_DONTWAIT);
    if (n > 0)
        return state::spoke;
    if (n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK))
        return state::ended;
    seen_open_for_ = idle_for();
    return state::open;
}

bool backend_connection::has_ended() noexcept
{
    if (read_error_)
        return true;
    if (end_ == capacity_ || reading_)
        return false;
    char octet = 0;
    const auto n = ::recv(socket_.native_handle(), &octet, 1, MSG_PEEK | MSG_DONTWAIT);
    return n == 0 || (n < 0 && errno == ECONNRESET);
}

void backend_connection::begin_idle(std::function<void(backend_connection&)> disturbed)
{
    disturbed_ = std::move(disturbed);
    idle_ = true;
    idle_since_ = deadline::clock::now();
    seen_open_for_ = {};
}

std::chrono::milliseconds backend_connection::idle_for() const noexcept
{
    if (!idle_)
        return was_idle_;
    const auto passed = deadline::clock::now() - idle_since_;
    return std::chrono::duration_cast<std::chrono::milliseconds>(passed);
}

void backend_connection::end_idle() noexcept
{
    was_idle_ = idle_for();
    idle_ = false;
    disturbed_ = nullptr;
}

void backend_connection::end_sending() noexcept
{
    error_code ignored;
    socket_.shutdown(tcp_socket::shutdown_send, ignored);
}

int backend_connection::release() noexcept
{
    error_code failed;
    const int socket = reading_ || !is_quiet() ? -1 : socket_.release(failed);
    close();
    return failed ? -1 : socket;
}

void backend_connection::close() noexcept
{
    disturbed_ = nullptr;
    read_deadline_.disarm();
    write_deadline_.disarm();
    error_code ignored;
    socket_.close(ignored);
}

} // namespace v6front
