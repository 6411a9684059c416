// SPDX-License-Identifier: Apache-2.0

#include "borrowed_engines.hpp"

#include "net/loop/signals_blocked.hpp"

#include <algorithm>
#include <exception>
#include <new>

namespace v6front
{

borrowed_engines::~borrowed_engines()
{
    {
        const std::lock_guard lock(mutex_);
        ended_ = true;
    }
    changed_.notify_one();
    if (looker_.joinable())
        looker_.join();
}

// The one used last, whose idle connections are the youngest, of those that have any: one that was
// used meanwhile and could keep none is no help.
std::unique_ptr<engine> borrowed_engines::take()
{
    {
        const std::lock_guard lock(mutex_);
        if (!resting_.empty()) {
            const auto with_idle =
                std::find_if(resting_.rbegin(), resting_.rend(),
                             [](const auto& e) { return e->idle_connections().idle() > 0; });
            std::swap(with_idle == resting_.rend() ? resting_.back() : *with_idle, resting_.back());
            auto chosen = std::move(resting_.back());
            resting_.pop_back();
            return chosen;
        }
    }
    auto made = std::make_unique<engine>(names_, engine::driven::by_borrowers, &usage_);
    made->closing().obey(end_);
    return made;
}

void borrowed_engines::end_idle()
{
    std::vector<std::unique_ptr<engine>> idle;
    const std::lock_guard lock(mutex_);
    idle.swap(resting_);
}

lent_state borrowed_engines::snapshot() const
{
    const std::lock_guard lock(mutex_);
    lent_state all{resting_.size(), 0};
    for (const auto& e : resting_)
        all.idle += e->idle_connections().idle();
    return all;
}

void borrowed_engines::put(std::unique_ptr<engine> e)
{
    if (!e->is_whole())
        return;
    const std::lock_guard lock(mutex_);
    const bool has_idle = e->idle_connections().idle() > 0;
    try {
        resting_.push_back(std::move(e));
    } catch (const std::bad_alloc&) {
        return; // it ends, and another one is made
    }
    if (!has_idle || looking_ || ended_)
        return;
    looking_ = true;
    if (looker_.joinable())
        changed_.notify_one();
    else
        start_looking();
}

// Under the mutex.
void borrowed_engines::start_looking()
{
    const signals_blocked quiet;
    try {
        looker_ = std::thread([this] { look_over(); });
    } catch (const std::exception&) {
        looking_ = false; // no thread at this moment; the next one returned asks again
    }
}

void borrowed_engines::look_over()
{
    std::unique_lock lock(mutex_);
    while (!ended_) {
        if (looking_)
            changed_.wait_for(lock, pool_limits{}.look);
        else
            changed_.wait(lock);
        std::size_t left = 0;
        for (auto& e : resting_) {
            e->idle_connections().look_over();
            left += e->idle_connections().idle();
        }
        looking_ = looking_ && left > 0;
    }
}

} // namespace v6front
