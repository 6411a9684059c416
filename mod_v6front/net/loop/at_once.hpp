// SPDX-License-Identifier: Apache-2.0
//
// What is nearly always there, and otherwise has to be waited for: the value, or the task that gets
// it. co_await takes either; only the second costs a coroutine. A function that gives one does at
// once what can be done, and hands the rest to a task.
#pragma once

#include "asio.hpp"

#include <utility>
#include <variant>

namespace v6front
{

template <class T> class [[nodiscard]] at_once
{
public:
    at_once(T value) : has_(std::in_place_index<0>, std::move(value)) {}
    at_once(task<T> later) : has_(std::in_place_index<1>, std::move(later)) {}

    bool is_here() const noexcept { return has_.index() == 0; }
    T take() { return std::get<0>(std::move(has_)); }
    task<T> later() { return std::get<1>(std::move(has_)); }

private:
    std::variant<T, task<T>> has_;
};

struct done {
};
template <> class [[nodiscard]] at_once<void>
{
public:
    at_once(done) {}
    at_once(task<void> later) : later_(std::move(later)) {}

    bool is_here() const noexcept { return !later_.valid(); }
    void take() const noexcept {}
    task<void> later() { return std::move(later_); }

private:
    task<void> later_;
};

} // namespace v6front
