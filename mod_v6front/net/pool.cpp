// SPDX-License-Identifier: Apache-2.0

#include "pool.hpp"

namespace v6front
{

std::uint64_t pool::key(const endpoint& backend) noexcept
{
    return std::uint64_t{backend.address().to_v4().to_uint()} << 16 | backend.port();
}

std::shared_ptr<backend_connection> pool::take(const endpoint& backend, bool must_last)
{
    const auto found = shelves_.find(key(backend));
    if (found == shelves_.end())
        return nullptr;
    auto& shelf = found->second;
    while (!shelf.empty()) {
        if (must_last && !shelf.back()->is_promised())
            return nullptr;
        auto connection = std::move(shelf.back());
        shelf.pop_back();
        connection->end_idle();
        // What a backend has said since the engine last looked would be taken for the answer to
        // whatever is asked next.
        if (connection->is_quiet() && connection->is_silent())
            return connection;
        connection->close();
    }
    return nullptr;
}

void pool::put(std::shared_ptr<backend_connection> connection)
{
    auto& shelf = shelves_[key(connection->peer())];
    if (shelf.size() >= limits_.idle_per_backend || connection->age() >= limits_.age)
        return connection->close();
    connection->note_served();
    connection->when_idle([this](backend_connection& c) { drop(c); }, limits_.idle_time);
    if (idle_are_ == idle_are::watched)
        connection->watch();
    shelf.push_back(std::move(connection));
}

void pool::drop(const backend_connection& connection)
{
    auto& shelf = shelves_[key(connection.peer())];
    std::erase_if(shelf, [&connection](const auto& c) {
        if (c.get() != &connection)
            return false;
        c->close();
        return true;
    });
}

std::size_t pool::idle() const noexcept
{
    std::size_t n = 0;
    for (const auto& [k, shelf] : shelves_)
        n += shelf.size();
    return n;
}

void pool::close_all() noexcept
{
    for (auto& [k, shelf] : shelves_)
        for (auto& connection : shelf)
            connection->close();
    shelves_.clear();
}

} // namespace v6front
