// SPDX-License-Identifier: Apache-2.0
//
// How many connections to each backend address are in use and idle, in all child processes
// together, and what is known of how that site treats idle ones. From it follows how many may stay
// idle: a site has few connections to give, and one that nobody needs here is missed elsewhere.
//
// Life: the memory is made, zeroed, before the children exist; what a child that was killed had
// counted is taken back (shared_tally). Without such memory each child counts for itself. Any
// thread may call; nothing here waits.
#pragma once

#include "net/loop/asio.hpp"
#include "shared_tally.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace v6front
{

// What is no count: after a crash it may be a little wrong, and nothing comes of that. All zero is
// a free place.
struct usage_record {
    std::atomic<std::uint64_t> key;
    std::atomic<std::int64_t> span;         // of time in which peak_now was seen
    std::atomic<std::uint32_t> peak_now;    // most in use at once, in that span
    std::atomic<std::uint32_t> peak_before; // and in the one before it
    std::atomic<std::int64_t> asked_at;     // milliseconds of the steady clock
    std::atomic<std::uint32_t> asked;       // idle connections that somebody waits to see closed
    std::atomic<std::uint32_t> life;        // ms, the shortest time to a closing seen; 0: none
    std::atomic<std::int64_t> closed_at;    // when that was seen last
    std::atomic<std::uint32_t> keeps;       // 1: an idle connection was seen to stay open
    std::atomic<std::uint32_t> answer;      // ms, usual time to a response on a kept connection
};

// The connections to an address, for whoever lists it: in all child processes together.
struct usage_state {
    endpoint address;
    std::uint32_t in_use;
    std::uint32_t idle;
};

class site_usage
{
public:
    using milliseconds = std::chrono::milliseconds;
    using place = std::size_t;

    static constexpr std::size_t usual_size = 512;
    // This many stay idle, however quiet the site is.
    static constexpr std::uint32_t least_kept = 2;
    // What was in use at once and is idle since is given up from the first of these on, and all of
    // it until the second. Busy clients come back sooner.
    static constexpr milliseconds hold_time{1000};
    static constexpr milliseconds shrink_time{2500};
    // A response that takes longer on a new connection may be waiting for an idle one to close...
    static constexpr milliseconds least_patience{100};
    static constexpr milliseconds max_patience{1000};
    // ...of which no more than one in this time is closed for it.
    static constexpr milliseconds ask_pause{20};

    // Of each address two counters: in use, idle.
    static constexpr std::size_t words(std::size_t addresses, std::size_t seats) noexcept
    {
        return shared_tally::words(2 * addresses, seats);
    }
    // In memory of its own.
    explicit site_usage(std::size_t addresses = 16);
    // In memory that is shared; where there is none, in its own.
    site_usage(std::span<usage_record> records, std::span<shared_tally::word> counters);
    ~site_usage();

    void take_seat(pid_t self) noexcept { tally_.take_seat(self); }

    // Where an address is counted. Those that come when the table is full share its last place.
    place find(const endpoint& address) noexcept;

    // A connection in use, counted as long as this exists.
    class use
    {
    public:
        use() = default;
        use(site_usage& in, place at) noexcept : in_(&in), at_(at) { in.begin(at); }
        use(use&& other) noexcept : in_(std::exchange(other.in_, nullptr)), at_(other.at_) {}
        use& operator=(use&&) = delete;
        ~use() { end(); }
        void end() noexcept
        {
            if (in_)
                std::exchange(in_, nullptr)->tally_.subtract(2 * at_);
        }

    private:
        site_usage* in_ = nullptr;
        place at_ = 0;
    };

    std::uint32_t in_use(place at) const noexcept { return tally_.value(2 * at); }
    std::uint32_t idle(place at) const noexcept { return tally_.value(2 * at + 1); }
    // How many may be idle for so long: as many as were lately in use at once, and from there down
    // to the least when shrink_time is over.
    std::uint32_t allowed(place at, milliseconds idle_for) const noexcept;
    // Counts one more idle connection, if no more than `most` are idle then.
    bool add_idle(place at, std::uint32_t most) noexcept { return tally_.add(2 * at + 1, most); }
    void remove_idle(place at) noexcept { tally_.subtract(2 * at + 1); }

    // Somebody waits for a response on a new connection, and an idle one may be what its site waits
    // for. False: one was closed a moment ago.
    bool ask(place at) noexcept;
    void take_back(place at) noexcept; // what was asked for, if nobody has done it
    // True for one of those who have a connection to close.
    bool take_asked(place at) noexcept;
    // How long a new connection waits for its response before it asks.
    milliseconds patience(place at) const noexcept;
    void note_answer(place at, std::chrono::microseconds took) noexcept;

    // What the site did with an idle connection.
    void note_closed(place at, milliseconds after) noexcept;
    void note_open(place at, milliseconds after) noexcept;
    // The shortest time to a closing that was seen, 0 if there was none for half a minute: a site
    // that does so keeps doing it, and one that was restarted does not.
    static constexpr milliseconds memory_of_closings{30000};
    milliseconds life(place at) const noexcept;
    // One that is open after this time is kept: a site that closes at once, without saying so, may
    // have other work to do before it gets to it.
    static constexpr milliseconds proof{20};
    // Whether it is known how it treats them.
    bool is_known(place at) const noexcept;
    // Any thread: the addresses that were ever used.
    std::vector<usage_state> snapshot() const;

private:
    friend class use;
    static constexpr auto relaxed = std::memory_order_relaxed;
    void begin(place at) noexcept;

    struct memory;
    std::unique_ptr<memory> own_;
    std::span<usage_record> records_;
    shared_tally tally_;
};

} // namespace v6front
