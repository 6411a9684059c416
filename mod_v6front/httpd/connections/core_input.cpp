// SPDX-License-Identifier: Apache-2.0

#include "core_input.hpp"

#include "input_store.hpp"

namespace v6front
{

namespace
{

// nullptr: there is none.
core_net_rec* net_of(const conn_rec* c)
{
    const auto* core = c->input_filters;
    while (core && core->next)
        core = core->next;
    return core ? static_cast<core_net_rec*>(core->ctx) : nullptr;
}

// As core does with its first read.
void begin_input(conn_rec* c, core_net_rec* net)
{
    net->in_ctx = static_cast<core_ctx_t*>(apr_pcalloc(c->pool, sizeof(core_ctx_t)));
    net->in_ctx->b = apr_brigade_create(c->pool, c->bucket_alloc);
    net->in_ctx->tmpbb = apr_brigade_create(c->pool, c->bucket_alloc);
    ap_run_insert_network_bucket(c, net->in_ctx->b, net->client_socket);
}

} // namespace

// Reading through the filter would read the socket as well, and leave a part behind again
// (core_filters.c).
void take_what_core_holds(conn_rec* c, input_store& store)
{
    auto* net = net_of(c);
    if (!net)
        return;
    // Nothing was ever read. httpd empties this after a malformed request, and expects it to be
    // there (ap_read_request); a thread that the connection is lent to reads the socket here.
    if (!net->in_ctx)
        return begin_input(c, net);
    auto* held = net->in_ctx->b;
    while (!APR_BRIGADE_EMPTY(held) && !APR_BUCKET_IS_SOCKET(APR_BRIGADE_FIRST(held))) {
        auto* b = APR_BRIGADE_FIRST(held);
        const char* data = nullptr;
        apr_size_t n = 0;
        if (!APR_BUCKET_IS_METADATA(b) &&
            apr_bucket_read(b, &data, &n, APR_NONBLOCK_READ) == APR_SUCCESS && n > 0)
            store.put(data, n);
        apr_bucket_delete(b);
    }
}

void put_into_core(conn_rec* c, std::string_view bytes)
{
    auto* net = net_of(c);
    if (!net)
        return;
    if (!net->in_ctx)
        begin_input(c, net);
    auto* b = apr_bucket_heap_create(bytes.data(), bytes.size(), nullptr, c->bucket_alloc);
    APR_BRIGADE_INSERT_HEAD(net->in_ctx->b, b);
}

} // namespace v6front
