// SPDX-License-Identifier: Apache-2.0
//
// A server whose clock the test puts forward, for what happens after a minute: the steady clock of
// the module and of its threads' waits (leaping_clock.c). httpd's own times stay. No request should
// be under way when it leaps: it would have taken so long.
#pragma once

#include "httpd_config.hpp"
#include "process.hpp"

#include <chrono>

namespace v6front
{

class leaping_clock
{
public:
    explicit leaping_clock(httpd_options& options); // of the server, which it outlives
    void leap(std::chrono::seconds by);

private:
    scratch_folder folder_;
    std::string file_;
    std::chrono::seconds ahead_{0};
};

} // namespace v6front
