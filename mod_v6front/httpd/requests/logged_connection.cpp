// SPDX-License-Identifier: Apache-2.0

#include "logged_connection.hpp"

#include "httpd/base/http2_stream.hpp"
#include "request_state.hpp"

namespace v6front
{

namespace
{

// A format's item may ask for the request that came, or for the one that it was redirected to.
void connect_all(request_rec* first, conn_rec* c)
{
    for (auto* r = first; r; r = r->next)
        r->connection = c;
}

const request_rec* last_of(const request_rec* r)
{
    while (r->next)
        r = r->next;
    return r;
}

} // namespace

void note_taken(request_rec* r)
{
    made_state_of(r).taken = true;
}

void begin_logging(request_rec* r)
{
    auto* c = r->connection;
    const auto* state = state_of(last_of(r));
    if (!is_http2_stream(c) || !state || !state->taken)
        return;
    auto* shown = static_cast<conn_rec*>(apr_pmemdup(r->pool, c, sizeof *c));
    shown->aborted = 0;
    made_state_of(r).hidden = c;
    connect_all(r, shown);
}

void end_logging(request_rec* r)
{
    const auto* state = state_of(r);
    if (state && state->hidden)
        connect_all(r, state->hidden);
}

} // namespace v6front
