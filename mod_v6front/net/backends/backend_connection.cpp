// SPDX-License-Identifier: Apache-2.0

#include "backend_connection.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/write.hpp>

#include <new>

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

void backend_connection::watch(socket_read::end_is_told end)
{
    if (reading_ || read_error_)
        return;
    leave_room();
    transport_.start_reading(*this, end);
    reading_ = true; // now that nothing has thrown; nobody is told inside that call
}

// A read that does not outlive who waits for it: what comes later goes into the buffer.
class backend_connection::direct_read
{
public:
    direct_read(backend_connection& of, const body_room& room, std::size_t most)
        : of_(of), room_(room), most_(most)
    {
        of_.direct_ = this;
    }
    ~direct_read() { of_.direct_ = nullptr; }
    direct_read(const direct_read&) = delete;
    direct_read& operator=(const direct_read&) = delete;

    std::span<char> room() const { return room_(most_); }
    std::size_t size = 0; // what has come

private:
    backend_connection& of_;
    const body_room& room_;
    std::size_t most_;
};

std::span<char> backend_connection::read_room()
{
    is_direct_ = direct_ != nullptr;
    const auto room = direct_ ? direct_->room() : buffer_.room(initial_buffer);
    room_size_ = room.size();
    return room;
}

void backend_connection::leave_room()
{
    if (buffer_.empty())
        buffer_.release();
}

std::shared_ptr<socket_reader> backend_connection::shared()
{
    return {shared_from_this(), static_cast<socket_reader*>(this)};
}

void backend_connection::on_read(error_code ec, std::size_t n)
{
    const auto self = shared_from_this(); // who is told may let go of it
    reading_ = false;
    // A write's deadline cancels all that is under way on the socket; the read did nothing wrong.
    if (ec == asio::error::operation_aborted && transport_.is_open())
        return watch();
    read_error_ = ec;
    more_is_likely_ = n > 0 && n == room_size_;
    if (!is_direct_)
        buffer_.fill(n);
    else if (direct_)
        direct_->size = n;
    else if (n > 0) // who had the room has gone, and the octets with it
        read_error_ = asio::error::connection_aborted;
    if (const auto disturbed = disturbed_) // a copy: it may end what holds this
        return disturbed(*this);
    arrived_.resume();
}

// Missing memory is this machine's failure, not the site's.
error_code backend_connection::end_of_reading() const
{
    if (read_error_ == asio::error::no_memory)
        throw std::bad_alloc();
    return read_error_;
}

// The end of the outstanding read. One that has come to an end with octets has no error.
task<error_code> backend_connection::arrival(std::chrono::milliseconds timeout)
{
    watch();
    read_deadline_.arm(timeout);
    while (reading_ && !read_deadline_.expired()) {
        const auto [ec] = co_await arrived_.wait(transport_.get_executor());
        if (ec) {
            read_deadline_.disarm();
            co_return ec;
        }
    }
    const bool late = read_deadline_.expired();
    read_deadline_.disarm();
    co_return late ? error_code(asio::error::timed_out) : end_of_reading();
}

task<error_code> backend_connection::readable(std::chrono::milliseconds timeout)
{
    if (read_error_)
        co_return end_of_reading();
    const auto held = input().size();
    const auto ec = co_await arrival(timeout);
    co_return input().size() > held ? error_code() : ec;
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
    const auto read = transport_.read_now(read_room());
    buffer_.fill(read.size);
    more_is_likely_ = read.size > 0 && read.size == room_size_;
    read_error_ = read.error;
}

// What has filled its room has more behind it, nearly always, and need not be waited for.
task<io_result> backend_connection::read_into(const body_room& room, std::size_t most,
                                              std::chrono::milliseconds timeout)
{
    leave_room();
    direct_read direct(*this, room, most);
    if (more_is_likely_) {
        const auto now = transport_.read_now(read_room());
        more_is_likely_ = now.size > 0 && now.size == room_size_;
        read_error_ = now.error;
        if (now.size > 0 || now.error)
            co_return now;
    }
    const auto ec = co_await arrival(timeout);
    co_return io_result{direct.size > 0 ? error_code() : ec, direct.size};
}

// Nearly always the kernel takes it all at once, and then no coroutine is made, and the engine's
// loop need not turn.
io_result backend_connection::write_now(std::string_view bytes, std::string_view then)
{
    return transport_.write_now(bytes, then);
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
    auto [ec, n] = co_await transport_.async_write_some(bytes, directly);
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
    leave_room();
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
