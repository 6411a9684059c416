// SPDX-License-Identifier: Apache-2.0
//
// Threads for what may block on an adopted connection: handlers of other modules (files, CGI,
// server-status) and whole requests that an engine cannot serve (thread_needed). Bounded in threads
// and in waiting jobs. A thread is made when it is needed; those above what a child has of its own
// workers end when they have had nothing to do for some time. Part of the child.
#pragma once

#include "net/loop/asio.hpp"
#include "httpd/base/apache.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <thread>

namespace v6front
{

class offload
{
public:
    static constexpr std::size_t max_waiting = 1024;

    offload(std::size_t max_threads, std::size_t kept) : max_threads_(max_threads), kept_(kept) {}
    ~offload() { end(); }

    // A thread of this pool takes the job, with its own apr_thread_t. False when too many wait
    // already, and after end().
    using job = std::function<void(apr_thread_t*)>;
    bool post(job work);
    // Forgets what waits, and joins the threads once they have done what they are at.
    void end();

private:
    using thread_list = std::list<std::thread>;
    void serve(thread_list::iterator self);
    bool next_job(std::unique_lock<std::mutex>& lock);
    void join_those_that_left();

    std::size_t max_threads_;
    std::size_t kept_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<job> waiting_;
    thread_list threads_;
    thread_list left_; // at their end, to be joined
    std::size_t idle_ = 0;
    bool ending_ = false;
};

} // namespace v6front
