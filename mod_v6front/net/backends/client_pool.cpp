// SPDX-License-Identifier: Apache-2.0

#include "client_pool.hpp"

#include <poll.h>

#include <new>
#include <set>
#include <utility>
#include <vector>

namespace v6front
{

namespace
{

// Those of the descriptors on which something has arrived, in one system call for all. A session of
// TLS with nothing to read in the socket has nothing else either: it was quiet when it became idle.
std::set<int> disturbed(std::vector<pollfd> idle)
{
    const bool failed = ::poll(idle.data(), idle.size(), 0) < 0;
    std::set<int> found;
    for (const auto& one : idle)
        if (failed || one.revents != 0)
            found.insert(one.fd);
    return found;
}

} // namespace

client_pool::client_pool(site_usage* usage, const pool_limits& limits)
    : limits_(limits),
      own_usage_(usage ? nullptr : std::make_unique<site_usage>()),
      usage_(usage ? *usage : *own_usage_)
{
}

client_pool::~client_pool()
{
    end();
}

client_pool::entries::iterator client_pool::find(client of, const connection_identity& wanted,
                                                 kind what)
{
    auto last = idle_.end();
    const auto [begin, end] = by_client_.equal_range(of);
    for (auto i = begin; i != end; ++i) {
        const auto& e = *i->second;
        if (e.what == what && e.identity == wanted &&
            (last == idle_.end() || e.idle_since >= last->idle_since))
            last = i->second;
    }
    return last;
}

// To be closed by the caller, who has no lock then.
void client_pool::move_out(entries::iterator e, entries& to)
{
    const auto [begin, end] = by_client_.equal_range(e->of);
    for (auto i = begin; i != end; ++i)
        if (i->second == e) {
            by_client_.erase(i);
            break;
        }
    if (e->what == kind::named)
        usage_.remove_idle(e->at);
    --(e->what == kind::named ? counts_.named : counts_.logins);
    to.splice(to.end(), idle_, e);
}

std::optional<detached_socket> client_pool::take_named(client of, const connection_identity& wanted,
                                                       bool must_last)
{
    for (;;) {
        entries taken;
        const auto now = clock::now();
        {
            const std::lock_guard lock(mutex_);
            const auto found = find(of, wanted, kind::named);
            if (found == idle_.end())
                return std::nullopt;
            move_out(found, taken);
        }
        auto& e = taken.front();
        const auto idle_for = e.idle_for(now);
        if (!e.socket.is_silent()) {
            usage_.note_closed(e.at, e.idle_for(e.seen_open));
            continue;
        }
        usage_.note_open(e.at, idle_for);
        if (must_last && !will_last(usage_, e.at, idle_for, e.socket.past.promised))
            return std::nullopt;
        e.socket.past.idle = idle_for;
        return std::move(e.socket);
    }
}

std::optional<detached_socket> client_pool::take_login(client of, const connection_identity& wanted)
{
    entries taken;
    {
        const std::lock_guard lock(mutex_);
        const auto found = find(of, wanted, kind::login);
        if (found == idle_.end())
            return std::nullopt;
        move_out(found, taken);
    }
    auto& e = taken.front();
    if (!e.socket.is_silent())
        return std::nullopt;
    e.socket.past.idle = e.idle_for(clock::now());
    return std::move(e.socket);
}

bool client_pool::has_login(client of, const connection_identity& wanted) const
{
    const std::lock_guard lock(mutex_);
    const auto [begin, end] = by_client_.equal_range(of);
    for (auto i = begin; i != end; ++i)
        if (i->second->what == kind::login && i->second->identity == wanted)
            return true;
    return false;
}

// Of those that are idle at that address already the one used longest ago goes first.
bool client_pool::has_room(const entry& made, std::uint32_t most, entries& closed)
{
    auto next = idle_.begin();
    while (!usage_.add_idle(made.at, most)) {
        while (next != idle_.end() && (next->what != kind::named || next->at != made.at))
            ++next;
        if (next == idle_.end())
            return false;
        move_out(next++, closed);
    }
    return true;
}

void client_pool::put_named(client of, const connection_identity& identity, detached_socket socket,
                            std::uint32_t most)
{
    if (!socket.is_open())
        return;
    const auto now = clock::now();
    const auto age = now - socket.past.made;
    entry made{of, identity, kind::named, std::move(socket), now, now, 0};
    entries closed;
    {
        const std::lock_guard lock(mutex_);
        if (ended_)
            return;
        made.at = usage_.find(identity.address);
        if (!may_begin_idle(usage_, made.at, limits_, age) || !has_room(made, most, closed))
            return;
        try {
            put(std::move(made));
        } catch (const std::bad_alloc&) {
            usage_.remove_idle(made.at);
            throw;
        }
    }
    begin_looking();
}

void client_pool::put_login(client of, const connection_identity& identity, detached_socket socket)
{
    if (!socket.is_open())
        return;
    const auto now = clock::now();
    {
        const std::lock_guard lock(mutex_);
        if (ended_)
            return;
        put({of, identity, kind::login, std::move(socket), now, now,
             usage_.find(identity.address)});
    }
    begin_looking();
}

// Nothing of it stays where there is no memory for all.
void client_pool::put(entry&& made)
{
    entries one;
    one.push_back(std::move(made));
    by_client_.emplace(one.front().of, one.begin());
    ++(one.front().what == kind::named ? counts_.named : counts_.logins);
    idle_.splice(idle_.end(), one);
}

void client_pool::begin_looking()
{
    {
        const std::lock_guard lock(mutex_);
        if (std::exchange(looks_, true) || !begin_looking_)
            return;
    }
    try {
        begin_looking_();
    } catch (const std::bad_alloc&) { // the next one put asks again
        const std::lock_guard lock(mutex_);
        looks_ = false;
    }
}

bool client_pool::may_stay(entry& e, bool quiet, clock::time_point now)
{
    if (!quiet && !e.socket.is_silent()) {
        usage_.note_closed(e.at, e.idle_for(e.seen_open));
        return false;
    }
    if (e.what == kind::login)
        return true;
    const auto idle_for = e.idle_for(now);
    e.seen_open = now;
    usage_.note_open(e.at, idle_for);
    return (idle_for < site_usage::shrink_time || usage_.idle(e.at) <= site_usage::least_kept) &&
           may_stay_idle(usage_, e.at, limits_, idle_for, e.socket.past.promised);
}

bool client_pool::look_over()
{
    try {
        return look();
    } catch (const std::bad_alloc&) {
        return true; // the next look may have memory
    }
}

bool client_pool::look()
{
    // Nobody who takes or puts one waits for the system meanwhile. One that has been put since,
    // under the same number, is looked at the next time.
    std::vector<pollfd> all;
    {
        const std::lock_guard lock(mutex_);
        all.reserve(idle_.size());
        for (const auto& e : idle_)
            all.push_back({e.socket.descriptor(), POLLIN, 0});
    }
    const auto arrived = disturbed(std::move(all));
    entries closed;
    const std::lock_guard lock(mutex_);
    const auto now = clock::now();
    for (auto e = idle_.begin(); e != idle_.end();) {
        const auto next = std::next(e);
        if (!may_stay(*e, !arrived.contains(e->socket.descriptor()), now))
            move_out(e, closed);
        e = next;
    }
    looks_ = !idle_.empty();
    return looks_;
}

void client_pool::end_client(client of) noexcept
{
    entries closed;
    const std::lock_guard lock(mutex_);
    for (auto i = by_client_.find(of); i != by_client_.end(); i = by_client_.find(of))
        move_out(i->second, closed);
}

void client_pool::close_named() noexcept
{
    entries closed;
    const std::lock_guard lock(mutex_);
    for (auto e = idle_.begin(); e != idle_.end();) {
        const auto next = std::next(e);
        if (e->what == kind::named)
            move_out(e, closed);
        e = next;
    }
}

void client_pool::end() noexcept
{
    entries closed;
    const std::lock_guard lock(mutex_);
    ended_ = true;
    while (!idle_.empty())
        move_out(idle_.begin(), closed);
}

client_pool_state client_pool::snapshot() const
{
    const std::lock_guard lock(mutex_);
    return counts_;
}

} // namespace v6front
