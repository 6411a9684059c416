// SPDX-License-Identifier: Apache-2.0

#include "pool.hpp"

#include <algorithm>

namespace v6front
{

pool::pool(const pool_limits& limits, idle_are how, site_usage* usage)
    : limits_(limits),
      idle_are_(how),
      own_usage_(usage ? nullptr : std::make_unique<site_usage>()),
      usage_(usage ? *usage : *own_usage_)
{
}

std::shared_ptr<backend_connection> pool::remove(shelf& s, std::size_t i)
{
    auto connection = std::move(s[i]);
    s.erase(s.begin() + static_cast<std::ptrdiff_t>(i));
    count_idle(idle() - 1);
    usage_.remove_idle(usage_.find(connection->peer()));
    connection->end_idle();
    return connection;
}

// What a backend has said since the engine last looked would be taken for the answer to whatever is
// asked next. A line end too many is nothing said.
backend_connection::state pool::look_at(backend_connection& c)
{
    const auto input = c.input();
    if (!input.empty() && input.find_first_not_of("\r\n") == input.npos) {
        c.consume(input.size());
        if (idle_are_ == idle_are::watched)
            c.watch();
    }
    const auto now = c.probe();
    const auto at = usage_.find(c.peer());
    if (now == backend_connection::state::open)
        usage_.note_open(at, c.idle_for());
    else if (now == backend_connection::state::ended)
        usage_.note_closed(at, idle_are_ == idle_are::watched ? c.idle_for() : c.seen_open_for());
    return now;
}

std::shared_ptr<backend_connection> pool::take(const connection_identity& wanted, bool must_last)
{
    const auto found = shelves_.find(wanted);
    if (found == shelves_.end())
        return nullptr;
    auto& s = found->second;
    for (std::size_t i = s.size(); i-- > 0;) {
        auto& last = *s[i];
        const auto now = look_at(last);
        if (now == state::unread)
            continue;
        const bool open = now == state::open;
        if (open && must_last &&
            !will_last(usage_, usage_.find(wanted.address), last.idle_for(), last.promised())) {
            remove(s, 0)->close();
            return nullptr;
        }
        auto connection = remove(s, i);
        if (open)
            return connection;
        connection->close();
    }
    return nullptr;
}

// The one with the connection to there that was used longest ago, wherever that comes from.
pool::shelf* pool::longest_idle(const endpoint& address) noexcept
{
    shelf* found = nullptr;
    for (auto& [of, s] : shelves_)
        if (of.address == address && !s.empty() &&
            (!found || s.front()->idle_for() > found->front()->idle_for()))
            found = &s;
    return found;
}

// Of those that are idle here already the one used longest ago goes first. Many sites may share an
// address, each with connections of its own (TLS): none of them is to make a new one each time
// because others came first.
bool pool::has_room(shelf& s, const connection_identity& of, site_usage::place at,
                    std::uint32_t most)
{
    const auto limit = std::min(most, usage_.allowed(at, std::chrono::milliseconds(0)));
    while (!usage_.add_idle(at, limit)) {
        auto* from = s.empty() ? longest_idle(of.address) : &s;
        if (!from || from->empty())
            return false;
        remove(*from, 0)->close();
    }
    return true;
}

void pool::put(std::shared_ptr<backend_connection> connection, std::uint32_t most)
{
    // What lacks memory does so before the connection counts.
    auto& s = shelves_[connection->identity()];
    if (s.size() == s.capacity())
        s.reserve(2 * s.size() + 1);
    look_later(connection->deadlines());
    const auto at = usage_.find(connection->peer());
    if (!may_begin_idle(usage_, at, limits_, connection->age()) ||
        !has_room(s, connection->identity(), at, most))
        return connection->close();
    connection->note_served();
    connection->begin_idle([this](backend_connection& c) { disturbed(c); });
    auto& kept = *s.emplace_back(std::move(connection));
    count_idle(idle() + 1);
    if (idle_are_ == idle_are::watched)
        kept.watch(socket_read::end_is_told::later);
}

void pool::look_later(deadline_list& deadlines)
{
    if (looks_)
        return;
    if (!next_look_)
        next_look_.emplace(deadlines, [this, &deadlines] {
            looks_ = false;
            look_over();
            if (idle() > 0)
                look_later(deadlines);
        });
    next_look_->arm(std::min(limits_.look, limits_.idle_time));
    looks_ = true;
}

bool pool::may_stay(backend_connection& c)
{
    const auto at = usage_.find(c.peer());
    const auto idle_for = c.idle_for();
    return usage_.idle(at) <= usage_.allowed(at, idle_for) &&
           may_stay_idle(usage_, at, limits_, idle_for, c.promised());
}

void pool::disturbed(backend_connection& c)
{
    const auto now = look_at(c);
    if (now == state::open || now == state::unread) // a line end too many
        return;
    auto& s = shelves_[c.identity()];
    for (std::size_t i = 0; i < s.size(); ++i)
        if (s[i].get() == &c)
            return remove(s, i)->close();
}

void pool::look_over()
{
    for (auto& [k, s] : shelves_)
        for (std::size_t i = s.size(); i-- > 0;)
            if (const auto now = look_at(*s[i]);
                (now != state::open && now != state::unread) || !may_stay(*s[i]))
                remove(s, i)->close();
}

void pool::close_all() noexcept
{
    for (auto& [k, s] : shelves_)
        while (!s.empty())
            remove(s, s.size() - 1)->close();
}

} // namespace v6front
