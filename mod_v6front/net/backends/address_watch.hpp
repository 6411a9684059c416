// SPDX-License-Identifier: Apache-2.0
//
// The background work of a child process that no engine does, on one thread of its own, started
// when there is something to do. Above all that on addresses: one that fails is connected to until
// it answers again, and the operator's health checks are made. Each of these is due at a time in
// the memory that all children share, and the child that moves that time forward makes it: no
// leader, and none to lose.
//
// Part of a child; ends with it.
#pragma once

#include "net/loop/deadline.hpp"
#include "address_book.hpp"

#include <memory>
#include <mutex>
#include <set>
#include <thread>

namespace v6front
{

class address_watch
{
public:
    // A try that takes longer has failed: the network has lost it, and the next one is sooner than
    // its own second attempt.
    static constexpr std::chrono::milliseconds try_timeout{700};

    explicit address_watch(address_book& book) : book_(book) {}
    ~address_watch();
    address_watch(const address_watch&) = delete;
    address_watch& operator=(const address_watch&) = delete;

    // Any thread: tries that address until it is well, if nobody here does yet. On the backend's
    // own terms, as its rule has them: it may take no connection from elsewhere. The backend lasts
    // as long as the watch.
    void try_until_well(const endpoint& address, const backend& of);
    // Any thread: the task that this makes runs to its end, or to the end of the watch.
    void run(std::function<task<void>()> make);

    address_book& book() noexcept { return book_; }
    asio::io_context& context() noexcept { return context_; }
    deadline_list& deadlines() noexcept { return deadlines_; }

private:
    void start();
    static task<void> follow(address_watch& self, endpoint address, const backend& of);

    address_book& book_;
    std::set<endpoint> followed_; // on the thread only
    deadline_list deadlines_{context_};
    asio::io_context context_{1};
    std::mutex mutex_;
    bool ended_ = false; // under the mutex
    std::thread thread_;
};

} // namespace v6front
