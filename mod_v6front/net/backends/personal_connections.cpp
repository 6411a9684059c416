// SPDX-License-Identifier: Apache-2.0

#include "personal_connections.hpp"

#include <algorithm>
#include <new>

namespace v6front
{

personal_connections::claim::~claim()
{
    if (in_)
        in_->release(number_, {});
}

void personal_connections::claim::keep(detached_socket socket) noexcept
{
    if (auto* in = std::exchange(in_, nullptr))
        in->release(number_, std::move(socket));
}

personal_connections::personal_connections(std::shared_ptr<client_pool> idle)
    : idle_(idle ? std::move(idle) : std::make_shared<client_pool>())
{
}

personal_connections::~personal_connections()
{
    end();
}

std::optional<personal_connections::taken> personal_connections::take(
    const backend& to, std::span<const endpoint> among, milliseconds patience,
    const connection_terms& terms)
{
    const auto give_up = clock::now() + patience;
    std::unique_lock lock(mutex_);
    auto* personal = find(to, among, terms);
    while (personal && personal->in_use) {
        if (personal->user == std::this_thread::get_id() ||
            changed_.wait_until(lock, give_up) == std::cv_status::timeout)
            return std::nullopt;
        personal = find(to, among, terms);
    }
    if (!personal)
        return std::nullopt;
    auto socket = idle_->take_login(this, personal->of);
    if (!socket) { // its site has ended it
        remove(personal->number);
        lock.unlock();
        changed_.notify_all();
        return std::nullopt;
    }
    personal->in_use = true;
    personal->user = std::this_thread::get_id();
    return taken{claim(*this, personal->of, personal->number), std::move(*socket)};
}

personal_connections::claim personal_connections::reserve(const connection_identity& of)
{
    const std::lock_guard lock(mutex_);
    // One of which its site has ended the connection is none.
    std::erase_if(places_, [&](const place& p) {
        return p.of == of && !p.in_use && !idle_->has_login(this, of);
    });
    const bool is_second =
        std::any_of(places_.begin(), places_.end(), [&of](const place& p) { return p.of == of; });
    if (ended_ || is_second)
        return {};
    places_.push_back({of, next_number_});
    return {*this, of, next_number_++};
}

void personal_connections::keep_named(const connection_identity& of, detached_socket socket,
                                      std::uint32_t most)
{
    const std::lock_guard lock(mutex_);
    if (!ended_)
        idle_->put_named(this, of, std::move(socket), most);
}

void personal_connections::end() noexcept
{
    const std::lock_guard lock(mutex_);
    ended_ = true;
    std::erase_if(places_, [](const place& p) { return !p.in_use; });
    idle_->end_client(this);
}

std::vector<personal_state> personal_connections::snapshot() const
{
    const std::lock_guard lock(mutex_);
    std::vector<personal_state> all;
    all.reserve(places_.size());
    for (const auto& p : places_)
        all.push_back({p.of, p.in_use});
    return all;
}

personal_connections::place* personal_connections::find(const backend& to,
                                                        std::span<const endpoint> among,
                                                        const connection_terms& terms)
{
    for (auto& p : places_)
        if (p.of.terms == terms && std::any_of(among.begin(), among.end(), [&](const endpoint& at) {
                return p.of == to.identity(at, terms);
            }))
            return &p;
    return nullptr;
}

void personal_connections::remove(unsigned number) noexcept
{
    std::erase_if(places_, [number](const place& p) { return p.number == number; });
}

// False: there is no memory for it.
bool personal_connections::keep_idle(const place& at, detached_socket& socket) noexcept
{
    try {
        idle_->put_login(this, at.of, std::move(socket));
        return true;
    } catch (const std::bad_alloc&) {
        return false;
    }
}

void personal_connections::release(unsigned number, detached_socket socket) noexcept
{
    {
        const std::lock_guard lock(mutex_);
        const auto at = std::find_if(places_.begin(), places_.end(),
                                     [number](const place& p) { return p.number == number; });
        if (socket.is_open() && !ended_ && at != places_.end() && keep_idle(*at, socket))
            at->in_use = false;
        else
            remove(number);
    }
    changed_.notify_all();
}

} // namespace v6front
