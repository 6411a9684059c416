// SPDX-License-Identifier: Apache-2.0
//
// The main function of all tests. Compiled once: it is most of Catch2.
#define CATCH_CONFIG_RUNNER
#include "catch.hpp"

#include <csignal>

int main(int argc, char* argv[])
{
    std::signal(SIGPIPE, SIG_IGN); // a peer that is gone is a result, not the end of the test
    return Catch::Session().run(argc, argv);
}
