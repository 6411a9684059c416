// SPDX-License-Identifier: Apache-2.0
//
// Two tasks of one coroutine that wait at the same time. Whatever ends their time together, an
// exception too, cancels who still waits, and the coroutine goes on when both have ended: what they
// refer to is its own.
//
// Asio's operator|| would wait for the other one after an exception, and its groups take memory
// where the coroutine cannot catch that there is none.
#pragma once

#include "asio.hpp"

#include <cstdint>
#include <optional>
#include <utility>

namespace v6front
{

enum class beside : std::uint8_t { until_one_ends, until_both_end };

// Which one ended first, 0 or 1. On its engine's thread.
task<std::size_t> run_beside(executor on, beside how_long, task<void> one, task<void> other);

// What a task gave, for the one that ended first.
template <class T> task<void> result_of(task<T> from, std::optional<T>& to)
{
    auto value = co_await std::move(from);
    to = std::move(value);
}

template <class T> task<void> end_of(task<T> from)
{
    (void)co_await std::move(from);
}

} // namespace v6front
