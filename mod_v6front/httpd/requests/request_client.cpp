// SPDX-License-Identifier: Apache-2.0

#include "request_client.hpp"

#include "core/message/trailers.hpp"
#include "httpd/base/brigades.hpp"
#include "httpd/base/http2_stream.hpp"
#include "httpd/config/read_limits.hpp"
#include "hook_time.hpp"
#include "logged_connection.hpp"
#include "request_checks.hpp"
#include "request_state.hpp"
#include "trailer_filter.hpp"

#include <algorithm>
#include <string>

#include <sys/socket.h>

namespace v6front
{

request_client::request_client(request_rec* r, client_waits& waits)
    : request_(r),
      waits_(waits),
      in_(apr_brigade_create(r->pool, r->connection->bucket_alloc)),
      out_(apr_brigade_create(r->pool, r->connection->bucket_alloc)),
      limit_(body_limit(r)),
      account_(body_time_of(r).value_or(read_time{std::chrono::seconds(0)}))
{
}

request_client::~request_client()
{
    apr_brigade_cleanup(in_);
    apr_brigade_cleanup(out_);
    if (space_)
        apr_bucket_free(space_);
}

field_list request_client::trailers() const
{
    return fields_of(request_->trailers_in);
}

bool request_client::takes_trailers() const
{
    return request_->proto_num >= HTTP_VERSION(1, 1) && !request_->main &&
           list_contains(view(apr_table_get(request_->headers_in, "TE")), "trailers");
}

// mod_http2 sends what is in this table; for HTTP/1.1 a filter of ours does, after core's chunks.
void request_client::send_trailers(std::span<const field> trailers)
{
    auto* r = request_;
    // A body that is whole before its head has left gets a length of core's, and no chunks.
    (void)send_body(0, flow::pause);
    for (const auto& f : trailers)
        if (may_trail(f.name))
            apr_table_addn(r->trailers_out, to_pool(r->pool, f.name), to_pool(r->pool, f.value));
    if (!is_http2_stream(r->connection) && !apr_is_empty_table(r->trailers_out))
        add_trailer_filter(r);
}

void request_client::send_interim(const response_head& head)
{
    auto* r = request_;
    if (r->main)
        return; // the response that this would precede is under way, and another's
    if (r->proto_num < HTTP_VERSION(1, 1))
        return; // HTTP/1.0 clients do not know them (RFC 9110 15.2)
    const int status = r->status;
    auto* fields = r->headers_out;
    r->status = head.status;
    r->status_line = nullptr;
    r->headers_out = apr_table_make(r->pool, static_cast<int>(head.fields.size()));
    for (const auto& f : head.fields)
        if (!is_hop_by_hop(f.name) && !is_nominated(head.fields, f.name))
            apr_table_addn(r->headers_out, to_pool(r->pool, f.name), to_pool(r->pool, f.value));
    ap_send_interim_response(r, 1);
    r->headers_out = fields;
    r->status = status;
    waits_.push();
}

upgraded_client* request_client::switch_protocols(const response_head& head)
{
    return &tunnel_.emplace(request_, head, waits_);
}

namespace
{

// httpd writes it by itself where no other is set.
bool is_own_status_line(const response_head& head)
{
    const std::string_view line = ap_get_status_line(head.status);
    return line.size() > 4 && line.substr(4) == head.phrase &&
           line.starts_with(std::to_string(head.status));
}

// With its zeros.
std::size_t size_of(std::span<const field> fields)
{
    std::size_t all = 0;
    for (const auto& f : fields)
        all += f.name.size() + f.value.size() + 2;
    return all;
}

// Many short texts for httpd, of which the pool is asked for the memory once.
class pool_texts
{
public:
    pool_texts(apr_pool_t* pool, std::size_t size) : at_(static_cast<char*>(apr_palloc(pool, size)))
    {
    }
    const char* copy(std::string_view text)
    {
        char* const copied = at_;
        at_ = std::copy(text.begin(), text.end(), copied);
        *at_++ = '\0';
        return copied;
    }

private:
    char* at_;
};

} // namespace

void request_client::send_head(const response_head& head)
{
    auto* r = request_;
    // As an ErrorDocument the site's page is the body of the error, not a success.
    const bool is_error_page = answers_an_error(r);
    if (!is_error_page)
        r->status = head.status;
    if (!head.phrase.empty() && !is_error_page && !is_own_status_line(head))
        r->status_line = apr_psprintf(r->pool, "%d %.*s", head.status,
                                      static_cast<int>(head.phrase.size()), head.phrase.data());
    pool_texts texts(r->pool, size_of(head.fields));
    for (const auto& f : head.fields) {
        const char* value = texts.copy(f.value);
        // httpd writes this field from r->content_type, to this place and under this name, and
        // filters by type are added when it is set.
        if (f.name.size() == 12 && iequals(f.name, "Content-Type"))
            ap_set_content_type(r, value);
        apr_table_addn(r->headers_out, texts.copy(f.name), value);
    }
    if (head.content_length) {
        expected_ = static_cast<apr_off_t>(*head.content_length);
        if (head.status != HTTP_NO_CONTENT)
            ap_set_content_length(r, expected_);
    }
}

std::span<char> request_client::body_space(std::size_t most)
{
    if (!space_) {
        const auto left = expected_ > sent_ ? static_cast<std::uint64_t>(expected_ - sent_) : 1;
        space_size_ = std::min(most, pieces_.next(expected_ >= 0 ? left : UINT64_MAX));
        space_ =
            static_cast<char*>(apr_bucket_alloc(space_size_, request_->connection->bucket_alloc));
    }
    return {space_, space_size_};
}

apr_status_t request_client::pass_all()
{
    held_ = 0;
    const filter_time timed(request_);
    const auto rv = ap_pass_brigade(request_->output_filters, out_);
    apr_brigade_cleanup(out_);
    return rv;
}

result<void> request_client::pass()
{
    const auto rv = pass_all();
    if (rv != APR_SUCCESS || request_->connection->aborted)
        return failure{
            reason::client_gone, {APR_TO_OS_ERROR(rv), boost::system::system_category()}, {}};
    return {};
}

// What follows at once is held back, up to a small piece, so that a small response travels with its
// end in one brigade and one write; so does the last piece of a larger one, whose end follows at
// once.
result<void> request_client::send_body(std::size_t n, flow next)
{
    auto* alloc = request_->connection->bucket_alloc;
    if (n > 0) {
        append(out_,
               apr_bucket_heap_create(std::exchange(space_, nullptr), n, apr_bucket_free, alloc));
        held_ += n;
        sent_ += static_cast<apr_off_t>(n);
        pieces_.taken(n);
    }
    if (next == flow::more && (held_ < body_pieces::smallest || sent_ == expected_))
        return {};
    if (next == flow::pause)
        append(out_, apr_bucket_flush_create(alloc));
    auto passed = pass();
    if (passed && next == flow::pause)
        waits_.push();
    return passed;
}

void request_client::watch_for_departure(std::function<void()> gone)
{
    waits_.watch(std::move(gone));
}

bool request_client::has_departed() const
{
    return waits_.is_gone();
}

bool request_client::is_behind() const
{
    return !waits_.may_block() && request_->connection->data_in_output_filters;
}

task<result<void>> request_client::caught_up()
{
    const auto* c = request_->connection;
    for (;;) {
        waits_.push();
        if (c->aborted)
            co_return failure{reason::client_gone, {}, {}};
        if (!c->data_in_output_filters)
            co_return result<void>{};
        const auto began = deadline::clock::now();
        const auto rv = co_await waits_.writable(request_->server->timeout);
        pieces_.waited(deadline::clock::now() - began);
        if (rv != APR_SUCCESS)
            co_return failure{reason::client_gone, {}, "the client stopped reading"};
    }
}

void request_client::finish()
{
    tunnel_.reset();
    append(out_, apr_bucket_eos_create(request_->connection->bucket_alloc));
    if (pass_all() == APR_SUCCESS) // a client that is gone now is logged by httpd with the request
        note_taken(request_);
}

// An error bucket makes core's chunk filter leave out the last chunk (chunk_filter.c), and the
// connection is closed: a short message can not be taken for a whole one (RFC 9112 8).
void request_client::break_off()
{
    auto* c = request_->connection;
    c->keepalive = AP_CONN_CLOSE;
    // A head that has not left yet would be answered by a page of httpd's, in a response that the
    // outcome says has begun.
    (void)send_body(0, flow::pause);
    append(out_,
           ap_bucket_error_create(HTTP_BAD_GATEWAY, nullptr, request_->pool, c->bucket_alloc));
    append(out_, apr_bucket_eos_create(c->bucket_alloc));
    (void)pass();
    const auto* whole = request_; // what it is a piece of
    while (whole->main)
        whole = whole->main;
    if (!is_http2_stream(c) && !whole->chunked &&
        !apr_table_get(whole->headers_out, "Content-Length"))
        reset_connection();
}

// HTTP/1.0 without a length: the body ends where the connection does, so that has to end with an
// error (RFC 9112 8). A connection that counts as aborted is closed without ado.
void request_client::reset_connection()
{
    waits_.push();
    apr_os_sock_t fd = -1;
    const linger now{1, 0};
    if (apr_os_sock_get(&fd, ap_get_conn_socket(request_->connection)) == APR_SUCCESS)
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    request_->connection->aborted = 1;
}

} // namespace v6front
