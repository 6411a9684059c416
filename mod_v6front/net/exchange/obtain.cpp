// SPDX-License-Identifier: Apache-2.0

#include "obtain.hpp"

#include "core/message/connection_auth.hpp"
#include "net/backends/connect.hpp"
#include "net/tls/tls_session.hpp"
#include "backend_addresses.hpp"
#include "moved_site.hpp"

namespace v6front
{

namespace
{

lease make_lease(const lease_wish& wish, std::shared_ptr<backend_connection> connection)
{
    auto use =
        wish.has_choice() ? wish.order.services->book->use(connection->peer()) : address_use();
    return {wish.engine.idle_connections(), std::move(connection), std::move(use)};
}

// Where descriptors have run out, idle clients give theirs back within a tenth of a second.
constexpr unsigned tries_when_short = 10;
constexpr std::chrono::milliseconds pause_when_short{50};

bool is_short(const result<std::shared_ptr<backend_connection>>& connected)
{
    return !connected && connected.error().reason == reason::out_of_resources;
}

// Where there is a choice, a connection may fail without the attempt: another address has it.
connect_report report_to(const lease_wish& wish)
{
    if (!wish.has_choice())
        return {};
    return [book = wish.order.services->book, counters = wish.order.services->counters,
            &site = *wish.order.backend](const endpoint& address, const failure* failed) {
        if (failed && counters)
            counters->attempt_failed(site.site, address, failed->reason);
        // It takes connections, which says nothing of its TLS: only a response does.
        if (failed && describe(failed->reason).when == phase::handshake)
            book->closed(address, site, *failed);
        else if (failed)
            book->failed(address, site, *failed);
        else
            book->succeeded(address, site);
    };
}

void count_opened(const lease_wish& wish, const backend_connection& made,
                  std::chrono::steady_clock::time_point begun)
{
    using use = site_counters::tls_use;
    auto* counters = wish.order.services->counters;
    if (!counters)
        return;
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - begun);
    const auto tls = !made.tls() ? use::none : made.tls()->is_resumed() ? use::resumed : use::full;
    counters->opened(wish.order.backend->site, made.peer(), took, tls);
}

// What nobody has reported: of the only address, or what this machine lacks.
void count_unopened(const lease_wish& wish, const failure& why)
{
    auto* counters = wish.order.services->counters;
    if (counters && (!wish.has_choice() || describe(why.reason).whose == fault::front))
        counters->attempt_failed(wish.order.backend->site, wish.addresses.front(), why.reason);
}

std::vector<connection_identity> identities(const exchange_order& order,
                                            std::span<const endpoint> addresses)
{
    std::vector<connection_identity> all;
    for (const auto& address : addresses)
        all.push_back(order.backend->identity(address, order.terms));
    return all;
}

// Where else the site's names lead joins the addresses, while none of them answers.
later_candidates more_for(const lease_wish& wish)
{
    if (wish.order.backend->names.empty())
        return {};
    return [&wish] {
        const auto found = moved_to(wish.engine, wish.order, wish.addresses);
        wish.addresses.insert(wish.addresses.end(), found.begin(), found.end());
        return identities(wish.order, found);
    };
}

// Of a connection that belonged to no engine while it was idle.
std::optional<lease> lease_of(const lease_wish& wish, const connection_identity& identity,
                              detached_socket idle)
{
    tcp_socket socket(wish.engine.context());
    error_code failed;
    socket.assign(asio::ip::tcp::v4(), idle.descriptor(), failed);
    if (failed)
        return std::nullopt;
    idle.give_away();
    auto connection = std::make_shared<backend_connection>(
        transport(std::move(socket), idle.take_tls()), identity, wish.engine.deadlines());
    connection->continue_from(idle.past);
    return make_lease(wish, std::move(connection));
}

std::optional<lease> named_lease(const lease_wish& wish)
{
    auto* own = wish.order.own_connections;
    if (!own)
        return std::nullopt;
    const auto wanted = wish.order.backend->identity(wish.addresses.front(), wish.order.terms);
    auto idle = own->take_named(wanted, wish.must_last);
    if (!idle)
        return std::nullopt;
    auto made = lease_of(wish, wanted, std::move(*idle));
    if (made)
        made->belong_to(own);
    return made;
}

// How many idle connections this process could do without, and did.
std::size_t give_up_idle(const lease_wish& wish)
{
    auto& here = wish.engine.idle_connections();
    auto* of_clients = wish.order.services->clients;
    const auto all = here.idle() + (of_clients ? of_clients->snapshot().named : 0);
    here.close_all();
    if (of_clients)
        of_clients->close_named();
    return all;
}

} // namespace

std::optional<lease> login_lease(const lease_wish& wish)
{
    if (!wish.order.own_connections)
        return std::nullopt;
    // An engine is not kept waiting, and need not: its client asks for one thing after the other.
    const auto patience = wish.engine.is_lent() ? wish.order.rules.connect_timeout
                                                : std::chrono::milliseconds::zero();
    auto personal = wish.order.own_connections->take(*wish.order.backend, wish.addresses, patience,
                                                     wish.order.terms);
    if (!personal)
        return std::nullopt;
    auto made = lease_of(wish, personal->place.of(), std::move(personal->socket));
    if (made)
        made->note_login(std::move(personal->place));
    return made;
}

void note_login(lease& backend, const exchange_order& order)
{
    if (!backend.has_login())
        backend.note_login(order.own_connections
                               ? order.own_connections->reserve(backend->identity())
                               : personal_connections::claim());
}

std::optional<lease> idle_lease(const lease_wish& wish)
{
    // What others have used is not for a login, nor for what may follow it.
    if (logs_connection_in(wish.order.request.fields))
        return std::nullopt;
    if (!wish.order.terms.preface.empty())
        return named_lease(wish);
    auto& idle = wish.engine.idle_connections();
    const auto wanted = wish.order.backend->identity(wish.addresses.front(), wish.order.terms);
    if (auto connection = idle.take(wanted, wish.must_last))
        return make_lease(wish, std::move(connection));
    return std::nullopt;
}

task<bool> stays_open(const lease_wish& wish, lease& idle)
{
    auto& usage = wish.engine.idle_connections().usage();
    const auto at = usage.find(idle->peer());
    steady_timer moment(wish.engine.context(), site_usage::proof);
    const auto [ended] = co_await moment.async_wait(directly);
    const auto now = ended ? backend_connection::state::ended : idle->probe();
    if (now == backend_connection::state::open) {
        usage.note_open(at, idle->idle_for() + site_usage::proof);
        co_return true;
    }
    if (now != backend_connection::state::unread)
        usage.note_closed(at, idle->idle_for());
    co_return false;
}

task<result<lease>> new_lease(const lease_wish& wish)
{
    const auto begun = std::chrono::steady_clock::now();
    const auto report = report_to(wish);
    // In use from now on: what is needed at once is needed while it is being connected, too.
    auto& usage = wish.engine.idle_connections().usage();
    const site_usage::use wanted(usage, usage.find(wish.addresses.front()));
    const auto later = more_for(wish);
    const auto timeout = wish.order.rules.connect_timeout;
    const auto until = deadline::clock::now() + timeout;
    auto candidates = identities(wish.order, wish.addresses);
    auto connected = co_await connect_to_backend(wish.engine.context(), wish.engine.deadlines(),
                                                 candidates, timeout, report, later);
    steady_timer a_moment(wish.engine.context());
    for (unsigned i = 0; i < tries_when_short && is_short(connected); ++i) {
        // Idle connections to other sites are needed least; others hear of it, too.
        engine::ask_for_relief();
        if (i > 0 || give_up_idle(wish) == 0) {
            a_moment.expires_after(pause_when_short);
            co_await a_moment.async_wait(directly);
            give_up_idle(wish);
        }
        candidates = identities(wish.order, wish.addresses);
        connected = co_await connect_to_backend(wish.engine.context(), wish.engine.deadlines(),
                                                candidates, timeout, report, later);
    }
    if (!connected && describe(connected.error().reason).whose == fault::backend) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(until - deadline::clock::now());
        auto elsewhere = co_await moved_to(wish.engine, wish.order, wish.addresses, left);
        if (!elsewhere.empty()) {
            wish.addresses = std::move(elsewhere);
            candidates = identities(wish.order, wish.addresses);
            connected = co_await connect_to_backend(wish.engine.context(), wish.engine.deadlines(),
                                                    candidates, timeout, report);
        }
    }
    if (!connected) {
        count_unopened(wish, connected.error());
        co_return connected.error();
    }
    count_opened(wish, **connected, begun);
    auto made = make_lease(wish, std::move(*connected));
    made.belong_to(wish.order.own_connections);
    if (logs_connection_in(wish.order.request.fields))
        note_login(made, wish.order);
    co_return made;
}

void learn(engine& engine, const backend_connection& connection,
           const std::optional<failure>& failed, std::chrono::microseconds took)
{
    auto& usage = engine.idle_connections().usage();
    const auto at = usage.find(connection.peer());
    if (!failed)
        usage.note_answer(at, took);
    else if (failed->reason == reason::no_response || failed->reason == reason::send_failed)
        usage.note_closed(at, connection.idle_for());
}

void remember(const exchange_order& order, const endpoint& address,
              const std::optional<failure>& failed, bool unheard)
{
    if (!order.services->book)
        return;
    auto& book = *order.services->book;
    const auto& backend = *order.backend;
    if (!failed)
        book.answered(address, backend);
    // Only slow, or gone?
    else if (failed->reason == reason::response_timed_out ||
             failed->reason == reason::send_timed_out)
        book.doubt(address, backend);
    else if (unheard &&
             (failed->reason == reason::no_response || failed->reason == reason::send_failed))
        book.closed(address, backend, *failed);
}

} // namespace v6front
