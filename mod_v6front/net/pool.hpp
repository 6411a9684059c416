// SPDX-License-Identifier: Apache-2.0
//
// Idle backend connections of one engine, by address and port, and the lease of one in use.
#pragma once

#include "address_book.hpp"
#include "backend_connection.hpp"
#include "personal_connections.hpp"

#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

namespace v6front
{

struct pool_limits {
    std::size_t idle_per_backend = 128;
    std::chrono::milliseconds idle_time = std::chrono::seconds{60};
    // A busy connection is never idle for long. This is how long one may outlive a change that only
    // new connections see, of a balancer behind the address for one.
    std::chrono::milliseconds age = std::chrono::minutes{10};
};

// On its engine's thread only. A connection in here is watched: when its backend closes it or
// sends something that nobody asked for, it is dropped at once. An engine that nobody drives
// between two exchanges cannot do that, and its connections are looked at when they are taken.
class pool
{
public:
    enum class idle_are { watched, left_alone };

    explicit pool(const pool_limits& limits = {}, idle_are how = idle_are::watched)
        : limits_(limits), idle_are_(how)
    {
    }

    // The one used last of which the backend has neither closed nor said anything, or nullptr.
    // `must_last`: only one that its backend has promised to keep.
    std::shared_ptr<backend_connection> take(const endpoint& backend, bool must_last = false);
    void put(std::shared_ptr<backend_connection> connection);
    std::size_t idle() const noexcept;
    void close_all() noexcept;

private:
    static std::uint64_t key(const endpoint& backend) noexcept;
    void drop(const backend_connection& connection);

    pool_limits limits_;
    idle_are idle_are_;
    using shelf_list = std::vector<std::shared_ptr<backend_connection>>;
    std::unordered_map<std::uint64_t, shelf_list> shelves_;
};

// A backend connection in use by one attempt. Closes it, unless it was given back: that is the
// explicit, last act of a clean exchange. One that carries its client's identity goes back to the
// client's own, never to the pool.
class lease
{
public:
    lease(pool& from, std::shared_ptr<backend_connection> connection, address_use use = {})
        : pool_(&from), connection_(std::move(connection)), use_(std::move(use))
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
    bool is_personal() const noexcept { return personal_.has_value(); }
    void make_personal(personal_connections::claim place) { personal_.emplace(std::move(place)); }
    void give_back()
    {
        if (!personal_)
            return pool_->put(std::move(connection_));
        personal_->keep(connection_->release());
        connection_.reset();
    }

private:
    pool* pool_;
    std::shared_ptr<backend_connection> connection_;
    address_use use_;
    std::optional<personal_connections::claim> personal_;
};

} // namespace v6front
