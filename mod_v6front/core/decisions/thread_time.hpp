// SPDX-License-Identifier: Apache-2.0
//
// Where the requests of a virtual host run, by what its hooks were seen to do: on an engine, until
// one of them has kept it for too long; then on threads, until none has for some time. Who is back
// on an engine and is slow again soon is left on threads for longer.
//
// One per virtual host, kind of hook and child; any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <mutex>

namespace v6front
{

class thread_time
{
public:
    using clock = std::chrono::steady_clock;

    // An engine that is kept for so long answers nobody in that time, and a client can feel it. A
    // hook that works and does not wait takes microseconds.
    static constexpr std::chrono::milliseconds too_long{50};
    static constexpr std::chrono::seconds quiet_at_first{60};
    static constexpr std::chrono::seconds quiet_at_most{3600};

    // For the next request.
    enum class place { engine, thread, engine_again }; // the last: and that is news
    place next(clock::time_point now);
    place next() // asks for the time only where that matters
    {
        return on_threads_.load(std::memory_order_relaxed) ? next(clock::now()) : place::engine;
    }
    // Something was slow on an engine. True if that is news: requests are on threads from now on.
    bool was_slow_on_engine(clock::time_point now);
    // Or on a thread, where it harms nobody; but it is to stay there.
    void was_slow_on_thread(clock::time_point now);

    // How long nothing must be slow before requests are on an engine again.
    std::chrono::seconds quiet() const;

private:
    std::atomic<bool> on_threads_{false};
    mutable std::mutex mutex_;
    clock::time_point until_{}; // on threads
    clock::time_point back_{};  // on an engine again since
    bool was_back_ = false;
    std::chrono::seconds quiet_ = quiet_at_first;
};

} // namespace v6front
