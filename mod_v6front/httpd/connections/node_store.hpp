// SPDX-License-Identifier: Apache-2.0
//
// Memory of APR's pools, kept between an engine's connections. The MPM uses a connection's pool
// again for the next one; one that an engine has ended cannot be handed back to it, and its memory
// would go back to the system page by page, and come from there for the next. Part of an engine's
// thread, used on that only. Takes no more than some nodes of the smallest size.
#pragma once

#include "httpd/base/apache.hpp"

#include <cstddef>

namespace v6front
{

class node_store
{
public:
    node_store();
    ~node_store();
    node_store(const node_store&) = delete;
    node_store& operator=(const node_store&) = delete;

    // What the connection's first requests will need, as far as it is here.
    void give_to(apr_pool_t* connection);
    // Ends the pool, as apr_pool_destroy does.
    void take_from(apr_pool_t* connection);

    std::size_t octets() const noexcept;

private:
    static bool move_node(apr_allocator_t* from, apr_allocator_t* to);

    apr_allocator_t* kept_ = nullptr;
    int nodes_ = 0; // in there
};

} // namespace v6front
