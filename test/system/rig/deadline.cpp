// SPDX-License-Identifier: Apache-2.0
#include "deadline.hpp"
#include "watching.hpp"

#include <thread>

namespace v6front
{

using std::chrono::milliseconds;

milliseconds patience(milliseconds when_nothing_slows_it_down)
{
    return when_nothing_slows_it_down * slowness();
}

milliseconds patience()
{
    return patience(milliseconds{10000});
}

bool eventually(const std::function<bool()>& holds, milliseconds limit)
{
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!holds()) {
        if (std::chrono::steady_clock::now() >= end)
            return holds();
        std::this_thread::sleep_for(milliseconds{2}); // between two looks at the condition
    }
    return true;
}

void await(const std::string& what, const std::function<bool()>& holds, milliseconds limit)
{
    if (!eventually(holds, limit))
        throw deadline_passed(what);
}

} // namespace v6front
