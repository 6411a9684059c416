// SPDX-License-Identifier: Apache-2.0
//
// What watches the server while it is tested: nothing, the sanitizers that the module was built
// with, or valgrind. Chosen by the environment, so that one test binary serves all of them:
//   V6FRONT_BUILD=build/asan     the module to load, and by its name what it was built with: asan
//                                watches memory and undefined behaviour, tsan watches threads
//   V6FRONT_UNDER=valgrind
#pragma once

#include <string>
#include <vector>

namespace v6front
{

enum class watcher { none, sanitizers, valgrind };

watcher watching();
int slowness(); // by which deadlines are multiplied

// Pieces of 1 MiB that are together more than 32 bits count, or where everything is slow, 200.
std::size_t very_many();
std::string module_file();
std::string test_library(const std::string& name); // one that is built beside the tests

// What to put before the server's own command, and into its environment, so that reports go into
// `folder`; `preload` are the libraries that the test itself wants first.
std::vector<std::string> watched_command(const std::string& folder);
std::vector<std::string> watched_environment(const std::string& folder, const std::string& preload);

// The text of what was found; empty if nothing.
std::string watcher_reports(const std::string& folder);

} // namespace v6front
