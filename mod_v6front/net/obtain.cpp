// SPDX-License-Identifier: Apache-2.0

#include "obtain.hpp"

#include "connect.hpp"

namespace v6front
{

namespace
{

lease make_lease(const lease_wish& wish, std::shared_ptr<backend_connection> connection)
{
    auto use = wish.has_choice() ? wish.order.book->use(connection->peer()) : address_use();
    return {wish.on.idle_connections(), std::move(connection), std::move(use)};
}

connect_report report_to(const lease_wish& wish)
{
    if (!wish.has_choice())
        return {};
    return [book = wish.order.book, backend = wish.order.backend->authority()](
               const endpoint& address, const failure* failed) {
        if (failed)
            book->failed(address, backend, *failed);
        else
            book->succeeded(address, backend);
    };
}

} // namespace

std::optional<lease> idle_lease(const lease_wish& wish)
{
    auto& idle = wish.on.idle_connections();
    if (auto connection = idle.take(wish.addresses.front(), wish.must_last))
        return make_lease(wish, std::move(connection));
    return std::nullopt;
}

task<bool> stays_open(const lease_wish& wish, lease& idle)
{
    auto& usage = wish.on.idle_connections().usage();
    const auto at = usage.find(idle->peer());
    steady_timer moment(wish.on.context(), site_usage::proof);
    const auto [ended] = co_await moment.async_wait(use_task);
    if (!ended && idle->probe() == backend_connection::state::open) {
        usage.note_open(at, idle->idle_for() + site_usage::proof);
        co_return true;
    }
    usage.note_closed(at, idle->idle_for());
    co_return false;
}

task<result<lease>> new_lease(const lease_wish& wish)
{
    const auto report = report_to(wish);
    // In use from now on: what is needed at once is needed while it is being connected, too.
    auto& usage = wish.on.idle_connections().usage();
    const site_usage::use wanted(usage, usage.find(wish.addresses.front()));
    auto connected =
        co_await connect_to_backend(wish.on.context(), wish.on.deadlines(), wish.addresses,
                                    wish.order.rules.connect_timeout, report);
    if (!connected)
        co_return connected.error();
    co_return make_lease(wish, std::move(*connected));
}

void learn(engine& on, const backend_connection& connection, const std::optional<failure>& failed,
           std::chrono::microseconds took)
{
    auto& usage = on.idle_connections().usage();
    const auto at = usage.find(connection.peer());
    if (!failed)
        usage.note_answer(at, took);
    else if (failed->what == reason::no_response || failed->what == reason::send_failed)
        usage.note_closed(at, connection.idle_for());
}

void remember(const exchange_order& order, const endpoint& address,
              const std::optional<failure>& failed, bool unheard)
{
    if (!order.book)
        return;
    auto& book = *order.book;
    const auto backend = order.backend->authority();
    if (!failed)
        book.answered(address, backend);
    // Only slow, or gone?
    else if (failed->what == reason::response_timed_out || failed->what == reason::send_timed_out)
        book.doubt(address, backend);
    else if (unheard &&
             (failed->what == reason::no_response || failed->what == reason::send_failed))
        book.closed(address, backend, *failed);
}

} // namespace v6front
