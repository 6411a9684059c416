// SPDX-License-Identifier: Apache-2.0
//
// One coroutine waits, something else on the same engine wakes it. Part of the object whose change
// is waited for and dies with it; at most one waiter. The waiter can be cancelled like any Asio
// operation. Not for use between threads.
#pragma once

#include "asio.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/post.hpp>

#include <memory>
#include <utility>

namespace v6front
{

class event
{
public:
    event() = default;
    event(const event&) = delete;
    event& operator=(const event&) = delete;

    // Ends with no error after notify(), with operation_aborted after a cancellation.
    task<error_code> wait(executor ex)
    {
        auto [ec] = co_await asio::async_initiate<decltype(use_task), void(error_code)>(
            [this, ex](auto handler) {
                auto slot = asio::get_associated_cancellation_slot(handler);
                waiter_ = std::make_unique<waiter<decltype(handler)>>(std::move(handler), ex);
                if (slot.is_connected())
                    slot.assign(
                        [this](asio::cancellation_type) { wake(asio::error::operation_aborted); });
            },
            use_task);
        co_return ec;
    }

    // Wakes the waiter, if any, in a later turn of the engine's loop: never inside the caller.
    void notify() { wake({}); }
    // Wakes it here and now. Only as the last act of a handler that the loop itself has called.
    void resume()
    {
        if (auto w = std::exchange(waiter_, nullptr))
            w->complete_now();
    }
    bool has_waiter() const noexcept { return waiter_ != nullptr; }

private:
    struct waiter_base {
        virtual ~waiter_base() = default;
        virtual void complete(error_code ec) = 0;
        virtual void complete_now() = 0;
    };
    template <class Handler> struct waiter : waiter_base {
        waiter(Handler&& h, executor ex) : handler(std::move(h)), on(ex) {}
        void complete(error_code ec) override
        {
            asio::post(on, [h = std::move(handler), ec]() mutable { std::move(h)(ec); });
        }
        void complete_now() override { std::move(handler)(error_code()); }
        Handler handler;
        executor on;
    };

    void wake(error_code ec)
    {
        if (auto w = std::exchange(waiter_, nullptr))
            w->complete(ec);
    }

    std::unique_ptr<waiter_base> waiter_;
};

} // namespace v6front
