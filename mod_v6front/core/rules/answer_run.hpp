// SPDX-License-Identifier: Apache-2.0
//
// Answers of one kind that come one behind another, with none of another kind between them. One
// may be meant; enough of them are a mistake of the configuration.
#pragma once

#include <atomic>

namespace v6front
{

// Of one rule, in one child process. Any thread.
class answer_run
{
public:
    // A browser gives up a circle of redirects after about twenty.
    static constexpr unsigned enough = 10;

    // For each answer: whether it is of that kind. True once in the life of the process: when
    // enough of them have come.
    bool note(bool is_one) noexcept
    {
        if (!is_one) {
            if (row_.load(std::memory_order_relaxed) > 0)
                row_.store(0, std::memory_order_relaxed);
            return false;
        }
        return row_.fetch_add(1, std::memory_order_relaxed) + 1 == enough && !told_.exchange(true);
    }

private:
    std::atomic<unsigned> row_{0};
    std::atomic<bool> told_{false};
};

} // namespace v6front
