// SPDX-License-Identifier: Apache-2.0
#include "stand_in.hpp"

#include "mod_v6front/httpd/connections/node_store.hpp"

#include <cstring>

using namespace v6front;
using namespace v6front::test;

namespace
{

constexpr apr_size_t nearly_a_node = 6000;

// A pool with an allocator of its own, as the event MPM makes one for each connection.
apr_pool_t* connection_pool()
{
    apr_allocator_t* allocator = nullptr;
    apr_pool_t* pool = nullptr;
    REQUIRE(apr_allocator_create(&allocator) == APR_SUCCESS);
    REQUIRE(apr_pool_create_ex(&pool, nullptr, nullptr, allocator) == APR_SUCCESS);
    apr_allocator_owner_set(allocator, pool);
    return pool;
}

void write_on(apr_pool_t* pool, int nodes)
{
    for (int i = 0; i < nodes; ++i)
        std::memset(apr_palloc(pool, nearly_a_node), 'x', nearly_a_node);
}

// How many of the nodes that this pool takes have been written on: the system's are empty.
int used_nodes(apr_pool_t* pool, int nodes)
{
    int used = 0;
    for (int i = 0; i < nodes; ++i)
        used += static_cast<char*>(apr_palloc(pool, nearly_a_node))[nearly_a_node / 2] == 'x';
    return used;
}

apr_status_t count(void* counter)
{
    ++*static_cast<int*>(counter);
    return APR_SUCCESS;
}

} // namespace

TEST_CASE("the memory of one connection serves the next", "[memory]")
{
    const pool_of_test apr;
    node_store store;
    auto* first = connection_pool();
    store.give_to(first); // there is none yet
    write_on(first, 6);
    int ended = 0;
    apr_pool_cleanup_register(first, &ended, count, apr_pool_cleanup_null);
    store.take_from(first);
    CHECK(ended == 1);

    auto* second = connection_pool();
    store.give_to(second);
    CHECK(used_nodes(second, 6) == 4);
    auto* third = connection_pool();
    store.give_to(third);
    CHECK(used_nodes(third, 6) == 0);
    store.take_from(third);
    store.take_from(second);
}

TEST_CASE("no more memory is kept than there is room for", "[memory]")
{
    const pool_of_test apr;
    node_store store;
    for (int i = 0; i < 40; ++i) {
        auto* connection = connection_pool();
        write_on(connection, 6);
        store.take_from(connection);
    }
    int kept = 0;
    for (int i = 0; i < 40; ++i) {
        auto* connection = connection_pool();
        store.give_to(connection);
        kept += used_nodes(connection, 6);
        apr_pool_destroy(connection);
    }
    CHECK(kept == 64);
}
