// SPDX-License-Identifier: Apache-2.0
//
// A backend connection for one attempt: an idle one, else a new one, at the address that is best
// now.
#pragma once

#include "net/engine/engine.hpp"
#include "order.hpp"

#include <optional>
#include <vector>

namespace v6front
{

struct lease_wish {
    v6front::engine& engine;
    const exchange_order& order;
    endpoint_list& addresses; // at least one
    bool must_last = false;   // an idle one only if its backend keeps it for the moment

    bool is_uncertain() const
    {
        auto& usage = engine.idle_connections().usage();
        return must_last && !usage.is_known(usage.find(addresses.front()));
    }
    bool has_choice() const { return order.services->book && addresses.size() > 1; }
};

// The first of the addresses is the one to use from now on; `avoid` is where an attempt has failed.
// A site with one address, as nearly all are, has nothing to choose.
inline void choose(const lease_wish& wish, const std::optional<endpoint>& avoid)
{
    if (wish.has_choice())
        wish.order.services->book->arrange(wish.addresses, *wish.order.backend, avoid,
                                           wish.order.client_prefix);
}

// The client's own, on which it has logged in, at whichever of these addresses that is.
std::optional<lease> login_lease(const lease_wish& wish);
// One that is idle at the address that was chosen, of the pool or, with a PROXY header, the
// client's own. None for a request that logs its connection in: that gets a new one.
std::optional<lease> idle_lease(const lease_wish& wish);
// For a request that must not be lost, at a site that was never seen to keep a connection: whether
// it closes this one at once, as some do without saying so.
task<bool> stays_open(const lease_wish& wish, lease& idle);
task<result<lease>> new_lease(const lease_wish& wish);

// The client has logged in on it: from now on it is that client's alone.
void note_login(lease& backend, const exchange_order& order);

// What a connection that had been idle shows of its site, for other requests: how long it took for
// a response's head, or that it did not answer.
void learn(engine& engine, const backend_connection& connection,
           const std::optional<failure>& failed, std::chrono::microseconds took);

// What came of an attempt at one of several addresses: a response's head, or a failure. `unheard`:
// it had a connection of its own, and not a byte came back.
void remember(const exchange_order& order, const endpoint& address,
              const std::optional<failure>& failed, bool unheard);

} // namespace v6front
