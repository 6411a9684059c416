// SPDX-License-Identifier: Apache-2.0
//
// Engines for requests that run on the thread that httpd called us on. A thread borrows one for an
// exchange and returns it: few engines serve many threads, and their idle backend connections are
// shared by all of them. Part of the child.
#pragma once

#include "net/engine.hpp"

#include <memory>
#include <mutex>
#include <vector>

namespace v6front
{

class borrowed_engines
{
public:
    borrowed_engines(resolver& names, closing_time& end) : names_(names), end_(end) {}

    class loan
    {
    public:
        explicit loan(borrowed_engines& from) : from_(from), engine_(from.take()) {}
        ~loan() { from_.put(std::move(engine_)); }
        loan(const loan&) = delete;
        loan& operator=(const loan&) = delete;
        engine& operator*() const noexcept { return *engine_; }
        engine* operator->() const noexcept { return engine_.get(); }

    private:
        borrowed_engines& from_;
        std::unique_ptr<engine> engine_;
    };

    // Any thread: closes what nobody has borrowed, and its idle backend connections.
    void end_idle()
    {
        std::vector<std::unique_ptr<engine>> idle;
        const std::lock_guard lock(mutex_);
        idle.swap(idle_);
    }

private:
    // The one used last: its idle connections are the youngest.
    std::unique_ptr<engine> take()
    {
        {
            const std::lock_guard lock(mutex_);
            if (!idle_.empty()) {
                auto last = std::move(idle_.back());
                idle_.pop_back();
                return last;
            }
        }
        auto made = std::make_unique<engine>(names_, engine::driven::by_borrowers);
        made->closing().obey(end_);
        return made;
    }
    void put(std::unique_ptr<engine> e)
    {
        const std::lock_guard lock(mutex_);
        idle_.push_back(std::move(e));
    }

    resolver& names_;
    closing_time& end_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<engine>> idle_;
};

} // namespace v6front
