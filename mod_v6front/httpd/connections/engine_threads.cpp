// SPDX-License-Identifier: Apache-2.0

#include "engine_threads.hpp"

#include "httpd/base/guard.hpp"
#include "httpd/config/config.hpp"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>

namespace v6front
{

namespace
{

unsigned engines_wanted(const server_rec* main_server)
{
    int threaded = 0, async = 0;
    ap_mpm_query(AP_MPMQ_IS_THREADED, &threaded);
    ap_mpm_query(AP_MPMQ_IS_ASYNC, &async);
    if (!threaded || !async)
        return 0;
    const unsigned processors = std::clamp(std::thread::hardware_concurrency(), 1u, 16u);
    return config_of(main_server)->threads.value_or(processors);
}

} // namespace

engine_threads::engine_threads(const server_rec* main_server, services& shared)
{
    const auto n = static_cast<int>(engines_wanted(main_server));
    for (int i = 0; i < n; ++i)
        engines_.push_back(std::make_unique<engine_thread>(shared, counts_, i, n));
}

void engine_threads::accept_at(const std::vector<taken_listener*>& listeners)
{
    for (auto& e : engines_)
        e->accept_at(listeners);
}

void engine_threads::serve_after_all(taken_listener::returned one)
{
    engines_[turn_.fetch_add(1, std::memory_order_relaxed) % engines_.size()]->serve_after_all(
        std::move(one));
}

engine_thread* engine_threads::next() noexcept
{
    if (engines_.empty() || stopping_.load(std::memory_order_relaxed))
        return nullptr;
    return engines_[turn_.fetch_add(1, std::memory_order_relaxed) % engines_.size()].get();
}

void engine_threads::begin_to_leave()
{
    stopping_ = true;
    for (auto& e : engines_)
        e->begin_to_leave();
}

void engine_threads::leave_given_up()
{
    for (auto& e : engines_)
        e->leave_given_up();
}

void engine_threads::run(task<void> life)
{
    asio::co_spawn(engines_.front()->get_engine().get_executor(), std::move(life),
                   [](std::exception_ptr e) {
                       guard("a task of the child", [e] {
                           if (e)
                               std::rethrow_exception(e);
                       });
                   });
}

void engine_threads::post(std::function<void()> work)
{
    asio::post(engines_.front()->get_engine().get_executor(),
               [work = std::move(work)] { guard("work of the child", [&work] { work(); }); });
}

void engine_threads::begin_stop()
{
    stopping_ = true;
    for (auto& e : engines_)
        e->begin_stop();
}

void engine_threads::close_idle(bool sites_too)
{
    for (auto& e : engines_)
        e->close_idle(sites_too);
}

void engine_threads::shut_down_offloaded()
{
    for (auto& e : engines_)
        e->shut_down_offloaded();
}

std::vector<engine_state> engine_threads::snapshot() const
{
    std::vector<engine_state> all;
    all.reserve(engines_.size());
    for (const auto& e : engines_)
        all.push_back(e->snapshot());
    return all;
}

calls_of_engines engine_threads::calls() const
{
    calls_of_engines all;
    for (const auto& e : engines_)
        all.push_back(e->calls());
    return all;
}

void engine_threads::end()
{
    for (auto& e : engines_)
        e->end();
}

} // namespace v6front
