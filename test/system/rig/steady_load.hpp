// SPDX-License-Identifier: Apache-2.0
//
// Clients that ask one after the other without a pause, each on a connection that it keeps, and
// count what they do not get. Ends with stop() or its owner.
#pragma once

#include "httpd_server.hpp"

#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace v6front
{

class steady_load
{
public:
    explicit steady_load(const httpd_server& server, unsigned clients = 4);
    ~steady_load();
    steady_load(const steady_load&) = delete;
    steady_load& operator=(const steady_load&) = delete;

    void stop();
    std::size_t answered() const { return answered_; } // with 200
    std::size_t failed() const { return failed_; }

private:
    void run(std::uint16_t port);

    std::atomic<bool> stopping_{false};
    std::atomic<std::size_t> answered_{0};
    std::atomic<std::size_t> failed_{0};
    std::vector<std::thread> clients_;
};

} // namespace v6front
