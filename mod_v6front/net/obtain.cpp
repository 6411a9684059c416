// SPDX-License-Identifier: Apache-2.0

#include "obtain.hpp"

#include "core/connection_auth.hpp"
#include "connect.hpp"

#include <unistd.h>

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

std::optional<lease> own_lease(const lease_wish& wish)
{
    if (!wish.order.own_connections)
        return std::nullopt;
    // An engine is not kept waiting, and need not: its client asks for one thing after the other.
    const auto patience =
        wish.on.is_lent() ? wish.order.rules.connect_timeout : std::chrono::milliseconds::zero();
    auto own = wish.order.own_connections->take(wish.addresses, patience);
    if (!own)
        return std::nullopt;
    tcp_socket socket(wish.on.context());
    error_code failed;
    socket.assign(asio::ip::tcp::v4(), own->socket, failed);
    if (failed) {
        ::close(own->socket);
        return std::nullopt;
    }
    auto made = make_lease(wish, std::make_shared<backend_connection>(
                                     std::move(socket), own->place.at(), wish.on.deadlines()));
    made.make_personal(std::move(own->place));
    return made;
}

void make_personal(lease& backend, const exchange_order& order)
{
    if (!backend.is_personal())
        backend.make_personal(order.own_connections
                                  ? order.own_connections->reserve(backend->peer())
                                  : personal_connections::claim());
}

std::optional<lease> idle_lease(const lease_wish& wish)
{
    // What others have used is not for a login, nor for what may follow it.
    if (logs_connection_in(wish.order.request.fields))
        return std::nullopt;
    auto& idle = wish.on.idle_connections();
    if (auto connection = idle.take(wish.addresses.front(), wish.must_last))
        return make_lease(wish, std::move(connection));
    return std::nullopt;
}

task<result<lease>> new_lease(const lease_wish& wish)
{
    const auto report = report_to(wish);
    auto connected =
        co_await connect_to_backend(wish.on.context(), wish.on.deadlines(), wish.addresses,
                                    wish.order.rules.connect_timeout, report);
    if (!connected)
        co_return connected.error();
    auto made = make_lease(wish, std::move(*connected));
    if (logs_connection_in(wish.order.request.fields))
        make_personal(made, wish.order);
    co_return made;
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
