// SPDX-License-Identifier: Apache-2.0
//
// Idle backend connections of one engine, by address and port, and the lease of one in use.
#pragma once

#include "backend_connection.hpp"

#include <memory>
#include <unordered_map>
#include <vector>

namespace v6front
{

// On its engine's thread only. A connection in here is watched: when its backend closes it or
// sends something that nobody asked for, it is dropped at once.
class pool
{
public:
    static constexpr std::size_t most_idle_per_backend = 128;
    static constexpr std::chrono::seconds most_idle_time{60};

    // The one used last, or nullptr.
    std::shared_ptr<backend_connection> take(const endpoint& backend);
    void put(std::shared_ptr<backend_connection> connection);
    std::size_t idle() const noexcept;
    void close_all() noexcept;

private:
    static std::uint64_t key(const endpoint& backend) noexcept;
    void drop(const backend_connection& connection);

    using shelf_list = std::vector<std::shared_ptr<backend_connection>>;
    std::unordered_map<std::uint64_t, shelf_list> shelves_;
};

// A backend connection in use by one attempt. Closes it, unless it was given back: that is the
// explicit, last act of a clean exchange.
class lease
{
public:
    lease(pool& from, std::shared_ptr<backend_connection> connection)
        : pool_(&from), connection_(std::move(connection))
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
    void give_back() { pool_->put(std::move(connection_)); }

private:
    pool* pool_;
    std::shared_ptr<backend_connection> connection_;
};

} // namespace v6front
