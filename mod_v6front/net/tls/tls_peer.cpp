// SPDX-License-Identifier: Apache-2.0

#include "tls_peer.hpp"

#include "core/rules/backend_url.hpp"
#include "tls_session.hpp"

#include <openssl/ssl.h>

#include <new>

namespace v6front
{

tls_peer::tls_peer(std::shared_ptr<const tls_settings> how, std::string name)
    : how_(std::move(how)), name_(std::move(name)), is_address_(parse_ipv4(name_).has_value())
{
    // The dot at the end of a complete name is neither in certificates nor in SNI (RFC 6066 3).
    if (name_.ends_with('.'))
        name_.pop_back();
}

std::unique_ptr<tls_session> tls_peer::begin(int socket, const endpoint& at) const
{
    std::unique_ptr<ssl_st, decltype(&SSL_free)> ssl(SSL_new(how_->context()), SSL_free);
    if (!ssl)
        return nullptr;
    try {
        auto made = std::make_unique<tls_session>(ssl.get(), *this, sessions_, socket, at);
        [[maybe_unused]] const auto* its_own = ssl.release(); // the session's
        return made;
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}

} // namespace v6front
