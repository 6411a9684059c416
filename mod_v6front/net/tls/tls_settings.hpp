// SPDX-License-Identifier: Apache-2.0
//
// One V6FrontTLS, ready for use: OpenSSL's context with the CAs, the certificate of this server,
// the versions and ciphers. All files are read when it is made, by root, at the start.
//
// Life: made while the configuration is read, const from then on, for any thread. Lives as long as
// the configuration.
#pragma once

#include "core/rules/tls_rule.hpp"

struct ssl_ctx_st;

namespace v6front
{

class tls_settings
{
public:
    // Throws setting_error: which file, and what is wrong with it.
    explicit tls_settings(const tls_rule& rule);
    ~tls_settings();
    tls_settings(const tls_settings&) = delete;
    tls_settings& operator=(const tls_settings&) = delete;

    const tls_rule& rule() const noexcept { return rule_; }
    ssl_ctx_st* context() const noexcept { return context_; }
    // "2026-11-28 12:00:00 UTC" if the certificate of this server was valid until then only.
    std::string own_expired() const;
    // Where the CAs of the system are looked for, if this wants them and there is none.
    std::string missing_cas() const;

private:
    void read_cas();
    void read_own();

    tls_rule rule_;
    ssl_ctx_st* context_ = nullptr;
};

} // namespace v6front
