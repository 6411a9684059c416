// SPDX-License-Identifier: Apache-2.0
//
// Idle backend connections of one engine, by what makes them interchangeable, and the lease of one
// in use. How many may be idle is counted by address, which is whose room they take, for all
// engines of all child processes together (site_usage).
#pragma once

#include "net/shared/site_usage.hpp"
#include "address_book.hpp"
#include "backend_connection.hpp"
#include "connection_identity.hpp"
#include "idle_rules.hpp"
#include "personal_connections.hpp"

#include <atomic>
#include <limits>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

namespace v6front
{

// On its engine's thread only. A connection in here is watched: when its backend closes it or
// sends something that nobody asked for, it is dropped at once. An engine that nobody drives
// between two exchanges cannot do that: its connections are looked at when they are taken, and by
// the thread that has the engine meanwhile (look_over).
class pool
{
public:
    enum class idle_are { watched, left_alone };
    static constexpr std::uint32_t no_limit = std::numeric_limits<std::uint32_t>::max();

    // Without `usage` it counts for itself alone.
    explicit pool(const pool_limits& limits = {}, idle_are how = idle_are::watched,
                  site_usage* usage = nullptr);

    // The one used last of which the backend has neither closed nor said anything, or nullptr.
    // `must_last`: only one that its backend will not close at this moment; where there is none,
    // one is closed, since a new one takes its place.
    std::shared_ptr<backend_connection> take(const connection_identity& wanted,
                                             bool must_last = false);
    // Keeps it, unless too many are idle; `most`: the operator's own limit.
    void put(std::shared_ptr<backend_connection> connection, std::uint32_t most = no_limit);
    // Closes what is not to be kept any longer.
    void look_over();
    // Any thread.
    std::size_t idle() const noexcept { return idle_.load(std::memory_order_relaxed); }
    void close_all() noexcept;
    site_usage& usage() noexcept { return usage_; }

private:
    using shelf = std::vector<std::shared_ptr<backend_connection>>;

    bool has_room(shelf& s, const connection_identity& of, site_usage::place at,
                  std::uint32_t most);
    shelf* longest_idle(const endpoint& address) noexcept;
    bool may_stay(backend_connection& c);
    using state = backend_connection::state;
    state look_at(backend_connection& c);
    void disturbed(backend_connection& c);
    void look_later(deadline_list& deadlines);
    std::shared_ptr<backend_connection> remove(shelf& s, std::size_t i);

    pool_limits limits_;
    idle_are idle_are_;
    std::unique_ptr<site_usage> own_usage_;
    site_usage& usage_;
    // Written on the engine's thread alone, so no more than a store.
    void count_idle(std::size_t n) noexcept { idle_.store(n, std::memory_order_relaxed); }
    std::atomic<std::size_t> idle_{0};
    std::optional<deadline> next_look_; // one for all of them
    bool looks_ = false;
    std::unordered_map<connection_identity, shelf, connection_identity::hash> shelves_;
};

// A backend connection in use by one attempt. Closes it, unless it was given back: that is the
// explicit, last act of a clean exchange. One that carries its client's name or identity goes back
// to the client's own, never to the pool.
class lease
{
public:
    lease(pool& from, std::shared_ptr<backend_connection> connection, address_use use = {})
        : pool_(&from),
          connection_(std::move(connection)),
          use_(std::move(use)),
          counted_(from.usage(), from.usage().find(connection_->peer()))
    {
    }
    lease(lease&&) noexcept = default;
    lease& operator=(lease&&) = delete;
    ~lease()
    {
        if (connection_)
            connection_->close();
    }

    backend_connection& operator*() const noexcept { return *connection_; }
    backend_connection* operator->() const noexcept { return connection_.get(); }
    // One that begins with a client's name goes back there; nullptr: it is closed.
    void belong_to(personal_connections* client) noexcept { client_ = client; }
    bool has_login() const noexcept { return login_.has_value(); }
    void note_login(personal_connections::claim place) { login_.emplace(std::move(place)); }
    // Without memory to keep it, it is closed: its exchange has had all it wanted.
    void give_back(std::uint32_t max_idle = pool::no_limit)
    try {
        counted_.end();
        if (!login_ && !connection_->is_named())
            return pool_->put(std::move(connection_), max_idle);
        auto socket = connection_->release();
        if (login_)
            login_->keep(std::move(socket));
        else if (client_)
            client_->keep_named(connection_->identity(), std::move(socket), max_idle);
        connection_.reset();
    } catch (const std::bad_alloc&) {
    }

private:
    pool* pool_;
    std::shared_ptr<backend_connection> connection_;
    address_use use_;
    personal_connections* client_ = nullptr;
    std::optional<personal_connections::claim> login_;
    site_usage::use counted_;
};

} // namespace v6front
