// SPDX-License-Identifier: Apache-2.0
//
// What an exchange is told, and what it tells: the order and its outcome, as plain values.
#pragma once

#include "core/base/failure.hpp"
#include "core/edits/request_head.hpp"
#include "core/edits/cookies.hpp"
#include "core/edits/reverse.hpp"
#include "core/edits/via_name.hpp"
#include "core/rules/settings.hpp"
#include "net/backends/address_book.hpp"
#include "net/backends/backend.hpp"
#include "net/backends/personal_connections.hpp"
#include "net/names/own_listeners.hpp"
#include "follower.hpp"
#include "net/shared/site_counters.hpp"
#include "tunnel.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace v6front
{

class admission;

// What all exchanges of one process share.
struct exchange_services {
    const via_name& via;                      // of this front
    const own_listeners* listeners = nullptr; // refused as backends, unless the rules say self=on
    address_book* book = nullptr;             // for backends with several addresses
    v6front::admission* admission = nullptr;  // for backends with a limit
    client_pool* clients = nullptr;           // idle connections that belong to one client each
    site_counters* counters = nullptr;        // what operators see of it
};

// Everything that an exchange needs to know. Whoever starts it keeps what is referred to until its
// end.
struct exchange_order {
    request_view request;
    std::optional<failure> unfit; // what its maker found wrong with the request: it goes nowhere
    // The request that waits for this one has a place within the limit, which counts for both.
    bool has_place = false;
    const v6front::backend* backend = nullptr;
    exchange_rules rules;
    connection_terms terms{}; // of the connection that it goes out on
    const reverse_map* reverse = nullptr;
    const cookie_map* cookies = nullptr; // nullptr: the site's stay as they are
    const exchange_services* services = nullptr;
    bool asks_local = false; // outcome::local is wanted, which takes a system call
    // What belongs to the client connection alone; nullptr: nothing is kept for it.
    personal_connections* own_connections = nullptr;
    // The client's prefix, where that decides between several addresses (spread=client).
    std::optional<std::uint64_t> client_prefix{};
    exchange_follower* follower = nullptr; // somebody wants to see it happen
};

// What happened, for the log and the access log's fields.
struct outcome {
    int status = 0;                // of the final response, as sent down or as `failed` implies
    std::optional<failure> failed; // what ended it short of success
    bool head_sent = false;        // a failure after this can only cut the connection
    // The site's response was an error in the place of which the client gets httpd's own page
    // (V6FrontErrorOverride), with these fields of it.
    std::optional<std::vector<std::pair<std::string, std::string>>> overridden{};
    std::optional<endpoint> address; // of the backend that was used last
    std::optional<endpoint> local;   // where that connection came from, if the order asks
    std::uint64_t request_body = 0;  // octets taken from the client
    std::uint64_t response_body = 0; // octets passed to the client
    unsigned attempts = 0;
    bool pooled = false;                       // the last attempt used an idle connection
    std::chrono::microseconds queue_time{};    // for its turn, where the route has max=
    std::chrono::microseconds connect_time{};  // to a lease, of the last attempt
    std::chrono::microseconds response_time{}; // from lease to response head
    std::chrono::microseconds thinking_time{}; // the part of it in which the backend was awaited
    std::optional<tunnel_end> tunnel;          // the exchange became one, and how that ended
};

} // namespace v6front
