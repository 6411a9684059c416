// SPDX-License-Identifier: Apache-2.0
//
// The main function of the unit tests. Catch2 3 brings one in its library Catch2Main, and this file
// is empty then.
#if !__has_include(<catch2/catch_all.hpp>)
#define CATCH_CONFIG_MAIN
#include "catch.hpp"
#endif
