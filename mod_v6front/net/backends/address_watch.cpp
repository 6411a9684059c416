// SPDX-License-Identifier: Apache-2.0

#include "address_watch.hpp"

#include "net/loop/signals_blocked.hpp"
#include "connect.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <array>
#include <new>

namespace v6front
{

namespace
{

// The watch's thread has nothing else to do, and what is begun here would be missed.
constexpr std::chrono::milliseconds between_tries{10};

} // namespace

address_watch::~address_watch()
{
    {
        const std::lock_guard lock(
            mutex_); // which the thread itself may want, so not while joining
        ended_ = true;
    }
    context_.stop();
    if (thread_.joinable())
        thread_.join();
    deadlines_.stop();
}

void address_watch::start()
{
    const std::lock_guard lock(mutex_);
    if (ended_ || thread_.joinable())
        return;
    const signals_blocked quiet;
    try {
        thread_ = std::thread([this] {
            const auto open = asio::make_work_guard(context_);
            context_.run();
        });
    } catch (const std::system_error&) {
        // No thread can be made now; the next failure asks again.
    }
}

void address_watch::try_until_well(const endpoint& address, const backend& of)
{
    asio::post(context_, [this, address, &of] {
        try {
            if (followed_.insert(address).second)
                asio::co_spawn(context_.get_executor(), follow(*this, address, of), asio::detached);
        } catch (const std::bad_alloc&) { // the next failure asks again
            followed_.erase(address);
        }
    });
    start();
}

void address_watch::run(std::function<task<void>()> make)
{
    asio::post(context_, [this, make = std::move(make)] {
        for (bool is_begun = false; !is_begun && !context_.stopped();)
            try {
                asio::co_spawn(context_.get_executor(), make(), asio::detached);
                is_begun = true;
            } catch (const std::bad_alloc&) {
                std::this_thread::sleep_for(between_tries);
            }
    });
    start();
}

task<void> address_watch::follow(address_watch& self, endpoint address, const backend& of)
{
    // However it ends.
    struct following {
        std::set<endpoint>& all;
        endpoint address;
        ~following() { all.erase(address); }
    };
    const following now{self.followed_, address};
    auto& book = self.book_;
    // Closed at once: any connection tells, without TLS.
    const std::array<connection_identity, 1> only{{{address, nullptr, of.check_terms}}};
    steady_timer due(self.context_);
    while (!book.is_well(address)) {
        due.expires_at(book.next_try(address, 0));
        const auto [ended] = co_await due.async_wait(directly);
        if (ended || !book.may_try(address, 0, book.pause(address)))
            continue;
        const auto connected =
            co_await connect_to_backend(self.context_, self.deadlines_, only, try_timeout);
        if (connected) {
            (*connected)->close();
            book.succeeded(address, of);
        } else if (describe(connected.error().reason).whose != fault::front) {
            book.failed(address, of, connected.error());
        }
    }
}

} // namespace v6front
