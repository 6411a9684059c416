// SPDX-License-Identifier: Apache-2.0
#include "deadline.hpp"
#include "watching.hpp"

#include <algorithm>
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

// Looks are dear (all of /proc, say), so the longer it takes the fewer there are: what is seen is
// late by 2 ms, or by an eighth of the time, and never by more than 20 ms.
bool eventually(const std::function<bool()>& holds, milliseconds limit)
{
    using clock = std::chrono::steady_clock;
    const auto begin = clock::now();
    while (!holds()) {
        const auto waited = clock::now() - begin;
        if (waited >= limit)
            return holds();
        std::this_thread::sleep_for(
            std::clamp<clock::duration>(waited / 8, milliseconds{2}, milliseconds{20}));
    }
    return true;
}

void await(const std::string& what, const std::function<bool()>& holds, milliseconds limit)
{
    if (!eventually(holds, limit))
        throw deadline_passed(what);
}

} // namespace v6front
