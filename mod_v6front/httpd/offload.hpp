// SPDX-License-Identifier: Apache-2.0
//
// Threads for what may block on an adopted connection: handlers of other modules (files, CGI,
// server-status) and virtual hosts with V6FrontEngine Off. Bounded in threads and in waiting jobs.
// Part of the child.
#pragma once

#include "net/asio.hpp"
#include "apache.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace v6front
{

class offload
{
public:
    static constexpr std::size_t most_waiting = 1024;

    explicit offload(std::size_t most_threads) : most_threads_(most_threads) {}
    ~offload() { end(); }

    // A thread of this pool takes the job, with its own apr_thread_t. False when too many wait
    // already.
    using job = std::function<void(apr_thread_t*)>;
    bool post(job work);
    // Forgets what waits, and joins the threads once they have done what they are at.
    void end();

private:
    void serve();

    std::size_t most_threads_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<job> waiting_;
    std::vector<std::thread> threads_;
    std::size_t idle_ = 0;
    bool ending_ = false;
};

} // namespace v6front
