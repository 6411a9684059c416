// SPDX-License-Identifier: Apache-2.0
//
// The request's body, out of httpd's input filters.

#include "httpd/config/read_limits.hpp"
#include "hook_time.hpp"
#include "request_client.hpp"

#include <algorithm>
#include <utility>

namespace v6front
{

namespace
{

failure input_failure(apr_status_t rv)
{
    const error_code cause(APR_TO_OS_ERROR(rv), boost::system::system_category());
    if (APR_STATUS_IS_TIMEUP(rv))
        return {reason::client_body_too_slow, {}, {}};
    if (rv == AP_FILTER_ERROR || APR_STATUS_IS_EGENERAL(rv) || rv == APR_EINVAL)
        return {reason::client_body_malformed, {}, {}};
    if (APR_STATUS_IS_ENOSPC(rv))
        return {reason::client_body_too_large, {}, {}};
    if (APR_STATUS_IS_EOF(rv) || rv == APR_INCOMPLETE)
        return {reason::client_gone, {}, "the request body is incomplete"};
    return {reason::client_gone, cause, {}};
}

} // namespace

// The next bytes in in_, whose consumed buckets go first; empty if there is nothing yet.
result<client::body_piece> request_client::next_piece()
{
    while (!APR_BRIGADE_EMPTY(in_)) {
        auto* b = APR_BRIGADE_FIRST(in_);
        if (APR_BUCKET_IS_EOS(b)) {
            read_all_ = true;
            return body_piece{{}, true};
        }
        const char* data = nullptr;
        apr_size_t n = 0;
        if (!APR_BUCKET_IS_METADATA(b)) {
            if (const auto rv = apr_bucket_read(b, &data, &n, APR_BLOCK_READ); rv != APR_SUCCESS)
                return input_failure(rv);
        }
        if (n == 0) {
            apr_bucket_delete(b);
            continue;
        }
        read_all_ = APR_BUCKET_NEXT(b) != APR_BRIGADE_SENTINEL(in_) &&
                    APR_BUCKET_IS_EOS(APR_BUCKET_NEXT(b));
        return body_piece{{data, n}, read_all_};
    }
    return body_piece{};
}

// A non-blocking read never makes HTTP_IN send the "100 Continue" that the client waits for
// (http_filters.c), so it is sent here (RFC 9110 10.1.1).
void request_client::allow_body()
{
    auto* r = request_;
    if (!r->expecting_100)
        return;
    const int status = r->status;
    const char* line = r->status_line;
    r->status = HTTP_CONTINUE;
    r->status_line = nullptr;
    ap_send_interim_response(r, 0);
    r->status = status;
    r->status_line = line;
    waits_.push();
}

apr_status_t request_client::pull()
{
    const filter_time timed(request_);
    keep_reqtimeout_quiet(request_);
    return ap_get_brigade(request_->input_filters, in_, AP_MODE_READBYTES, APR_NONBLOCK_READ,
                          static_cast<apr_off_t>(piece_size));
}

namespace
{

// Counts also where the wait is cancelled.
class counted_wait
{
public:
    explicit counted_wait(body_account& in) : account_(in) {}
    counted_wait(const counted_wait&) = delete;
    ~counted_wait() { account_.waited(deadline::clock::now() - began_); }

private:
    body_account& account_;
    deadline::clock::time_point began_ = deadline::clock::now();
};

} // namespace

// A client that is too slow is not waited for on closing either, as by mod_reqtimeout itself.
task<apr_status_t> request_client::wait_for_client()
{
    const auto allowed = account_.left();
    if (allowed && *allowed <= allowed->zero()) {
        apr_table_setn(request_->connection->notes, "short-lingering-close", "1");
        co_return APR_TIMEUP;
    }
    const counted_wait counted(account_);
    const auto rv = co_await waits_.more_input(
        {reading_since_, std::chrono::microseconds(request_->server->timeout),
         allowed.value_or(deadline::clock::duration::max())});
    co_return rv;
}

task<result<client::body_piece>> request_client::read_body()
{
    if (is_held_back_) {
        is_held_back_ = false;
        if (!held_body_.empty() || read_all_)
            co_return body_piece{held_body_, read_all_};
    }
    reading_since_ = deadline::clock::now();
    const auto piece = co_await read_piece();
    co_return piece;
}

// A piece as next_piece() has it, on the account of this request, to be given out.
result<client::body_piece> request_client::counted(const result<body_piece>& piece)
{
    if (!piece)
        return piece;
    has_given_out_ = !piece->bytes.empty();
    // The client has sent its body unasked; otherwise httpd would close the connection.
    if (!piece->bytes.empty())
        request_->expecting_100 = 0;
    taken_ += static_cast<apr_off_t>(piece->bytes.size());
    account_.received(piece->bytes.size());
    if (limit_ > 0 && taken_ > limit_)
        return failure{reason::client_body_too_large, {}, "LimitRequestBody"};
    return piece;
}

// On an engine. A thread reads as it always does.
std::optional<result<client::body_piece>> request_client::body_at_hand()
{
    if (is_held_back_ || waits_.may_block() || !APR_BRIGADE_EMPTY(in_))
        return std::nullopt;
    waits_.take_what_has_come();
    const auto rv = pull();
    if (rv != APR_SUCCESS && !APR_STATUS_IS_EAGAIN(rv))
        return input_failure(rv);
    if (APR_BRIGADE_EMPTY(in_))
        return std::nullopt;
    const auto piece = next_piece();
    if (piece && piece->bytes.empty() && !piece->last)
        return std::nullopt;
    return counted(piece);
}

task<result<client::body_piece>> request_client::read_piece()
{
    // What the last call gave out has been used. One that was cancelled gave out nothing.
    if (std::exchange(has_given_out_, false))
        apr_bucket_delete(APR_BRIGADE_FIRST(in_));
    for (;;) {
        const auto next = next_piece();
        if (next && next->last && !apr_table_get(request_->headers_in, "Content-Length")) {
            const bool meant = co_await waits_.is_end_meant();
            if (!meant)
                co_return failure{reason::client_gone, {}, "the stream was reset"};
        }
        if (!next || !next->bytes.empty() || next->last)
            co_return counted(next);
        const auto rv = pull();
        if (rv != APR_SUCCESS && !APR_STATUS_IS_EAGAIN(rv))
            co_return input_failure(rv);
        if (!APR_BRIGADE_EMPTY(in_))
            continue;
        if (invited_)
            allow_body();
        const auto waited = co_await wait_for_client();
        if (waited != APR_SUCCESS)
            co_return input_failure(waited);
    }
}

} // namespace v6front
