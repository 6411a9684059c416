// SPDX-License-Identifier: Apache-2.0

#include "backend_connection.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/write.hpp>

namespace v6front
{

backend_connection::backend_connection(transport octets, const connection_identity& identity,
                                       deadline_list& deadlines)
    : transport_(std::move(octets)),
      identity_(identity),
      deadlines_(deadlines),
      read_deadline_(deadlines, [this] { on_read_deadline(); }),
      write_deadline_(deadlines, [this] { transport_.cancel(); })
{
}

void backend_connection::on_read_deadline()
{
    if (arrived_.has_waiter())
        return arrived_.notify();
    transport_.cancel();
}

void backend_connection::watch()
{
    if (reading_ || read_error_)
        return;
    reading_ = true;
    give_memory_back();
    transport_.async_read_some(
        initial_buffer, [this](std::size_t most) { return buffer_.room(most); },
        [self = shared_from_this()](error_code ec, std::size_t n) { self->on_read(ec, n); });
}

void backend_connection::give_memory_back() noexcept
{
    if (buffer_.empty())
        buffer_.release();
}

void backend_connection::on_read(error_code ec, std::size_t n)
{
    reading_ = false;
    // A write's deadline cancels all that is under way on the socket; the read did nothing wrong.
    if (ec == asio::error::operation_aborted && transport_.is_open())
        return watch();
    read_error_ = ec;
    buffer_.fill(n);
    more_is_likely_ = buffer_.is_full();
    if (const auto disturbed = disturbed_) // a copy: it may end what holds this
        return disturbed(*this);
    arrived_.resume();
}

task<error_code> backend_connection::readable(std::chrono::milliseconds timeout)
{
    if (read_error_)
        co_return read_error_;
    const auto held = input().size();
    watch();
    read_deadline_.arm(timeout);
    while (reading_ && !read_deadline_.expired()) {
        const auto ec = co_await arrived_.wait(transport_.get_executor());
        if (ec) {
            read_deadline_.disarm();
            co_return ec;
        }
    }
    const bool late = read_deadline_.expired();
    read_deadline_.disarm();
    if (input().size() > held)
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
    if (reading_ || !is_quiet() || !transport_.wait_for_input(at_most))
        return;
    const auto read = transport_.read_now(buffer_.room(initial_buffer));
    buffer_.fill(read.size);
    more_is_likely_ = buffer_.is_full();
    read_error_ = read.error;
}

// What fills its room has more behind it, nearly always, and need not be waited for.
task<io_result> backend_connection::read_into(const read_room& room, std::size_t most,
                                              std::chrono::milliseconds timeout)
{
    give_memory_back();
    std::size_t size = 0;
    const auto note_size = [&room, &size](std::size_t wanted) {
        const auto space = room(wanted);
        size = space.size();
        return space;
    };
    io_result got;
    if (more_is_likely_)
        got = transport_.read_now(note_size(most));
    if (got.size == 0 && !got.error) {
        read_deadline_.arm(timeout);
        auto [ec, n] = co_await transport_.async_read_some(most, note_size, use_task);
        if (read_deadline_.expired() && ec == asio::error::operation_aborted)
            ec = asio::error::timed_out;
        read_deadline_.disarm();
        got = {ec, n};
    }
    more_is_likely_ = got.size > 0 && got.size == size;
    read_error_ = got.error;
    co_return got;
}

// Nearly always the kernel takes it all at once, and then no coroutine is made, and the engine's
// loop need not turn.
io_result backend_connection::write_now(std::string_view bytes)
{
    return transport_.write_now(bytes);
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
    auto [ec, n] = co_await transport_.async_write_some(bytes, use_task);
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
    const auto next = buffer_.empty() ? transport_.peek() : transport::next::octets;
    if (next == transport::next::octets)
        return state::spoke;
    if (next == transport::next::unread)
        return state::unread;
    if (next != transport::next::nothing)
        return state::ended;
    seen_open_for_ = idle_for();
    return state::open;
}

bool backend_connection::has_ended() noexcept
{
    if (read_error_)
        return true;
    if (buffer_.is_full() || reading_)
        return false;
    const auto next = transport_.peek();
    return next == transport::next::end || next == transport::next::reset;
}

void backend_connection::begin_idle(std::function<void(backend_connection&)> disturbed)
{
    give_memory_back();
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
    transport_.end_sending();
}

detached_socket backend_connection::release() noexcept
{
    auto socket = reading_ || !is_quiet() ? detached_socket() : transport_.release();
    socket.past = {made_, promised_, {}};
    close();
    return socket;
}

void backend_connection::close() noexcept
{
    disturbed_ = nullptr;
    read_deadline_.disarm();
    write_deadline_.disarm();
    transport_.close();
}

} // namespace v6front
