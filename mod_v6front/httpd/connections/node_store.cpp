// SPDX-License-Identifier: Apache-2.0

#include "node_store.hpp"

#include <cstddef>
#include <new>

namespace v6front
{

namespace
{

// A connection with one request takes this many, beside the two that it has before it is ours.
constexpr int per_connection = 4;
constexpr int most = 64;
constexpr std::ptrdiff_t smallest = 8192; // MIN_ALLOC (apr_pools.c)

} // namespace

node_store::node_store()
{
    if (apr_allocator_create(&kept_) != APR_SUCCESS)
        throw std::bad_alloc();
}

node_store::~node_store()
{
    apr_allocator_destroy(kept_);
}

// A node knows its size and nothing of the allocator that it came from. Where there is none, one
// comes from the system; where there are larger ones only, they stay where they are.
bool node_store::move_node(apr_allocator_t* from, apr_allocator_t* to)
{
    auto* node = apr_allocator_alloc(from, smallest - APR_MEMNODE_T_SIZE);
    if (!node)
        return false;
    const bool is_smallest = node->endp - reinterpret_cast<char*>(node) <= smallest;
    apr_allocator_free(is_smallest ? to : from, node);
    return is_smallest;
}

void node_store::give_to(apr_pool_t* connection)
{
    auto* to = apr_pool_allocator_get(connection);
    for (int i = 0; to && i < per_connection && nodes_ > 0 && move_node(kept_, to); ++i)
        --nodes_;
}

void node_store::take_from(apr_pool_t* connection)
{
    apr_pool_clear(connection);
    auto* from = apr_pool_allocator_get(connection);
    for (int i = 0; from && i < per_connection && nodes_ < most && move_node(from, kept_); ++i)
        ++nodes_;
    apr_pool_destroy(connection);
}

std::size_t node_store::octets() const noexcept
{
    return static_cast<std::size_t>(nodes_) * smallest;
}

} // namespace v6front
