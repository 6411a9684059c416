// SPDX-License-Identifier: Apache-2.0

#include "offload.hpp"

#include "own_thread.hpp"

namespace v6front
{

void offload::end()
{
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
        waiting_.clear();
    }
    changed_.notify_all();
    for (auto& t : threads_)
        t.join();
    threads_.clear();
}

bool offload::post(job work)
{
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= most_waiting)
        return false;
    if (idle_ <= waiting_.size() && threads_.size() < most_threads_) {
        const signals_blocked quiet;
        try {
            threads_.emplace_back([this] { serve(); });
        } catch (const std::system_error&) {
            if (threads_.empty())
                return false; // those that exist will get to it
        }
    }
    waiting_.push_back(std::move(work));
    changed_.notify_one();
    return true;
}

void offload::serve()
{
    const apr_identity self;
    std::unique_lock lock(mutex_);
    for (;;) {
        ++idle_;
        changed_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
        --idle_;
        if (ending_)
            return;
        auto work = std::move(waiting_.front());
        waiting_.pop_front();
        lock.unlock();
        work(self.get());
        work = nullptr;
        lock.lock();
    }
}

} // namespace v6front
