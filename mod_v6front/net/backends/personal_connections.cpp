// SPDX-License-Identifier: Apache-2.0

#include "personal_connections.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/socket.h>
#include <unistd.h>

namespace v6front
{

namespace
{

// What a site has said since, or its end, would be taken for the answer to what is asked next.
bool is_silent(int socket) noexcept
{
    char octet = 0;
    const auto n = ::recv(socket, &octet, 1, MSG_PEEK | MSG_DONTWAIT);
    return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

} // namespace

personal_connections::claim::~claim()
{
    if (in_)
        in_->release(of_, -1);
}

void personal_connections::claim::keep(int socket) noexcept
{
    if (auto* in = std::exchange(in_, nullptr))
        in->release(of_, socket);
    else if (socket >= 0)
        ::close(socket);
}

personal_connections::~personal_connections()
{
    end();
}

std::optional<personal_connections::taken> personal_connections::take(
    const backend& to, std::span<const endpoint> among, std::chrono::milliseconds patience)
{
    const auto give_up = std::chrono::steady_clock::now() + patience;
    std::unique_lock lock(mutex_);
    auto* own = find(to, among);
    while (own && own->socket < 0) {
        if (own->user == std::this_thread::get_id() ||
            changed_.wait_until(lock, give_up) == std::cv_status::timeout)
            return std::nullopt;
        own = find(to, among);
    }
    if (!own)
        return std::nullopt;
    const int socket = std::exchange(own->socket, -1);
    const auto of = own->of;
    own->user = std::this_thread::get_id();
    lock.unlock();
    if (is_silent(socket))
        return taken{claim(*this, of), socket};
    ::close(socket);
    release(of, -1);
    return std::nullopt;
}

personal_connections::claim personal_connections::reserve(const connection_identity& of)
{
    const std::lock_guard lock(mutex_);
    if (ended_ || find(of))
        return {};
    places_.push_back({of, -1, std::this_thread::get_id()});
    return {*this, of};
}

void personal_connections::end() noexcept
{
    const std::lock_guard lock(mutex_);
    ended_ = true;
    std::erase_if(places_, [](const place& p) { return p.socket >= 0 && ::close(p.socket) == 0; });
}

std::vector<personal_state> personal_connections::snapshot() const
{
    const std::lock_guard lock(mutex_);
    std::vector<personal_state> all;
    for (const auto& p : places_)
        all.push_back({p.of, p.socket < 0});
    return all;
}

personal_connections::place* personal_connections::find(const connection_identity& of) noexcept
{
    const auto found =
        std::find_if(places_.begin(), places_.end(), [&of](const place& p) { return p.of == of; });
    return found == places_.end() ? nullptr : &*found;
}

personal_connections::place* personal_connections::find(const backend& to,
                                                        std::span<const endpoint> among) noexcept
{
    for (auto& p : places_)
        for (const auto& at : among)
            if (p.of == to.identity(at))
                return &p;
    return nullptr;
}

void personal_connections::release(const connection_identity& of, int socket) noexcept
{
    {
        const std::lock_guard lock(mutex_);
        if (socket >= 0 && !ended_) {
            find(of)->socket = socket;
        } else {
            if (socket >= 0)
                ::close(socket);
            std::erase_if(places_, [&of](const place& p) { return p.of == of; });
        }
    }
    changed_.notify_all();
}

} // namespace v6front
