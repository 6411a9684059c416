// SPDX-License-Identifier: Apache-2.0
//
// A request's body that passes filters which may change it: read ahead of the exchange, so that
// what the site is told of it is true.

#include "httpd/base/http2_stream.hpp"
#include "content_filters.hpp"
#include "request_client.hpp"

namespace v6front
{

bool request_client::has_changing_body() const
{
    return may_change_body(request_) && !request_->main && ap_request_has_body(request_) &&
           !(is_http2_stream(request_->connection) && client_tunnel::is_possible(request_));
}

// As much as fits into memory without harm: beyond that a body is sent in chunks, or as bufferbody=
// says. One that came in chunks stays so, and no more is needed than its beginning.
task<void> request_client::read_ahead()
{
    const auto* fields = request_->headers_in;
    const char* announced = apr_table_get(fields, "Content-Length");
    const std::size_t most = announced ? piece_size : 1;
    invited_ = true;
    is_held_back_ = true;
    bool last = false;
    while (!last && held_body_.size() < most) {
        const auto piece = co_await read_piece();
        if (!piece) {
            ahead_.failed = piece.error();
            co_return;
        }
        held_body_ += piece->bytes;
        last = piece->last;
        // It had nothing to do, and has stepped aside.
        if (!may_change_body(request_) && apr_table_get(fields, "Content-Length") == announced)
            co_return;
    }
    if (announced && last)
        ahead_.length = held_body_.size();
    ahead_.is_unknown = announced && !last;
}

} // namespace v6front
