// SPDX-License-Identifier: Apache-2.0

#include "handler.hpp"

#include "adopted_connection.hpp"
#include "proxied.hpp"
#include "routing.hpp"

namespace v6front
{

namespace
{

// The connection, if its engine runs this request right now and httpd honours SUSPENDED for it:
// only at top level, never for a subrequest or an internal redirect (http_request.c).
adopted_connection* suspendable(const request_rec* r)
{
    auto* owner = r->connection->master ? nullptr : adopted_connection::of(r->connection);
    return owner && owner->is_on_engine() && !r->main && !r->prev ? owner : nullptr;
}

} // namespace

int handle(request_rec* r)
{
    const auto* decision = routed(r);
    if (!decision || view(r->handler) != handler_name)
        return DECLINED;
    auto* in = child::current();
    if (!in)
        return HTTP_SERVICE_UNAVAILABLE;
    if (auto* owner = suspendable(r)) {
        owner->then(adopted_connection::next_step::exchange, r);
        return SUSPENDED;
    }
    return run_borrowed(r, *decision, *in);
}

int keep_off_engine(request_rec* r)
{
    auto* owner = suspendable(r);
    if (!owner || (routed(r) && view(r->handler) == handler_name))
        return DECLINED;
    owner->then(adopted_connection::next_step::other_handler, r);
    return SUSPENDED;
}

} // namespace v6front
