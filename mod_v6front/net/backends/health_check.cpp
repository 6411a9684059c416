// SPDX-License-Identifier: Apache-2.0

#include "health_check.hpp"

#include "connect.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <array>
#include <new>
#include <optional>

namespace v6front
{

namespace
{

using order_ptr = std::shared_ptr<const check_order>;
using clock = address_book::clock;

// An answer that comes later is no better than none.
constexpr std::chrono::milliseconds max_patience{5000};
// A first failure is looked into sooner than the interval says.
constexpr std::chrono::milliseconds soon{1000};

std::string request_of(const check_order& order)
{
    return "GET " + order.rule.uri + " HTTP/1.1\r\nHost: " + order.host +
           "\r\nUser-Agent: mod_v6front (health check)\r\nConnection: close\r\n\r\n";
}

using check_failure = address_book::check_failure;

// What is wrong with that address; without words: nothing; none: this machine could not ask.
task<std::optional<check_failure>> ask(address_watch& watch, order_ptr order, endpoint address)
{
    const auto patience = std::min(max_patience, order->rule.interval);
    const auto give_up = clock::now() + patience;
    const std::array<connection_identity, 1> only{
        order->of->identity(address, order->of->check_terms)};
    const auto connected =
        co_await connect_to_backend(watch.context(), watch.deadlines(), only, patience);
    if (!connected && describe(connected.error().reason).whose == fault::front)
        co_return std::nullopt;
    if (!connected)
        co_return check_failure{words_of(connected.error()), connected.error().reason};
    auto& backend = **connected;
    const auto request = request_of(*order);
    const auto sent = co_await backend.write(request, patience);
    auto error = sent.error;
    auto status = status_of(backend.input());
    while (!error && !status) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(give_up - clock::now());
        error = co_await backend.readable(std::max(left, std::chrono::milliseconds(1)));
        status = status_of(backend.input());
    }
    backend.close();
    if (!status)
        co_return check_failure{"no response: " + error.message(), error == asio::error::timed_out
                                                                       ? reason::response_timed_out
                                                                       : reason::no_response};
    if (*status == 0)
        co_return check_failure{"the response is not valid HTTP", reason::bad_response};
    if (!order->rule.passes(*status))
        co_return check_failure{"status " + std::to_string(*status), {}, *status};
    co_return check_failure{};
}

task<void> check_once(address_watch& watch, order_ptr order, endpoint address)
{
    auto& book = watch.book();
    const auto number = order->number;
    const auto wrong = co_await ask(watch, order, address);
    if (!wrong)
        co_return book.try_again_in(address, number, std::min(soon, order->rule.interval));
    book.checked(address, *order->of, wrong->words.empty());
    if (wrong->words.empty())
        co_return book.passed_check(address, *order->of, number);
    if (book.is_well(address, number))
        book.try_again_in(address, number, std::min(soon, order->rule.interval));
    const bool is_only = order->addresses().size() < 2;
    book.failed_check(address, *order->of, number, *wrong, is_only);
}

// Begins what is due, and says when to come again.
clock::time_point check_due(address_watch& watch, const order_ptr& order, clock::time_point now)
{
    auto& book = watch.book();
    auto next = now + std::min(soon, order->rule.interval); // names may get new addresses
    try {
        for (const auto& address : order->addresses()) {
            if (book.may_try(address, order->number, order->rule.interval))
                asio::co_spawn(watch.context().get_executor(), check_once(watch, order, address),
                               asio::detached);
            next = std::min(next, book.next_try(address, order->number));
        }
    } catch (const std::bad_alloc&) { // what is left is due the next time
    }
    return next;
}

} // namespace

task<void> check_for_ever(address_watch& watch, order_ptr order)
{
    steady_timer due(watch.context());
    for (;;) {
        const auto now = clock::now();
        const auto next = check_due(watch, order, now);
        due.expires_at(std::max(next, now + std::chrono::milliseconds(10)));
        const auto [ended] = co_await due.async_wait(directly);
        if (ended)
            co_return;
    }
}

} // namespace v6front
