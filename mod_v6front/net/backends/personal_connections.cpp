// SPDX-License-Identifier: Apache-2.0

#include "personal_connections.hpp"

#include <algorithm>

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

void personal_connections::claim::note_login() noexcept
{
    if (!in_)
        return;
    const std::lock_guard lock(in_->mutex_);
    auto& places = in_->places_;
    // One login of each identity: whoever comes second keeps nothing, and its client asks again.
    const bool is_second = std::any_of(places.begin(), places.end(), [this](const place& p) {
        return p.which == kind::login && p.number != number_ && p.of == of_;
    });
    if (!is_second) {
        in_->numbered(number_)->which = kind::login;
        return;
    }
    std::erase_if(places, [this](const place& p) { return p.number == number_; });
    in_ = nullptr;
}

personal_connections::~personal_connections()
{
    end();
}

std::optional<personal_connections::taken> personal_connections::take(
    const backend& to, std::span<const endpoint> among, milliseconds patience,
    const connection_terms& terms, milliseconds idle)
{
    const auto give_up = clock::now() + patience;
    const wanted w{to, among, terms, idle};
    std::unique_lock lock(mutex_);
    for (;;) {
        auto* personal = login(w);
        while (personal && !personal->socket.is_open()) {
            if (personal->user == std::this_thread::get_id() ||
                changed_.wait_until(lock, give_up) == std::cv_status::timeout)
                return std::nullopt;
            personal = login(w);
        }
        if (!personal)
            personal = named(w);
        if (!personal)
            return std::nullopt;
        auto socket = std::move(personal->socket);
        personal->user = std::this_thread::get_id();
        const auto idle_for =
            std::chrono::duration_cast<milliseconds>(clock::now() - personal->idle_since);
        const auto of = personal->of;
        const auto number = personal->number;
        const auto which = personal->which;
        if (socket.is_silent())
            return taken{claim(*this, of, number), std::move(socket), which, idle_for};
        lock.unlock();
        release(number, {});
        if (which == kind::login)
            return std::nullopt;
        lock.lock();
    }
}

personal_connections::claim personal_connections::reserve(const connection_identity& of, kind which)
{
    const std::lock_guard lock(mutex_);
    const auto is_same = [&of](const place& p) { return p.which == kind::login && p.of == of; };
    if (ended_ || (which == kind::login && std::any_of(places_.begin(), places_.end(), is_same)))
        return {};
    places_.push_back({of, next_number_, which, {}, std::this_thread::get_id()});
    return {*this, of, next_number_++};
}

void personal_connections::end() noexcept
{
    const std::lock_guard lock(mutex_);
    ended_ = true;
    std::erase_if(places_, [](const place& p) { return p.socket.is_open(); });
}

std::vector<personal_state> personal_connections::snapshot() const
{
    const std::lock_guard lock(mutex_);
    std::vector<personal_state> all;
    for (const auto& p : places_)
        all.push_back({p.of, !p.socket.is_open()});
    return all;
}

bool personal_connections::wanted::matches(const place& p) const
{
    return p.of.terms == terms && std::any_of(among.begin(), among.end(), [&](const endpoint& at) {
               return p.of == to.identity(at, terms);
           });
}

personal_connections::place* personal_connections::login(const wanted& w) noexcept
{
    for (auto& p : places_)
        if (p.which == kind::login && w.matches(p))
            return &p;
    return nullptr;
}

// The one used last.
personal_connections::place* personal_connections::named(const wanted& w) noexcept
{
    place* last = nullptr;
    const auto now = clock::now();
    for (auto& p : places_)
        if (p.which == kind::named && p.socket.is_open() && now - p.idle_since < w.idle &&
            (!last || p.idle_since > last->idle_since) && w.matches(p))
            last = &p;
    return last;
}

personal_connections::place* personal_connections::numbered(unsigned number) noexcept
{
    const auto found = std::find_if(places_.begin(), places_.end(),
                                    [number](const place& p) { return p.number == number; });
    return found == places_.end() ? nullptr : &*found;
}

// Of those that are only named, what their sites have ended goes, and what has been idle for too
// long; then the one used longest ago, where there are enough.
void personal_connections::make_room() noexcept
{
    const auto now = clock::now();
    std::size_t idle = 0;
    std::erase_if(places_, [&](place& p) {
        if (p.which != kind::named || !p.socket.is_open())
            return false;
        const bool goes = now - p.idle_since >= longest_named || !p.socket.is_silent();
        idle += goes ? 0 : 1;
        return goes;
    });
    if (idle < max_named)
        return;
    auto* oldest = &places_.front();
    for (auto& p : places_)
        if (p.which == kind::named && p.socket.is_open() &&
            (oldest->which != kind::named || !oldest->socket.is_open() ||
             p.idle_since < oldest->idle_since))
            oldest = &p;
    places_.erase(places_.begin() + (oldest - places_.data()));
}

void personal_connections::release(unsigned number, detached_socket socket) noexcept
{
    {
        const std::lock_guard lock(mutex_);
        if (socket.is_open() && !ended_) {
            if (numbered(number)->which == kind::named)
                make_room();
            auto& at = *numbered(number);
            at.idle_since = clock::now();
            at.socket = std::move(socket);
        } else {
            std::erase_if(places_, [number](const place& p) { return p.number == number; });
        }
    }
    changed_.notify_all();
}

} // namespace v6front
