// SPDX-License-Identifier: Apache-2.0
//
// How long a client may take for a request's body: the rule of mod_reqtimeout's
// "RequestReadTimeout body=", and the account of one request against it. That module counts from
// the body's first octet, and so against the client what a site takes to accept it; this counts the
// time in which the client alone is waited for.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace v6front
{

struct body_time {
    std::chrono::seconds first{20}; // 0: no limit
    std::chrono::seconds most{0};   // 0: as much as the octets bring
    unsigned min_rate = 500;        // this many octets add a second; 0: none do
    bool operator==(const body_time&) const = default;
};

// "body=20-40,MinRate=500", as it stands in the directive. Nothing for another stage, and for what
// mod_reqtimeout itself refuses.
std::optional<body_time> parse_body_time(std::string_view word);

// Part of one request's reader, on its thread.
class body_account
{
public:
    using duration = std::chrono::steady_clock::duration;

    explicit body_account(const body_time& rule) : rule_(rule) {}
    void waited(duration for_client) noexcept { waited_ += for_client; }
    void received(std::uint64_t octets) noexcept { octets_ += octets; }
    // Nothing where there is no limit.
    std::optional<duration> left() const noexcept;

private:
    body_time rule_;
    duration waited_{};
    std::uint64_t octets_ = 0;
};

} // namespace v6front
