// SPDX-License-Identifier: Apache-2.0
//
// How long a client may take for a request's head, and for its body: the rules of mod_reqtimeout's
// RequestReadTimeout, and the account of one body against its rule. That module counts from the
// body's first octet, and so against the client what a site takes to accept it; this counts the
// time in which the client alone is waited for.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace v6front
{

struct read_time {
    std::chrono::seconds first{20}; // 0: no limit
    std::chrono::seconds most{0};   // 0: as much as the octets bring
    unsigned min_rate = 500;        // this many octets add a second; 0: none do
    bool operator==(const read_time&) const = default;

    // In all, by when so many octets have come. Nothing where there is no limit.
    std::optional<std::chrono::steady_clock::duration> allowed(std::uint64_t octets) const noexcept;
};

// "body=20-40,MinRate=500", as it stands in the directive, for the stage "body". Nothing for
// another stage, and for what mod_reqtimeout itself refuses.
std::optional<read_time> parse_read_time(std::string_view word, std::string_view stage);

// Part of one request's reader, on its thread.
class body_account
{
public:
    using duration = std::chrono::steady_clock::duration;

    explicit body_account(const read_time& rule) : rule_(rule) {}
    void waited(duration for_client) noexcept { waited_ += for_client; }
    void received(std::uint64_t octets) noexcept { octets_ += octets; }
    // Nothing where there is no limit.
    std::optional<duration> left() const noexcept;

private:
    read_time rule_;
    duration waited_{};
    std::uint64_t octets_ = 0;
};

} // namespace v6front
