// SPDX-License-Identifier: Apache-2.0

#include "child.hpp"

#include "httpd/base/log.hpp"

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
}

// Offload threads first: they hold connections that the engines would then end.
child::~child()
{
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

void child::begin_stop()
{
    shared_.end().begin();
    engines_.begin_stop();
}

} // namespace v6front
