// SPDX-License-Identifier: Apache-2.0
//
// Clients that ask one after the other, each time on a new connection, and remember the slowest
// answer. Ends with stop() or its owner.
#pragma once

#include "httpd_server.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace v6front
{

class fresh_load
{
public:
    // As many clients as hosts, each of which asks for its own.
    explicit fresh_load(const httpd_server& server,
                        const std::vector<std::string>& hosts = {"site.test", "site.test"});
    ~fresh_load();
    fresh_load(const fresh_load&) = delete;
    fresh_load& operator=(const fresh_load&) = delete;

    void stop();
    std::size_t answered() const { return answered_; } // with 200
    std::size_t failed() const { return failed_; }
    std::string first_failure() const;
    std::chrono::milliseconds slowest() const { return std::chrono::milliseconds(slowest_); }
    // What the machine by itself may have added to that: a request is some ten turns of one program
    // after the other, and each may be as late as the latest of these clients was after a pause.
    std::chrono::milliseconds held_up() const { return std::chrono::milliseconds(10 * latest_); }

private:
    void run(const httpd_server& server, const std::string& host);
    void note_failure(const std::string& what);
    static void note_longest(std::atomic<long>& longest, std::chrono::steady_clock::duration took);

    std::atomic<bool> stopping_{false};
    std::atomic<std::size_t> answered_{0};
    std::atomic<std::size_t> failed_{0};
    std::atomic<long> slowest_{0};
    std::atomic<long> latest_{0};
    mutable std::mutex mutex_;
    std::string first_failure_;
    std::vector<std::thread> clients_;
};

} // namespace v6front
