// SPDX-License-Identifier: Apache-2.0

#include "child.hpp"

#include "httpd/base/guard.hpp"
#include "httpd/base/log.hpp"
#include "httpd/process/held_calls.hpp"
#include "httpd/process/listener_choice.hpp"
#include "httpd/process/successor_mail.hpp"

#include <boost/asio/this_coro.hpp>

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <string_view>
#include <thread>

namespace v6front
{

std::atomic<child*> child::current_{nullptr};

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

constexpr auto between_verdicts = std::chrono::milliseconds(5);

std::string_view reason_for(acceptance verdict)
{
    switch (verdict) {
    case acceptance::yes:
        break;
    case acceptance::engines_follow:
        return "the engines of the new one accept";
    case acceptance::mpm_follows:
        return "the new one runs, without engines that accept";
    case acceptance::without_parent:
        return "the parent process has ended";
    case acceptance::in_the_way:
        return "ServerLimit leaves no place for the new one";
    case acceptance::too_long:
        return "it has waited long enough";
    }
    return {};
}

void log_succession(acceptance verdict, deadline::clock::duration after)
{
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(after).count();
    if (verdict == acceptance::too_long)
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, ap_server_conf,
                     V6LOGNO(0188) "no new process accepts connections %d s after a graceful "
                                   "restart, and this old one stops now: connections wait. Look "
                                   "for errors of the new processes in this log, and for modules "
                                   "that take long to begin",
                     static_cast<int>(ms / 1000));
    else
        ap_log_error(APLOG_MARK, APLOG_DEBUG, 0, ap_server_conf,
                     V6LOGNO(0187) "%d ms after a graceful restart this old process stops "
                                   "accepting: %s",
                     static_cast<int>(ms), reason_for(verdict).data());
}

volatile std::sig_atomic_t told_to_end = 0;

void note_sigterm(int, siginfo_t* info, void*)
{
    if (info->si_pid != getpid())
        told_to_end = 1;
}

// From the parent, at a stop or restart. The MPM ignores it in a child that stops gracefully, so
// that the parent would have to kill it, 9 s later. The MPM itself uses the signal to wake its main
// thread (event.c, close_listeners).
void obey_sigterm()
{
    struct sigaction action {
    };
    action.sa_sigaction = note_sigterm;
    action.sa_flags = SA_SIGINFO; // it also ends a system call of the MPM's
    sigemptyset(&action.sa_mask);
    sigaction(SIGTERM, &action, nullptr);
}

} // namespace

child::child(const server_rec* main_server, std::string_view pseudonym)
    : shared_(main_server, pseudonym), engines_(main_server, shared_)
{
    current_ = this;
    services::set_current(&shared_);
    engine::set_relief([](bool sites_too) {
        if (auto* here = current())
            here->make_room(sites_too);
    });
    if (!engines_.any())
        return;
    take_listeners();
    shared_.watch().run([calls = engines_.calls(), this] {
        return watch_for_held_calls(shared_.watch().context(), calls, shared_.hooks());
    });
}

void child::take_listeners()
{
    for (const auto& one : chosen_listeners())
        if (auto* taken = taken_listener::take(one.listener, one.offered))
            listeners_.push_back(taken);
    engines_.accept_at(listeners_);
    if (!listeners_.empty())
        engines_.run(take_mail());
}

taken_listener* child::listener_with(std::uint64_t inode) const
{
    for (auto* l : listeners_)
        if (l->inode() == inode)
            return l;
    return nullptr;
}

// What old engines could not serve, for the MPM of this child.
task<void> child::take_mail()
{
    const auto here = co_await asio::this_coro::executor;
    auto& waits = mail_wait_.emplace(here);
    while (!engines_accept() && !is_stopping_) {
        steady_timer a_moment(here, between_verdicts);
        co_await a_moment.async_wait(directly);
    }
    error_code ec;
    const int own = is_stopping_ ? -1 : copy_of_mailbox();
    if (own >= 0)
        waits.assign(own, ec);
    while (waits.is_open() && !ec && !is_stopping_) {
        const auto [failed] = co_await waits.async_wait(mailbox_wait::wait_read, directly);
        ec = failed;
        for (auto one = ec ? std::nullopt : take_from_mailbox(); one; one = take_from_mailbox()) {
            engines_.watch_listener();
            auto* at = listener_with(one->listener);
            taken_listener::returned given{one->descriptor, std::move(one->read)};
            if (!at || !at->give_back({given.descriptor, given.read}))
                engines_.serve_after_all(std::move(given));
        }
    }
    waits.close(ec);
}

bool child::may_accept() const
{
    return accepts_for_successors_ ||
           std::ranges::any_of(listeners_, [](const auto* l) { return !l->is_left(); });
}

// The MPM does not know of these connections. Tunnels and endless responses have their end
// (closing_time). No connection begins after the last engine has left the last listener.
void child::wait_for_accepted() const
{
    while (ends_gracefully_ && !told_to_end && (may_accept() || engines_.accepted() > 0))
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

// Offload threads first: they hold connections that the engines would then end.
child::~child()
{
    wait_for_accepted();
    engines_.begin_stop(); // who had to accept for successors to the last
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
    if (graceful && !listeners_.empty())
        obey_sigterm();
    for (auto* l : listeners_)
        for (auto& one : l->close())
            engines_.serve_after_all(std::move(one));
    if (graceful && !listeners_.empty() && has_successors()) {
        accepts_for_successors_ = true;
        take_no_mail();
        engines_.begin_to_leave();
        engines_.run(accept_for_successors());
        return;
    }
    if (graceful)
        tell_that_engines_accept(); // nobody waits for this one
    take_no_mail();
    accept_no_more();
}

void child::take_no_mail()
{
    is_stopping_ = true;
    if (!listeners_.empty())
        engines_.post([this] {
            if (mail_wait_ && mail_wait_->is_open())
                mail_wait_->cancel();
        });
}

void child::accept_no_more()
{
    shared_.end().begin();
    engines_.begin_stop();
    accepts_for_successors_ = false;
}

// A port of the old configuration alone is free at once.
void child::give_up_listeners()
{
    bool any = false;
    for (auto* l : listeners_)
        if (!l->is_given_up() && !is_listened_at(l->inode())) {
            l->give_up();
            any = true;
        }
    if (any)
        engines_.leave_given_up();
}

// Nobody is to come who takes it. HTTP/1 is what its clients cannot speak, but so they hear that.
void child::take_mail_back()
{
    for (auto one = take_from_mailbox(); one; one = take_from_mailbox())
        engines_.serve_after_all({one->descriptor, std::move(one->read)});
}

task<void> child::accept_for_successors()
{
    const auto begin = deadline::clock::now();
    succession decision(own_generation(), begin);
    const auto here = co_await asio::this_coro::executor;
    steady_timer next(here);
    auto verdict = acceptance::yes;
    while (verdict == acceptance::yes) {
        next.expires_after(between_verdicts);
        co_await next.async_wait(directly);
        give_up_listeners();
        verdict = decision.judge(generations_.look(), deadline::clock::now());
    }
    log_succession(verdict, deadline::clock::now() - begin);
    if (verdict != acceptance::engines_follow && verdict != acceptance::in_the_way)
        guard("what old engines could not serve", [this] { take_mail_back(); });
    accept_no_more();
}

} // namespace v6front
