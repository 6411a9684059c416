// SPDX-License-Identifier: Apache-2.0
//
// What the bridge calls in httpd, as a record of what was said. Pools and buckets are APR's own.
#pragma once

#include "catch.hpp"

#include "mod_v6front/httpd/config/config.hpp"
#include "mod_v6front/httpd/base/bridge.h"

#include <string>
#include <vector>

namespace v6front::test
{

struct stand_in {
    std::vector<std::string> logged; // "2: V6F0001: ..."
    const char* misplaced = nullptr; // what ap_check_cmd_context says of the next directives
    unsigned asked_about = 0;        // the contexts that it was asked about last
    int thread_limit = 0;            // ap_mpm_query
    worker_score worker{};           // the slot in the scoreboard, whichever is asked for
    std::pair<int, int> asked_worker{};
    apr_socket_t* socket = nullptr; // of every connection
};
inline stand_in httpd;

// A pool of its own for each test.
struct pool_of_test {
    pool_of_test() { apr_pool_create(&pool, nullptr); }
    ~pool_of_test() { apr_pool_destroy(pool); }
    pool_of_test(const pool_of_test&) = delete;
    pool_of_test& operator=(const pool_of_test&) = delete;
    apr_pool_t* pool = nullptr;
};

inline std::string letters(std::size_t n)
{
    std::string text;
    for (std::size_t i = 0; i < n; ++i)
        text += static_cast<char>('a' + i % 26);
    return text;
}

} // namespace v6front::test
