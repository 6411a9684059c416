// SPDX-License-Identifier: Apache-2.0
//
// How a site is spoken to over TLS, as the operator says it with V6FrontTLS: what its certificate
// must be, what this server shows of itself, and how old the protocol may be.
#pragma once

#include "core/base/member_count.hpp"
#include "key_rows.hpp"

namespace v6front
{

enum class tls_version : std::uint8_t { v1_0, v1_1, v1_2, v1_3 };

struct tls_rule {
    bool verify = true;
    std::string ca;   // a file; empty: the CAs of the system
    std::string cert; // files of what this server shows; empty: nothing
    std::string key;
    std::string name; // which the certificate has to have; empty: the host of the URL
    tls_version least = tls_version::v1_2;
    bool legacy = false; // a site without secure renegotiation (RFC 5746)

    // Weak keys, hashes and ciphers go with these.
    bool takes_old_protocols() const noexcept { return least < tls_version::v1_2; }
};

std::string parse_file_name(std::string_view key, std::string_view value);
std::string parse_tls_name(std::string_view key, std::string_view value);
tls_version parse_tls_version(std::string_view key, std::string_view value);

inline constexpr std::tuple tls_rows{
    key_row<tls_rule, bool>{"verify", &tls_rule::verify, parse_on_off},
    key_row<tls_rule, std::string>{"ca", &tls_rule::ca, parse_file_name},
    key_row<tls_rule, std::string>{"cert", &tls_rule::cert, parse_file_name},
    key_row<tls_rule, std::string>{"key", &tls_rule::key, parse_file_name},
    key_row<tls_rule, std::string>{"name", &tls_rule::name, parse_tls_name},
    key_row<tls_rule, tls_version>{"protocol", &tls_rule::least, parse_tls_version},
    key_row<tls_rule, bool>{"legacy", &tls_rule::legacy, parse_on_off},
};
static_assert(member_count<tls_rule>() == std::tuple_size_v<decltype(tls_rows)>);

// Sets one of these keys. Throws setting_error, naming key, value and what would be right.
void set_option(tls_rule& rule, std::string_view key_value);

// When all keys are set: throws setting_error for those that do not fit together. A certificate
// without key= has its key in the same file.
void complete(tls_rule& rule);

// "1.2".
std::string_view to_string(tls_version version) noexcept;

} // namespace v6front
