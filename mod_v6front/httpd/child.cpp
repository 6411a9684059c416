// SPDX-License-Identifier: Apache-2.0

#include "child.hpp"

#include "httpd/base/log.hpp"
#include "httpd/process/listener_choice.hpp"

#include <chrono>
#include <thread>

namespace v6front
{

child* child::current_ = nullptr;

namespace
{

void log_end(const closing_time& end)
{
    if (end.tunnels() + end.responses() == 0)
        return;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(end.limit());
    ap_log_error(
        APLOG_MARK, APLOG_NOTICE, 0, ap_server_conf,
        V6LOGNO(0146) "this process was told to stop and closed %u tunnels and %u responses that "
                      "were still open after V6FrontGracefulTimeout, which is %d s",
        end.tunnels(), end.responses(), static_cast<int>(seconds.count()));
}

} // namespace

child::child(const server_rec* main_server, std::string via)
    : shared_(main_server, std::move(via)), engines_(main_server, shared_)
{
    current_ = this;
    services::set_current(&shared_);
    engine::set_relief([](bool sites_too) {
        if (current_)
            current_->make_room(sites_too);
    });
    if (engines_.any())
        take_listeners();
}

void child::take_listeners()
{
    for (const auto& one : chosen_listeners())
        if (auto* taken = taken_listener::take(one.listener, one.offered))
            listeners_.push_back(taken);
    engines_.accept_at(listeners_);
}

// The MPM does not know of these connections. Tunnels and endless responses have their end
// (closing_time).
void child::wait_for_accepted() const
{
    while (ends_gracefully_ && engines_.accepted() > 0)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

// Offload threads first: they hold connections that the engines would then end.
child::~child()
{
    wait_for_accepted();
    current_ = nullptr;
    services::set_current(nullptr);
    engines_.shut_down_offloaded();
    shared_.handlers().end();
    engines_.end();
    log_end(shared_.end());
}

void child::make_room(bool sites_too)
{
    engines_.close_idle(sites_too);
    if (!sites_too)
        return;
    shared_.borrowed().end_idle();
    shared_.clients().close_named();
}

// What the MPM has not fetched by now it never will.
void child::begin_stop(bool graceful)
{
    ends_gracefully_ = graceful;
    shared_.end().begin();
    for (auto* l : listeners_)
        for (auto& one : l->close())
            engines_.serve_after_all(std::move(one));
    engines_.begin_stop();
}

} // namespace v6front
