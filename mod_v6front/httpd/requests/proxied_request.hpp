// SPDX-License-Identifier: Apache-2.0
//
// One routed request put into an order for the exchange, and the exchange's outcome put into
// httpd's terms: status, log line, notes. Shared by both ways to run; on the stack of the function
// that runs it.
#pragma once

#include "core/edits/cookies.hpp"
#include "core/edits/reverse.hpp"
#include "net/exchange/exchange.hpp"
#include "httpd/process/services.hpp"
#include "exchange_lines.hpp"
#include "request_client.hpp"
#include "routing.hpp"

namespace v6front
{

class proxied_request
{
public:
    // `asker` has read ahead, if it has to.
    proxied_request(request_rec* r, const routed_request& decision, services& shared,
                    const request_client& asker);
    proxied_request(const proxied_request&) = delete;

    const exchange_order& order() const noexcept { return order_; }

    // After run_exchange: logs, notes, and ends the response where one was begun. Gives what a
    // handler returns: OK when the client has its answer (or visibly the lack of one), else the
    // status to die with.
    int conclude(request_client& client, const outcome& ended) const;

private:
    void gather_fields(const request_client& asker);
    void describe_way();
    void tell_pseudo(bool is_list);
    void frame_body(const request_client::body_ahead& known);
    bool has_place() const;
    void forward_references();
    int give_own_page(const outcome& ended) const;
    int leave_unanswered(int status) const;
    std::chrono::microseconds time_passed() const;

    request_rec* request_;
    const routed_request& decision_;
    said_table* said_;
    field_list fields_;
    bool has_references_ = false; // Destination or If
    exchange_rules rules_;
    reverse_map reverse_;
    cookie_map cookies_;
    exchange_order order_;
    std::optional<exchange_lines> lines_; // for an operator who follows it
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    site_counters::flight flight_;
};

// The whole of it on a borrowed thread: httpd's filters may block, and only this thread waits.
int run_borrowed(request_rec* r, const routed_request& decision, services& shared);

} // namespace v6front
