// SPDX-License-Identifier: Apache-2.0

#include "personal_connections.hpp"

#include <algorithm>

namespace v6front
{

personal_connections::claim::~claim()
{
    if (in_)
        in_->release(of_, {});
}

void personal_connections::claim::keep(detached_socket socket) noexcept
{
    if (auto* in = std::exchange(in_, nullptr))
        in->release(of_, std::move(socket));
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
    while (own && !own->socket.is_open()) {
        if (own->user == std::this_thread::get_id() ||
            changed_.wait_until(lock, give_up) == std::cv_status::timeout)
            return std::nullopt;
        own = find(to, among);
    }
    if (!own)
        return std::nullopt;
    auto socket = std::move(own->socket);
    const auto of = own->of;
    own->user = std::this_thread::get_id();
    lock.unlock();
    if (socket.is_silent())
        return taken{claim(*this, of), std::move(socket)};
    release(of, {});
    return std::nullopt;
}

personal_connections::claim personal_connections::reserve(const connection_identity& of)
{
    const std::lock_guard lock(mutex_);
    if (ended_ || find(of))
        return {};
    places_.push_back({of, {}, std::this_thread::get_id()});
    return {*this, of};
}

void personal_connections::end() noexcept
{
    const std::lock_guard lock(mutex_);
    ended_ = true;
    std::erase_if(places_, [](const place& p) { return p.socket.is_open(); });
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

void personal_connections::release(const connection_identity& of, detached_socket socket) noexcept
{
    {
        const std::lock_guard lock(mutex_);
        if (socket.is_open() && !ended_)
            find(of)->socket = std::move(socket);
        else
            std::erase_if(places_, [&of](const place& p) { return p.of == of; });
    }
    changed_.notify_all();
}

} // namespace v6front
