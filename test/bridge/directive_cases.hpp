// SPDX-License-Identifier: Apache-2.0
//
// The rows of test_directive_rows: what each directive of the module's table does where it is
// written outside, inside, in both, and wrongly.
#pragma once

#include "bench.hpp"

namespace v6front::test
{

// What a virtual host and a location have, once merged with what is outside of them.
struct merged {
    const server_config& server;
    const location_config& location;
    apr_pool_t* pool;
};

struct directive_case {
    const char* name;
    std::vector<std::string> outer; // what is written outside, and inside
    std::vector<std::string> inner;
    std::string (*read)(const merged& m);
    const char* none; // what is read where it is written nowhere, outside, inside, and in both
    const char* only_outer;
    const char* only_inner;
    const char* both;
    std::vector<std::string> wrong;
    const char* says; // of the wrong ones, after the name
};

const std::vector<directive_case>& directive_cases();

} // namespace v6front::test
