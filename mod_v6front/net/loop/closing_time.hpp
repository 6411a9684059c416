// SPDX-License-Identifier: Apache-2.0
//
// A child that stops (a graceful restart, MaxConnectionsPerChild) lets what it serves come to its
// end, but tunnels and endless responses have none: each old child would stay, and after a few
// restarts there would be no place for new ones. So what lasts longer than a limit is ended, each
// at a time of its own in the last tenth of it, so that not all clients come back at once.
//
// closing_time: one per child, any thread. closing_list: one per engine, on its thread. Its entries
// belong to the tunnel or exchange that they end.
#pragma once

#include "deadline.hpp"

#include <atomic>
#include <functional>
#include <optional>

namespace v6front
{

class closing_time
{
public:
    using clock = deadline::clock;
    // `child_stops` is for an MPM that tells nobody before it is over (prefork).
    explicit closing_time(clock::duration limit, std::function<bool()> child_stops = {})
        : limit_(limit), child_stops_(std::move(child_stops))
    {
    }

    // The child stops from now on; the first call counts.
    void begin() noexcept;
    // Asks whether it does.
    void look();

    clock::duration limit() const noexcept { return limit_; }
    // When everything is over; nullopt while the child does not stop.
    std::optional<clock::time_point> end() const noexcept;
    // A wait for a client that takes nothing, cut to what is left, with a moment on top.
    clock::duration allowed(clock::duration wait) const noexcept;

    void note_tunnel() noexcept { ++tunnels_; }
    void note_response() noexcept { ++responses_; }
    // What was ended so.
    unsigned tunnels() const noexcept { return tunnels_; }
    unsigned responses() const noexcept { return responses_; }

private:
    const clock::duration limit_;
    const std::function<bool()> child_stops_;
    std::atomic<clock::rep> end_{0}; // 0: the child does not stop
    std::atomic<unsigned> tunnels_{0};
    std::atomic<unsigned> responses_{0};
};

class closing_list
{
public:
    explicit closing_list(deadline_list& deadlines);
    // Before the first entry. Without it nothing is ever ended.
    void obey(closing_time& when) noexcept { when_ = &when; }
    closing_time* when() const noexcept { return when_; }

    class entry
    {
    public:
        // `is_over` is called on the engine, at most once, when the time has come.
        entry(closing_list& in, std::function<void()> is_over);
        ~entry() { leave(); }
        entry(const entry&) = delete;
        entry& operator=(const entry&) = delete;
        // The time has come. For those who do not let the engine's loop turn.
        bool is_due() const noexcept;

    private:
        friend class closing_list;
        void leave() noexcept;
        closing_time::clock::time_point due(closing_time::clock::time_point end) const noexcept;

        closing_list& list_;
        std::function<void()> is_over_;
        mutable double share_ = -1; // of the last tenth that it does without; drawn when needed
        entry** place_ = nullptr;   // what points to this one; nullptr: not in the list any more
        entry* next_ = nullptr;
    };

private:
    void look();

    deadline next_look_;
    bool looks_ = false;
    closing_time* when_ = nullptr;
    entry* first_ = nullptr;
};

} // namespace v6front
