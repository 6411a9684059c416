// SPDX-License-Identifier: Apache-2.0
//
// The few Asio types that this layer is written in, with io_context's own executor instead of the
// type-erased default: one virtual call less on every operation.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace v6front
{

namespace asio = boost::asio;
using boost::system::error_code;

using executor = asio::io_context::executor_type;
template <class T> using task = asio::awaitable<T, executor>;
using tcp_socket = asio::basic_stream_socket<asio::ip::tcp, executor>;
using steady_timer =
    asio::basic_waitable_timer<std::chrono::steady_clock,
                               asio::wait_traits<std::chrono::steady_clock>, executor>;
using endpoint = asio::ip::tcp::endpoint;

// Peers' errors are values: an await yields [error_code, ...] and does not throw.
inline constexpr asio::as_tuple_t<asio::use_awaitable_t<executor>> use_task{};

} // namespace v6front
