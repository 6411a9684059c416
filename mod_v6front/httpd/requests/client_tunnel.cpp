// SPDX-License-Identifier: Apache-2.0

#include "client_tunnel.hpp"

#include "httpd/base/brigades.hpp"
#include "httpd/base/guard.hpp"
#include "httpd/base/http2_stream.hpp"
#include "request_client.hpp"
#include "tls_closure.hpp"

#include <cstring>

namespace v6front
{

namespace
{

ap_filter_rec_t* no_flush_filter;

bool has_output_filter(const conn_rec* c, const char* name)
{
    const auto* f = c->output_filters;
    while (f && std::strcmp(f->frec->name, name) != 0)
        f = f->next;
    return f != nullptr;
}

// While core's output filter waits for the client, nobody reads from it: two peers that only send
// would wait for each other.
apr_status_t drop_flush(ap_filter_t* f, apr_bucket_brigade* brigade)
{
    if (!brigade) // ap_pass_brigade would look into it
        return f->next->frec->filter_func.out_func(f->next, nullptr);
    drop_flushes(brigade);
    return APR_BRIGADE_EMPTY(brigade) ? APR_SUCCESS : ap_pass_brigade(f->next, brigade);
}

failure lost(apr_status_t rv)
{
    return {reason::client_gone, {APR_TO_OS_ERROR(rv), boost::system::system_category()}, {}};
}

} // namespace

extern "C" {

static apr_status_t v6front_tunnel_filter(ap_filter_t* f, apr_bucket_brigade* brigade)
{
    return guard("the tunnel filter", APR_EGENERAL, [=] { return drop_flush(f, brigade); });
}

} // extern "C"

void register_tunnel_filter()
{
    no_flush_filter = ap_register_output_filter("V6FRONT_TUNNEL", v6front_tunnel_filter, nullptr,
                                                static_cast<ap_filter_type>(AP_FTYPE_NETWORK - 1));
}

bool client_tunnel::is_possible(const request_rec* r)
{
    if (r->main || r->prev)
        return false;
    if (is_http2_stream(r->connection))
        return has_output_filter(r->connection, "h2_c2_ws_out");
    return r->proto_num == HTTP_VERSION(1, 1);
}

client_tunnel::client_tunnel(request_rec* r, const response_head& head, client_waits& waits)
    : request_(r),
      connection_(r->connection),
      waits_(waits),
      in_(apr_brigade_create(r->pool, r->connection->bucket_alloc)),
      out_(apr_brigade_create(r->pool, r->connection->bucket_alloc)),
      request_ends_first_(is_http2_stream(r->connection))
{
    auto* c = connection_;
    c->keepalive = AP_CONN_CLOSE;
    // Its deadlines are for requests and their bodies, and a tunnel is neither.
    ap_remove_input_filter_byhandle(c->input_filters, "reqtimeout");
    if (!is_http2_stream(c) && waits.may_block())
        no_flush_ = ap_add_output_filter_handle(no_flush_filter, nullptr, nullptr, c);
    send_head(head);
    r->input_filters = r->proto_input_filters = c->input_filters;
    r->output_filters = r->proto_output_filters = c->output_filters;
}

client_tunnel::~client_tunnel()
{
    if (no_flush_)
        ap_remove_output_filter(no_flush_);
    request_->output_filters = request_->proto_output_filters = connection_->output_filters;
    apr_brigade_cleanup(in_);
    apr_brigade_cleanup(out_);
}

void client_tunnel::send_head(const response_head& head)
{
    auto* r = request_;
    r->status = head.status;
    r->status_line = nullptr;
    apr_table_clear(r->headers_out);
    for (const auto& f : head.fields) {
        const bool is_upgrade = iequals(f.name, "Upgrade");
        if (is_upgrade || (!is_hop_by_hop(f.name) && !is_nominated(head.fields, f.name)))
            apr_table_addn(r->headers_out, to_pool(r->pool, f.name), to_pool(r->pool, f.value));
    }
    apr_table_setn(r->headers_out, "Connection", "Upgrade");
    ap_send_interim_response(r, 1);
    waits_.push_tunnel();
}

// The first bytes in in_; what was given out before has been deleted by then.
std::string_view client_tunnel::next_piece()
{
    while (!APR_BRIGADE_EMPTY(in_)) {
        auto* b = APR_BRIGADE_FIRST(in_);
        const char* data = nullptr;
        apr_size_t n = 0;
        if (!APR_BUCKET_IS_METADATA(b) &&
            apr_bucket_read(b, &data, &n, APR_NONBLOCK_READ) == APR_SUCCESS && n > 0)
            return {data, n};
        if (APR_BUCKET_IS_EOS(b) && !std::exchange(request_ends_first_, false))
            ended_ = true;
        apr_bucket_delete(b);
    }
    return {};
}

task<result<std::string_view>> client_tunnel::receive()
{
    if (!APR_BRIGADE_EMPTY(in_))
        apr_bucket_delete(APR_BRIGADE_FIRST(in_));
    for (;;) {
        const auto piece = next_piece();
        if (!piece.empty() || ended_)
            co_return piece;
        const auto rv = ap_get_brigade(connection_->input_filters, in_, AP_MODE_READBYTES,
                                       APR_NONBLOCK_READ, request_client::piece_size);
        if (APR_STATUS_IS_EOF(rv)) {
            ended_ = true;
            continue;
        }
        if (rv != APR_SUCCESS && !APR_STATUS_IS_EAGAIN(rv))
            co_return lost(rv);
        if (!APR_BRIGADE_EMPTY(in_))
            continue;
        const auto waited = co_await waits_.tunnel_input();
        if (waited != APR_SUCCESS)
            co_return lost(waited);
    }
}

// The FLUSH is for the filters on the way, such as TLS, which gathers small pieces; it ends before
// core, but for the streams of HTTP/2, whose other end is a buffer with a bound.
task<result<void>> client_tunnel::send(std::string_view bytes)
{
    auto* alloc = connection_->bucket_alloc;
    append(out_, apr_bucket_transient_create(bytes.data(), bytes.size(), alloc));
    append(out_, apr_bucket_flush_create(alloc));
    const auto rv = ap_pass_brigade(connection_->output_filters, out_);
    apr_brigade_cleanup(out_);
    if (rv != APR_SUCCESS)
        co_return lost(rv);
    request_->bytes_sent += static_cast<apr_off_t>(bytes.size());
    co_return co_await taken();
}

task<result<void>> client_tunnel::taken()
{
    for (;;) {
        waits_.push_tunnel();
        if (connection_->aborted)
            co_return lost(APR_ECONNABORTED);
        if (is_http2_stream(connection_) || !connection_->data_in_output_filters)
            co_return result<void>{};
        const auto waited = co_await waits_.tunnel_output();
        if (waited != APR_SUCCESS)
            co_return lost(waited);
    }
}

// A stream of HTTP/2 could be ended alone, but mod_http2 gives up one that has ended in both
// directions at once, with the client's last octets unread (h2_mplx.c, m_stream_cleanup). Closed as
// a whole, it tells the client by a reset that nobody reads what it still sends.
task<bool> client_tunnel::end_sending()
{
    if (is_http2_stream(connection_))
        co_return false;
    if (!ap_ssl_conn_is_ssl(connection_)) {
        apr_socket_shutdown(ap_get_conn_socket(connection_), APR_SHUTDOWN_WRITE);
        co_return true;
    }
    if (!send_close_notify(connection_))
        co_return false;
    const auto sent = co_await taken();
    co_return sent.has_value();
}

} // namespace v6front
