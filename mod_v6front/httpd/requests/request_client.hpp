// SPDX-License-Identifier: Apache-2.0
//
// The client of an exchange over httpd's request_rec: body in from its input filters, response out
// through its output filters as bucket brigades. Lives as long as the exchange; never allocates
// from the request's pool while a body passes.
#pragma once

#include "core/decisions/body_pieces.hpp"
#include "core/decisions/read_time.hpp"
#include "net/exchange/client.hpp"
#include "net/loop/deadline.hpp"
#include "httpd/base/apache.hpp"
#include "client_tunnel.hpp"
#include "client_waits.hpp"

#include <algorithm>
#include <optional>

namespace v6front
{

class request_client final : public client
{
public:
    static constexpr std::size_t piece_size = 64 * 1024; // of a request's body

    request_client(request_rec* r, client_waits& waits);
    ~request_client() override;

    task<result<body_piece>> read_body() override;
    std::optional<result<body_piece>> body_at_hand() override;
    void invite_body() override { invited_ = true; }
    field_list trailers() const override;
    void send_interim(const response_head& head) override;
    upgraded_client* switch_protocols(const response_head& head) override;
    void send_head(const response_head& head) override;
    std::span<char> body_space(std::size_t most) override;
    result<void> send_body(std::size_t n, flow next) override;
    bool takes_trailers() const override;
    void send_trailers(std::span<const field> trailers) override;
    void watch_for_departure(std::function<void()> gone) override;
    bool has_departed() const override;
    bool is_behind() const override;
    task<result<void>> caught_up() override;

    // Before the exchange, where a filter of httpd may change the body
    // (httpd/requests/content_filters.hpp): reads it until its true length is known, or
    // at least that the filter has said in the request's fields what it does (mod_deflate takes
    // Content-Encoding away).
    bool has_changing_body() const;
    task<void> read_ahead();
    struct body_ahead {
        std::optional<failure> failed{};
        std::optional<std::uint64_t> length{}; // of all of it
        bool is_unknown = false; // the length that the client has announced is not its
    };
    const body_ahead& ahead() const noexcept { return ahead_; }

    // After the exchange: the end of a whole response, or of one that broke off, which the client
    // must be able to tell from a whole one.
    void finish();
    void break_off();
    // Something of the response has been handed to httpd.
    bool has_begun() const noexcept { return tunnel_ || request_->sent_bodyct; }
    // The request's body has been read to its end.
    bool has_read_all() const noexcept { return read_all_; }

private:
    result<body_piece> next_piece();
    result<body_piece> counted(const result<body_piece>& piece);
    task<result<body_piece>> read_piece();
    task<apr_status_t> wait_for_client();
    apr_status_t pull();
    void allow_body();
    void reset_connection();
    apr_status_t pass_all();
    result<void> pass();

    request_rec* request_;
    client_waits& waits_;
    apr_bucket_brigade* in_;
    apr_bucket_brigade* out_;
    char* space_ = nullptr; // from the connection's bucket allocator, becomes a bucket
    std::size_t space_size_ = 0;
    body_pieces pieces_;   // of the response's
    std::size_t held_ = 0; // octets in out_
    apr_off_t expected_ = -1;
    apr_off_t sent_ = 0;  // octets of the response's body, held ones too
    apr_off_t taken_ = 0; // octets of the request's body so far
    apr_off_t limit_; // LimitRequestBody, which HTTP_IN does not apply to proxied requests; 0: none
    body_account account_;
    deadline::clock::time_point reading_since_ = deadline::clock::now();
    body_ahead ahead_;
    bool has_given_out_ = false; // the first bucket of in_
    std::string held_body_;      // read ahead
    bool is_held_back_ = false;  // and not yet given out
    bool read_all_ = false;
    bool invited_ = false; // a client that waits for it may have its "100 Continue"
    std::optional<client_tunnel> tunnel_;
};

} // namespace v6front
