// SPDX-License-Identifier: Apache-2.0

#include "node_store.hpp"

#include <new>

namespace v6front
{

namespace
{

// A connection with one request takes so many, beside the two that it has before it is ours.
constexpr unsigned per_connection = 4;
constexpr unsigned most = 64;
constexpr apr_size_t smallest = 8192; // MIN_ALLOC (apr_pools.c)

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

// A node knows its size and nothing of the allocator that it came from; if there is none of that
// size, it comes from the system.
void node_store::move_node(apr_allocator_t* from, apr_allocator_t* to) const
{
    if (auto* node = apr_allocator_alloc(from, smallest - APR_MEMNODE_T_SIZE))
        apr_allocator_free(to, node);
}

void node_store::give_to(apr_pool_t* connection)
{
    auto* to = apr_pool_allocator_get(connection);
    for (unsigned i = 0; to && i < per_connection && nodes_ > 0; ++i, --nodes_)
        move_node(kept_, to);
}

void node_store::take_from(apr_pool_t* connection)
{
    apr_pool_clear(connection);
    auto* from = apr_pool_allocator_get(connection);
    for (unsigned i = 0; from && i < per_connection && nodes_ < most; ++i, ++nodes_)
        move_node(from, kept_);
    apr_pool_destroy(connection);
}

} // namespace v6front
