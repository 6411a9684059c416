// SPDX-License-Identifier: Apache-2.0

#include "offload.hpp"

#include "httpd/base/own_thread.hpp"

namespace v6front
{

namespace
{

constexpr auto idle_time = std::chrono::seconds(30);

} // namespace

// Engines may still post.
void offload::end()
{
    thread_list all;
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
        waiting_.clear();
        all.splice(all.end(), threads_);
        all.splice(all.end(), left_);
    }
    changed_.notify_all();
    for (auto& t : all)
        t.join();
}

// They need the lock no more.
void offload::join_those_that_left()
{
    for (auto& t : left_)
        t.join();
    left_.clear();
}

bool offload::post(job work)
{
    const std::lock_guard lock(mutex_);
    join_those_that_left();
    if (ending_ || waiting_.size() >= max_waiting)
        return false;
    if (idle_ <= waiting_.size() && threads_.size() < max_threads_) {
        const signals_blocked quiet;
        const auto self = threads_.emplace(threads_.end());
        try {
            *self = std::thread([this, self] { serve(self); });
        } catch (const std::exception&) {
            threads_.erase(self);
            if (threads_.empty())
                return false; // those that exist will get to it
        }
    }
    waiting_.push_back(std::move(work));
    changed_.notify_one();
    return true;
}

// False: this thread ends.
bool offload::next_job(std::unique_lock<std::mutex>& lock)
{
    const auto has_news = [this] { return ending_ || !waiting_.empty(); };
    ++idle_;
    while (!changed_.wait_for(lock, idle_time, has_news) && threads_.size() <= kept_) {
    }
    --idle_;
    return !ending_ && !waiting_.empty();
}

void offload::serve(thread_list::iterator self)
{
    const apr_identity identity;
    std::unique_lock lock(mutex_);
    while (next_job(lock)) {
        auto work = std::move(waiting_.front());
        waiting_.pop_front();
        lock.unlock();
        work(identity.get());
        work = nullptr;
        lock.lock();
    }
    if (!ending_)
        left_.splice(left_.end(), threads_, self);
}

} // namespace v6front
