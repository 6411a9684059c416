// SPDX-License-Identifier: Apache-2.0
//
// How long a child process of an old generation accepts connections after a graceful restart: until
// one of a newer generation does, so that somebody always accepts. Its memory of what it has seen
// so far; one for each such child, asked again and again on one thread.
#pragma once

#include <chrono>
#include <optional>
#include <span>

namespace v6front
{

// A place for a process in httpd's scoreboard.
struct process_place {
    enum class state { free, begins, runs };
    state is = state::free;
    int generation = 0;
    bool is_own = false;
};

// What a child of an old generation sees of the others.
struct generations_seen {
    int newest_accepting = -1; // whose engines accept, or have done so
    bool parent_lives = true;  // who would start the next generation
    std::span<const process_place> places;
};

// Whether such a child accepts; if not, why no more.
enum class acceptance { yes, engines_follow, mpm_follows, without_parent, in_the_way, too_long };

class succession
{
public:
    using clock = std::chrono::steady_clock;

    // All children of a generation begin at about the same time. The first to accept would
    // otherwise be alone for a moment.
    static constexpr clock::duration until_others_accept = std::chrono::milliseconds(100);
    // A generation whose engines do not accept (no routes any more, or without this module) never
    // says that it does.
    static constexpr clock::duration until_mpm_accepts = std::chrono::seconds(1);
    // A generation that does not come up.
    static constexpr clock::duration limit = std::chrono::seconds(60);

    succession(int own_generation, clock::time_point begin)
        : own_(own_generation), limit_(begin + limit)
    {
    }

    acceptance judge(const generations_seen& seen, clock::time_point now);

private:
    bool is_newer(int generation) const noexcept { return generation - own_ > 0; }
    bool is_in_the_way(std::span<const process_place> places) const;

    int own_;
    clock::time_point limit_;
    std::optional<clock::time_point> engines_since_; // of a newer generation accept
    std::optional<clock::time_point> runs_since_;    // a process of a newer generation
};

} // namespace v6front
