// SPDX-License-Identifier: Apache-2.0

#include "mod_v6front/core/decisions/body_pieces.hpp"

#include "catch.hpp"

#include <limits>

using namespace v6front;
using namespace std::chrono_literals;

namespace
{

constexpr std::uint64_t unknown = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t kib = 1024;

struct piece_case {
    const char* what;
    std::uint64_t taken;                          // before
    std::chrono::steady_clock::duration waited{}; // for the client, after that
    std::uint64_t left;
    std::uint64_t next;
};

} // namespace

TEST_CASE("pieces of a body grow with what the client takes, and are small for a slow one",
          "[body]")
{
    const piece_case cases[] = {
        {"a small body is one piece", 0, 0ms, 53, 53},
        {"nothing is left that is known of", 0, 0ms, 0, 1},
        {"the largest piece that a rest may be", 0, 0ms, 60 * kib, 60 * kib},
        {"a large body begins small", 0, 0ms, 60 * kib + 1, 16 * kib},
        {"a body of unknown length begins small", 0, 0ms, unknown, 16 * kib},
        {"it grows", 256 * kib, 0ms, unknown, 32 * kib},
        {"up to a bound", 10240 * kib, 0ms, unknown, 60 * kib},
        {"a client that is waited for a moment is not slow", 10240 * kib, 99ms, unknown, 60 * kib},
        {"one that lets wait gets small ones again", 10240 * kib, 101ms, unknown, 16 * kib},
        {"and its rest is no large one", 10240 * kib, 101ms, 60 * kib, 16 * kib},
        {"nor more than there is", 10240 * kib, 101ms, 5 * kib, 5 * kib},
    };
    for (const auto& c : cases) {
        INFO(c.what);
        body_pieces pieces;
        pieces.taken(c.taken);
        if (c.waited > 0ms)
            pieces.waited(c.waited);
        CHECK(pieces.next(c.left) == c.next);
    }
}

TEST_CASE("a client that was slow and is not any more gets larger pieces again", "[body]")
{
    body_pieces pieces;
    pieces.waited(1s);
    pieces.taken(256 * kib);
    CHECK(pieces.next(unknown) == 32 * kib);
    pieces.waited(1ms);
    CHECK(pieces.next(60 * kib) == 60 * kib);
}
