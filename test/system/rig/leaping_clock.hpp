// SPDX-License-Identifier: Apache-2.0
//
// A server whose clock the test puts forward, for what happens after a minute: the steady clock of
// the module and of its threads' waits (leaping_clock.c). httpd's own times stay. No request should
// be under way when it leaps: it would have taken so long.
#pragma once

#include "preloaded.hpp"

#include <chrono>

namespace v6front
{

class leaping_clock
{
public:
    explicit leaping_clock(httpd_options& options) : library_(options, "leaping_clock.so") {}
    void leap(std::chrono::seconds by) { library_.tell((ahead_ += by).count()); }

private:
    preloaded library_;
    std::chrono::seconds ahead_{0};
};

} // namespace v6front
