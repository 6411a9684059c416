// SPDX-License-Identifier: Apache-2.0
//
// What a thread of ours needs among httpd's: no signals, which belong to httpd's own threads, and
// an apr_thread_t, which modules find in c->current_thread and ap_thread_current().
#pragma once

#include "apache.hpp"

#include <csignal>

namespace v6front
{

// A thread started while one of these stands gets no signals.
class signals_blocked
{
public:
    signals_blocked()
    {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~signals_blocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    signals_blocked(const signals_blocked&) = delete;
    signals_blocked& operator=(const signals_blocked&) = delete;

private:
    sigset_t before_;
};

// Stands on the thread's own stack as long as the thread lives.
class apr_identity
{
public:
    apr_identity() { ap_thread_current_create(&self_, nullptr, ap_server_conf->process->pool); }
    ~apr_identity()
    {
        if (self_)
            apr_pool_destroy(apr_thread_pool_get(self_));
    }
    apr_identity(const apr_identity&) = delete;
    apr_identity& operator=(const apr_identity&) = delete;
    apr_thread_t* get() const noexcept { return self_; }

private:
    apr_thread_t* self_ = nullptr;
};

} // namespace v6front
