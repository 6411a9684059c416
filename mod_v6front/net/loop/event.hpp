// SPDX-License-Identifier: Apache-2.0
//
// One coroutine waits, something else on the same engine wakes it. Part of the object whose change
// is waited for and dies with it; at most one waiter. The waiter can be cancelled like any Asio
// operation. Not for use between threads.
#pragma once

#include "asio.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/post.hpp>

#include <cstddef>
#include <new>
#include <utility>

namespace v6front
{

// All that wait on one io_context. A coroutine that waits owns the event, which owns the waiter,
// which owns the coroutine: when the io_context goes, somebody has to let go of one of them.
class waiting_room : public asio::execution_context::service
{
public:
    using key_type = waiting_room;
    static inline asio::execution_context::id id;

    explicit waiting_room(asio::execution_context& context) : service(context) {}

    class guest
    {
    public:
        explicit guest(waiting_room& room) : room_(room), next_(room.first_)
        {
            if (next_)
                next_->previous_ = this;
            room.first_ = this;
        }
        guest(const guest&) = delete;
        guest& operator=(const guest&) = delete;
        virtual ~guest()
        {
            (previous_ ? previous_->next_ : room_.first_) = next_;
            if (next_)
                next_->previous_ = previous_;
        }
        // Ends the guest.
        virtual void leave() = 0;

    private:
        waiting_room& room_;
        guest* next_;
        guest* previous_ = nullptr;
    };

private:
    void shutdown() override
    {
        while (first_)
            first_->leave();
    }
    guest* first_ = nullptr;
};

class event
{
public:
    event() = default;
    event(const event&) = delete;
    event& operator=(const event&) = delete;
    ~event()
    {
        if (waiter_)
            waiter_->leave();
    }

    // Ends with no error after notify(), with operation_aborted after a cancellation.
    auto wait(executor ex)
    {
        return asio::async_initiate<decltype(directly), void(error_code)>(
            [this, ex](auto handler) {
                using kind = waiter<decltype(handler)>;
                static_assert(sizeof(kind) <= sizeof place_);
                auto slot = asio::get_associated_cancellation_slot(handler);
                if (!room_)
                    room_ = &asio::use_service<waiting_room>(ex.context());
                waiter_ = new (place_) kind(*this, std::move(handler), ex);
                if (slot.is_connected())
                    slot.assign(
                        [this](asio::cancellation_type) { wake(asio::error::operation_aborted); });
            },
            directly);
    }

    // Wakes the waiter, if any, in a later turn of the engine's loop: never inside the caller.
    void notify() { wake({}); }
    // Wakes it here and now. Only as the last act of a handler that the loop itself has called.
    void resume()
    {
        if (waiter_)
            waiter_->complete_now();
    }
    bool has_waiter() const noexcept { return waiter_ != nullptr; }

private:
    struct waiter_base : waiting_room::guest {
        waiter_base(event& e, executor ex) : guest(*e.room_), on(ex), of(e) {}
        virtual void complete(error_code ec) = 0;
        virtual void complete_now() = 0;
        executor on;
        event& of;
    };
    template <class Handler> struct waiter final : waiter_base {
        waiter(event& e, Handler&& h, executor ex) : waiter_base(e, ex), handler(std::move(h)) {}
        void complete(error_code ec) override
        {
            const auto ex = this->on;
            asio::post(ex, [h = taken(), ec]() mutable { std::move(h)(ec); });
        }
        void complete_now() override { taken()(error_code()); }
        void leave() override { const auto h = taken(); }
        // What the handler owns may own the event: it goes when its place is free already, for the
        // next wait or for nobody.
        Handler taken()
        {
            Handler h = std::move(handler);
            this->of.waiter_ = nullptr;
            this->~waiter();
            return h;
        }
        Handler handler;
    };

    void wake(error_code ec)
    {
        if (waiter_)
            waiter_->complete(ec);
    }

    waiting_room* room_ = nullptr;
    waiter_base* waiter_ = nullptr;
    // The waiter lives in here: a request waits several times, and allocates for none of them.
    alignas(std::max_align_t) std::byte place_[96];
};

} // namespace v6front
