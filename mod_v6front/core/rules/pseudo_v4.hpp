// SPDX-License-Identifier: Apache-2.0
//
// V6FrontPseudoV4: whether and how a site that cannot digest IPv6 addresses gets an IPv4 address
// for each client. Made while the configuration is read, immutable afterwards.
#pragma once

#include "core/base/ip_address.hpp"
#include "core/base/member_count.hpp"
#include "key_rows.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace v6front
{

struct pseudo_v4_rule {
    std::string key;                                  // the file's name
    ip_prefix range{v4_address({240, 0, 0, 0}), 100}; // of the addresses that are made
    unsigned prefix = 64;           // clients with these first bits in common are one
    std::vector<ip_prefix> nat64{}; // behind these is an IPv4 address (RFC 6052)
};

ip_prefix parse_pseudo_range(std::string_view key, std::string_view value);
unsigned parse_pseudo_prefix(std::string_view key, std::string_view value);
std::vector<ip_prefix> parse_nat64(std::string_view key, std::string_view value);
std::string parse_key_file(std::string_view key, std::string_view value);

inline constexpr std::tuple pseudo_v4_rows{
    key_row<pseudo_v4_rule, std::string>{"key", &pseudo_v4_rule::key, parse_key_file},
    key_row<pseudo_v4_rule, ip_prefix>{"range", &pseudo_v4_rule::range, parse_pseudo_range},
    key_row<pseudo_v4_rule, unsigned>{"prefix", &pseudo_v4_rule::prefix, parse_pseudo_prefix},
    key_row<pseudo_v4_rule, std::vector<ip_prefix>>{"nat64", &pseudo_v4_rule::nat64, parse_nat64},
};
static_assert(member_count<pseudo_v4_rule>() == std::tuple_size_v<decltype(pseudo_v4_rows)>);

// Sets one key of `key=value`. Throws setting_error, naming key, value and what would be right.
void set_option(pseudo_v4_rule& rule, std::string_view key_value);

enum class pseudo_v4_mode {
    off,
    add,      // in a field of its own
    overwrite // in X-Forwarded-For, and the true address in a field of its own
};
pseudo_v4_mode parse_pseudo_v4_mode(std::string_view value);

// Of the hash, SipHash.
using pseudo_v4_key = std::array<unsigned char, 16>;

// The key that a file's text is: 32 hexadecimal digits, and blanks or line ends around them. Throws
// setting_error with `file`, what is wrong and the command that makes one; never with the text.
pseudo_v4_key parse_pseudo_v4_key(std::string_view text, std::string_view file);

} // namespace v6front
