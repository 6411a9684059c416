// SPDX-License-Identifier: Apache-2.0
//
// The few Asio types that this layer is written in, with io_context's own executor instead of the
// type-erased default: one virtual call less on every operation.
#pragma once

#include "core/base/recycled_memory.hpp"

#include <boost/version.hpp>
#if BOOST_VERSION < 108100
#error "mod_v6front needs Boost 1.81 or later; on Debian 12 that is libboost1.81-dev"
#endif

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <coroutine>
#include <cstddef>
#include <vector>

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
// Those that one exchange may connect to.
using endpoint_list = std::vector<endpoint, recycling_allocator<endpoint>>;

// Peers' errors are values: an await yields [error_code, ...] and does not throw.
// The operation itself is awaited, which needs no coroutine of its own.
inline constexpr auto directly = asio::as_tuple(asio::deferred);
// A task, for operators such as ||.
inline constexpr asio::as_tuple_t<asio::use_awaitable_t<executor>> use_task{};

template <class T> class at_once;

} // namespace v6front

namespace v6front
{

// The promise of a task: Asio's own, with its frame from recycled_memory. Nothing is added to it,
// so that what Asio takes for its frame is one.
template <class T> struct task_promise : asio::detail::awaitable_frame<T, executor> {
    using frame = asio::detail::awaitable_frame<T, executor>;

    static void* operator new(std::size_t size) { return recycled_memory::take(size); }
    static void operator delete(void* memory, std::size_t size) noexcept
    {
        recycled_memory::give_back(memory, size);
    }

    // Asio pushes the inner task onto a frame that it knows by its own promise.
    template <class U> struct inner_task {
        task<U> waited_for;
        bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<task_promise> outer)
        {
            waited_for.await_suspend(std::coroutine_handle<frame>::from_address(outer.address()));
        }
        U await_resume() { return waited_for.await_resume(); }
    };
    // Nothing is pushed where the value is here.
    template <class U> struct known_or_awaited {
        at_once<U> known;
        task<U> later{};
        bool await_ready() const noexcept { return known.is_here(); }
        void await_suspend(std::coroutine_handle<task_promise> outer)
        {
            later = outer.promise().frame::await_transform(known.later());
            later.await_suspend(std::coroutine_handle<frame>::from_address(outer.address()));
        }
        U await_resume() { return later.valid() ? later.await_resume() : known.take(); }
    };
    using frame::await_transform;
    template <class U> auto await_transform(at_once<U> known) const
    {
        return known_or_awaited<U>{std::move(known)};
    }
    template <class U> auto await_transform(task<U> inner) const
    {
        return inner_task<U>{frame::await_transform(std::move(inner))};
    }
};

} // namespace v6front

template <class T, class... Arguments>
struct std::coroutine_traits<boost::asio::awaitable<T, v6front::executor>, Arguments...> {
    using promise_type = v6front::task_promise<T>;
};
