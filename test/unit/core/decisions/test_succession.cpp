// SPDX-License-Identifier: Apache-2.0
//
// How long children of an old generation accept after a graceful restart.
#include "mod_v6front/core/decisions/succession.hpp"

#include "catch.hpp"

#include <vector>

using namespace v6front;
using namespace std::chrono_literals;

namespace
{

using enum process_place::state;
using enum acceptance;

constexpr int own = 5;
const process_place none{};
const process_place self{begins, own, true};
const process_place sister{begins, own, false};
const process_place older{begins, own - 1, false};
const process_place starting_heir{begins, own + 1, false};
const process_place running_heir{runs, own + 1, false};

struct moment {
    std::chrono::milliseconds at;
    std::vector<process_place> places;
    int newest = own;
    bool parent = true;
};

struct succession_row {
    std::string what;
    std::vector<moment> seen;
    acceptance then; // at the last of them
};

} // namespace

TEST_CASE("An old generation accepts until a newer one does")
{
    const std::vector<process_place> usual{self, sister, none};
    const succession_row r = GENERATE_COPY(
        succession_row{"at first", {{0ms, usual}}, yes},
        succession_row{"nobody has accepted yet", {{0ms, usual, -1}}, yes},
        succession_row{"heirs begin", {{0ms, {self, sister, starting_heir}}}, yes},
        succession_row{"engines of heirs accept", {{0ms, usual, own + 1}}, yes},
        succession_row{
            "for long enough", {{0ms, usual, own + 1}, {100ms, usual, own + 1}}, engines_follow},
        succession_row{"of the generation after next",
                       {{0ms, usual, own + 2}, {100ms, usual, own + 2}},
                       engines_follow},
        succession_row{
            "an older generation does", {{0ms, usual, own - 1}, {200ms, usual, own - 1}}, yes},
        succession_row{"heirs without engines run", {{0ms, {self, running_heir, none}}}, yes},
        succession_row{"for long enough",
                       {{0ms, {self, running_heir, none}}, {1s, {self, running_heir, none}}},
                       mpm_follows},
        succession_row{"heirs that end again",
                       {{0ms, {self, running_heir, none}},
                        {500ms, {self, none, none}},
                        {1s, {self, running_heir, none}}},
                       yes},
        succession_row{"no heirs", {{0ms, usual}, {59s, usual}}, yes},
        succession_row{"no heirs ever", {{0ms, usual}, {60s, usual}}, too_long},
        succession_row{"the parent has ended", {{0ms, usual, own, false}}, without_parent},
        succession_row{"no place for heirs", {{0ms, {self, sister}}}, in_the_way},
        succession_row{"no place, but another leaves", {{0ms, {sister, self}}}, yes},
        succession_row{
            "no place, since older ones are there", {{0ms, {older, self, sister}}}, in_the_way},
        succession_row{"alone, and no place", {{0ms, {self}}}, in_the_way},
        succession_row{"no place left, but heirs have one", {{0ms, {self, starting_heir}}}, yes},
        succession_row{"not in the scoreboard any more", {{0ms, {starting_heir, none}}}, yes});
    INFO(r.what);
    const succession::clock::time_point begin{};
    succession decision(own, begin);
    auto last = acceptance::yes;
    for (const moment& m : r.seen)
        last = decision.judge({m.newest, m.parent, m.places}, begin + m.at);
    CHECK(last == r.then);
}
