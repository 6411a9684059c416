// SPDX-License-Identifier: Apache-2.0
//
// One value of a kind in a pool, under a name: made when it is asked for first, ended with the
// pool.
#pragma once

#include "apache.hpp"

namespace v6front
{

template <class Value> Value& pool_value(apr_pool_t* pool, const char* key)
{
    void* found = nullptr;
    apr_pool_userdata_get(&found, key, pool);
    if (!found) {
        found = pool_new<Value>(pool);
        apr_pool_userdata_setn(found, key, nullptr, pool);
    }
    return *static_cast<Value*>(found);
}

} // namespace v6front
