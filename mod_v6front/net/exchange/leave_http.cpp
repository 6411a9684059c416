// SPDX-License-Identifier: Apache-2.0

#include "leave_http.hpp"

#include "core/edits/response_edits.hpp"
#include "core/edits/upgrade.hpp"
#include "core/message/fields.hpp"
#include "tunnel.hpp"

namespace v6front
{

namespace
{

tunnel_protocol protocol_of(const response_head& head)
{
    for (const auto& f : head.fields)
        if (iequals(f.name, "Upgrade") && iequals(f.value, "websocket"))
            return tunnel_protocol::websocket;
    return tunnel_protocol::unknown;
}

} // namespace

task<std::optional<failure>> leave_http(engine& engine, client& peer, const exchange_order& order,
                                        switched by, outcome& record)
{
    if (!by.request_is_sent || !answers_upgrade(order.request, by.head))
        co_return failure{reason::bad_response, {}, "101 that the client did not ask for"};
    if (order.cookies)
        edit_cookies(by.head, *order.cookies);
    auto* bytes = peer.switch_protocols(by.head);
    if (!bytes)
        co_return failure{reason::bad_response, {}, "101 for a client that cannot be upgraded"};
    record.status = by.head.status;
    record.head_sent = true;
    const tunnel_traffic moved{record.request_body, record.response_body};
    const tunnel_rules rules{order.rules.idle_timeout, protocol_of(by.head)};
    const auto how = co_await run_tunnel(engine, *bytes, by.backend, rules, moved);
    record.tunnel = how;
    co_return std::nullopt;
}

} // namespace v6front
