// SPDX-License-Identifier: Apache-2.0
//
// A configuration that directives are run on, as httpd runs them.
#pragma once

#include "stand_in.hpp"

namespace v6front::test
{

// A server and a location in it, with what httpd keeps about them.
struct bench : pool_of_test {
    bench()
    {
        httpd = {};
        server.module_config = static_cast<ap_conf_vector_t*>(static_cast<void*>(slots));
        slots[0] = v6front_create_server_config(pool, &server);
        dir = v6front_create_dir_config(pool, nullptr);
        parms.pool = parms.temp_pool = pool;
        parms.server = &server;
    }
    // Runs a directive as httpd would, from the module's own table. "" if it has taken the
    // arguments.
    std::string set(const char* name, std::vector<std::string> arguments)
    {
        const command_rec* found = v6front_module.cmds;
        while (found->name && strcmp(found->name, name) != 0)
            ++found;
        REQUIRE(found->name);
        parms.cmd = found;
        std::vector<char*> argv;
        for (auto& a : arguments)
            argv.push_back(a.data());
        const auto argc = static_cast<int>(argv.size());
        argv.resize(4, nullptr);
        const char* error = nullptr;
        switch (found->args_how) {
        case TAKE_ARGV:
            error = found->func.take_argv(&parms, dir, argc, argv.data());
            break;
        case TAKE1:
        case ITERATE:
            error = found->func.take1(&parms, dir, argv[0]);
            break;
        case TAKE2:
        case TAKE12:
            error = found->func.take2(&parms, dir, argv[0], argv[1]);
            break;
        default:
            FAIL("a way to take arguments that this test does not know");
        }
        CHECK(httpd.logged.empty());
        return error ? error : "";
    }
    server_config& config() { return *config_of(&server); }
    location_config& location() { return *static_cast<location_config*>(dir); }

    server_rec server{};
    void* slots[1]{};
    void* dir = nullptr;
    cmd_parms parms{};
};

// What httpd's merge has made.
template <class T> T& at(void* config)
{
    return *static_cast<T*>(config);
}

} // namespace v6front::test
