// SPDX-License-Identifier: Apache-2.0
//
// What the error log says of one exchange: its failure, a site that is slow, and with LogLevel
// v6front:debug or trace1 its life, each line with the request's id. On the stack beside the order.
#pragma once

#include "net/exchange/follower.hpp"
#include "net/exchange/order.hpp"
#include "net/shared/said_table.hpp"
#include "routing.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace v6front
{

// Wanted if the request's log takes such lines.
bool follows_exchanges(const request_rec* r);

class exchange_lines : public exchange_follower
{
public:
    exchange_lines(const request_rec* r, const routed_request& decision, std::string_view id);

    void waits_for_turn() override;
    void has_addresses(std::span<const endpoint> candidates) override;
    void has_connection(const outcome& so_far) override;
    void has_interim(int status) override;
    void has_head(const outcome& so_far, int status) override;
    void has_failed(const outcome& so_far, bool again) override;
    void has_ended(const outcome& ended, std::chrono::microseconds total) const;

private:
    void say(const std::string& text) const; // trace1

    const request_rec* request_;
    std::string id_;
};

// One line for each failure: with whom, in which phase, what, and what the client gets.
void log_failure(const request_rec* r, const routed_request& decision, const outcome& ended);
// A tunnel that both sides have closed is worth no line.
void log_tunnel(const request_rec* r, const routed_request& decision, const tunnel_end& end,
                const outcome& ended);
// A backend whose first byte was late: one line a minute for each, by all processes together.
void log_slow_backend(const request_rec* r, const routed_request& decision,
                      const exchange_rules& rules, const outcome& ended, said_table& said);

} // namespace v6front
