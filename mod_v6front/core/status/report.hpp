// SPDX-License-Identifier: Apache-2.0
//
// All that the status page says at one moment, as plain values. Gathered by httpd/status, written
// in one of four forms by status_forms.
#pragma once

#include "core/base/version.hpp"
#include "traffic.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace v6front
{

// Milliseconds since 1970; 0: never, or not known.
using wall_time = std::int64_t;

struct reported_check {
    enum class state : std::uint8_t { unknown, passing, failing };
    state now = state::unknown;
    wall_time since = 0; // it fails
    std::string why{};
    wall_time last = 0; // it was made
};

struct reported_address {
    enum class state : std::uint8_t {
        none,    // what came to no address
        unused,  // no attempt so far
        up,      // the last one got a response
        failing, // the last one got none; the address is used all the same
        avoided, // while another one works
        former   // the site has it no longer
    };
    std::string address{}; // "192.0.2.1:80"
    state now = state::none;
    wall_time since = 0;
    std::string reason{}; // of one that is failing or avoided: an identifier, and words
    std::string why{};
    std::uint32_t in_use = 0; // connections, for all sites at this address
    std::uint32_t idle = 0;
    traffic numbers{};
    std::optional<reported_check> check{};
};

struct reported_limit {
    std::string rule; // as it was written
    std::uint32_t max = 0;
    std::uint32_t in_flight = 0;
    std::uint32_t queue = 0;
    std::uint32_t waiting = 0;
};

struct reported_site {
    std::string server;  // ServerName
    std::string backend; // "http://www.example.org"
    bool tls = false;
    std::vector<std::string> rules{};
    std::uint32_t in_flight = 0;
    std::uint32_t waiting = 0;
    std::vector<reported_limit> limits{};
    std::vector<reported_address> addresses{};
};

struct reported_name {
    enum class state : std::uint8_t { unknown, found, failing };
    std::string name;
    std::vector<std::string> addresses{};
    std::optional<std::uint64_t> age{}; // seconds, of these
    state now = state::unknown;
    std::string reason{};
    std::string why{};
};

struct reported_engine {
    unsigned number = 0;
    std::uint32_t connections = 0; // of clients
    std::uint32_t idle = 0;        // to sites
    std::uint64_t kept = 0;        // octets of memory, for what comes next
    std::uint64_t lag = 0;         // microseconds
    std::uint64_t lag_max = 0;
};

struct reported_process {
    unsigned slot = 0; // stays small
    std::int64_t pid = 0;
    int generation = 0;
    std::uint64_t memory = 0; // octets
    std::vector<reported_engine> engines{};
};

struct status_report {
    std::string_view version = v6front::version;
    wall_time now = 0;
    wall_time started = 0;
    wall_time counts_from = 0;
    int generation = 0;
    std::vector<reported_site> sites{};
    std::vector<reported_name> names{};
    std::vector<reported_process> processes{};
};

std::string_view to_string(reported_check::state s) noexcept;
std::string_view to_string(reported_address::state s) noexcept;
std::string_view to_string(reported_name::state s) noexcept;

// Of an address that requests go to now: whether its last attempt got a response.
constexpr bool is_current(reported_address::state s) noexcept
{
    return s != reported_address::state::none && s != reported_address::state::former;
}
constexpr bool is_well(reported_address::state s) noexcept
{
    return s == reported_address::state::up || s == reported_address::state::unused;
}

} // namespace v6front
