// SPDX-License-Identifier: Apache-2.0
//
// Threads of ours among a server's get no signals, which belong to the server's own threads; but
// for those of what a thread itself does, as in APR's threads (apr_setup_signal_thread): where one
// crashes, the server's handler says so and goes to CoreDumpDirectory. Stands on the stack of the
// function that starts one, until it has started.
#pragma once

#include <csignal>

namespace v6front
{

class signals_blocked
{
public:
    signals_blocked()
    {
        sigset_t others;
        sigfillset(&others);
        for (const int own : {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGPIPE, SIGSEGV, SIGSYS, SIGTRAP})
            sigdelset(&others, own);
        pthread_sigmask(SIG_SETMASK, &others, &before_);
    }
    ~signals_blocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    signals_blocked(const signals_blocked&) = delete;
    signals_blocked& operator=(const signals_blocked&) = delete;

private:
    sigset_t before_;
};

} // namespace v6front
