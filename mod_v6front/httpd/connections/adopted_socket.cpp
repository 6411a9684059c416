// SPDX-License-Identifier: Apache-2.0
//
// The socket of an adopted connection: its one outstanding read, and waiting for it either way.

#include "adopted_connection.hpp"

#include "filters.hpp"

#include <algorithm>
#include <tuple>

#include <sys/socket.h>

namespace v6front
{

// A request that is answered sooner pays nothing for that look.
constexpr std::chrono::milliseconds before_look_for_end{100};

// The end is told once: Asio does not try to read again where it has been seen, and waits for an
// event that never comes.
void adopted_connection::start_reading(std::size_t room, end_is_told end)
{
    if (read_.is_under_way() || has_ended_)
        return;
    read_status_ = APR_SUCCESS;
    socket_store_.give_memory_back();
    read_size_ = room;
    read_room_ = socket_store_.empty() ? std::span<char>() : socket_store_.room(room);
    read_.start(socket_, *this, end);
    if (read_.may_miss_end())
        end_look_.arm(before_look_for_end);
}

// While the read waits, nothing more is handed out of a store that was empty.
std::span<char> adopted_connection::read_room()
{
    return read_room_.empty() ? socket_store_.room(read_size_) : read_room_;
}

void adopted_connection::leave_room()
{
    if (!socket_store_.empty())
        return;
    socket_store_.give_memory_back();
    read_room_ = {};
}

void adopted_connection::on_read(error_code ec, std::size_t n)
{
    end_look_.disarm();
    socket_store_.fill(n);
    if (n > 0)
        last_input_ = deadline::clock::now();
    else if (!has_ended_)
        read_status_ = ec == asio::error::eof ? APR_EOF : APR_FROM_OS_ERROR(ec.value());
    if (n == 0 && !has_ended_ && ec != asio::error::operation_aborted)
        note_end();
    // The end may follow something else: TLS's close_notify, a pipelined request.
    if (on_departure_ && n > 0 && socket_store_.bytes().size() < input_store::small)
        return start_reading(input_store::small);
    arrived_.resume();
}

void adopted_connection::note_end()
{
    has_ended_ = true;
    socket_store_.end_with(read_status_); // perhaps nobody waits for it now
    if (on_departure_)
        std::exchange(on_departure_, nullptr)();
}

// The read that waits has not asked the kernel, and the client may have ended in the same breath in
// which it sent its request.
void adopted_connection::look_for_end()
{
    char octet = 0;
    if (!read_.may_miss_end() ||
        ::recv(socket_.native_handle(), &octet, 1, MSG_PEEK | MSG_DONTWAIT) != 0)
        return;
    read_status_ = APR_EOF;
    note_end();
    error_code ignored;
    socket_.cancel(ignored);
}

task<apr_status_t> adopted_connection::read_socket(std::size_t room,
                                                   deadline::clock::duration limit)
{
    if (limit <= limit.zero())
        co_return APR_TIMEUP;
    const auto before = socket_store_.bytes().size();
    start_reading(room);
    deadline_.arm(limit);
    error_code cancelled;
    while (read_.is_under_way() && !deadline_.expired() && !cancelled)
        std::tie(cancelled) = co_await arrived_.wait(socket_.get_executor());
    const bool late = deadline_.expired();
    deadline_.disarm();
    if (socket_store_.bytes().size() > before)
        co_return APR_SUCCESS;
    if (cancelled)
        co_return APR_FROM_OS_ERROR(cancelled.value());
    co_return late ? APR_TIMEUP : read_status_;
}

// Before the connection is lent to another thread, and before its end.
task<void> adopted_connection::stop_reading()
{
    while (read_.is_under_way()) {
        error_code ignored;
        socket_.cancel(ignored);
        co_await arrived_.wait(socket_.get_executor());
    }
}

void adopted_connection::watch(std::function<void()> gone)
{
    on_departure_ = std::move(gone);
    if (on_departure_)
        head_store_.give_memory_back();
    // What it sends in the meantime, the next requests, is worth a bounded room.
    if (on_departure_ && has_ended_)
        std::exchange(on_departure_, nullptr)();
    else if (on_departure_ && socket_store_.bytes().size() < input_store::large)
        start_reading(input_store::small, end_is_told::later);
}

void adopted_connection::push()
{
    push_output(connection_);
}

task<apr_status_t> adopted_connection::writable(apr_interval_time_t timeout)
{
    deadline_.arm(shared_.end().allowed(std::chrono::microseconds(timeout)));
    waits_to_write_ = true;
    const auto [ec] = co_await socket_.async_wait(tcp_socket::wait_write, directly);
    waits_to_write_ = false;
    const bool late = deadline_.expired();
    deadline_.disarm();
    if (late)
        co_return APR_TIMEUP;
    co_return ec ? APR_FROM_OS_ERROR(ec.value()) : APR_SUCCESS;
}

// A body that is on its way with its head then leaves in few writes. Its end, and what TLS hides,
// are for the read that waits.
void adopted_connection::take_what_has_come()
{
    if (read_.is_under_way() || has_ended_ || head_filter_)
        return;
    const auto space = socket_store_.room(input_store::large);
    const auto n = ::recv(socket_.native_handle(), space.data(), space.size(), MSG_DONTWAIT);
    if (n <= 0)
        return;
    socket_store_.fill(static_cast<std::size_t>(n));
    last_input_ = deadline::clock::now();
}

task<apr_status_t> adopted_connection::more_input(input_patience how_long)
{
    const auto slice = how_long.slice(last_input_);
    if (slice == slice.zero())
        co_return APR_TIMEUP;
    // The filters have seen the end, and want more all the same (mod_ssl in the middle of a
    // record).
    if (socket_store_.ending() != APR_SUCCESS && socket_store_.empty())
        co_return socket_store_.ending();
    const auto rv = co_await read_socket(input_store::large, slice);
    if (APR_STATUS_IS_EOF(rv)) {
        socket_store_.end_with(APR_EOF); // HTTP_IN says what that means for the body
        co_return APR_SUCCESS;
    }
    co_return APR_STATUS_IS_TIMEUP(rv) ? APR_SUCCESS : rv;
}

// Without deadline_, which is one for both directions. The bytes go through the store, as always.
task<apr_status_t> adopted_connection::tunnel_input()
{
    start_reading(input_store::small);
    error_code cancelled;
    while (read_.is_under_way() && !cancelled)
        std::tie(cancelled) = co_await arrived_.wait(socket_.get_executor());
    if (cancelled)
        co_return APR_FROM_OS_ERROR(cancelled.value());
    if (socket_store_.empty() && read_status_ != APR_SUCCESS)
        socket_store_.end_with(read_status_);
    co_return APR_SUCCESS;
}

task<apr_status_t> adopted_connection::tunnel_output()
{
    const auto [ec] = co_await socket_.async_wait(tcp_socket::wait_write, directly);
    co_return ec ? APR_FROM_OS_ERROR(ec.value()) : APR_SUCCESS;
}

} // namespace v6front
