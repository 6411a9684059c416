// SPDX-License-Identifier: Apache-2.0
//
// The system tests: a stock httpd with the module, an IPv4-only site of our making behind it, and
// clients on IPv6 in front of it. Run from the root of the tree.
#define CATCH_CONFIG_RUNNER
#include "catch.hpp"

#include <csignal>

int main(int argc, char* argv[])
{
    std::signal(SIGPIPE, SIG_IGN); // a peer that is gone is a result, not the end of the test
    return Catch::Session().run(argc, argv);
}
