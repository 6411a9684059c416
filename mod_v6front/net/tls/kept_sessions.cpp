// SPDX-License-Identifier: Apache-2.0

#include "kept_sessions.hpp"

#include <openssl/ssl.h>

namespace v6front
{

void kept_sessions::free_session::operator()(ssl_session_st* session) const noexcept
{
    SSL_SESSION_free(session);
}

void kept_sessions::keep(const endpoint& at, kept session)
{
    const std::lock_guard lock(mutex_);
    if (by_address_.size() >= max_addresses && !by_address_.contains(at))
        by_address_.clear();
    auto& own = by_address_[at];
    if (own.size() >= max_of_address)
        own.erase(own.begin());
    own.push_back(std::move(session));
}

kept_sessions::kept kept_sessions::take(const endpoint& at)
{
    const std::lock_guard lock(mutex_);
    const auto found = by_address_.find(at);
    if (found == by_address_.end())
        return {};
    auto& own = found->second;
    const auto now = std::time(nullptr);
    std::erase_if(own, [now](const kept& k) { return k.valid_until <= now; });
    if (own.empty())
        return {};
    if (own.size() == 1) {
        SSL_SESSION_up_ref(own[0].session.get());
        return {std::unique_ptr<ssl_session_st, free_session>(own[0].session.get()),
                own[0].valid_until};
    }
    auto taken = std::move(own.back());
    own.pop_back();
    return taken;
}

} // namespace v6front
