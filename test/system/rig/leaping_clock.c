/* SPDX-License-Identifier: Apache-2.0
 *
 * Loaded before httpd's own libraries: its monotonic clock is ahead by as many seconds as the test
 * says. What waits for a condition by that clock wakes when it leaps; what the kernel waits for by
 * itself (epoll, timers) is not hurried, and httpd's own times are of the other clock.
 */
#define _GNU_SOURCE
#include "told.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t which, struct timespec *now)
{
    const int failed = (int)syscall(SYS_clock_gettime, which, now);
    if (!failed && (which == CLOCK_MONOTONIC || which == CLOCK_MONOTONIC_COARSE))
        now->tv_sec += told[0];
    return failed;
}

static int is_before(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec < b->tv_sec || (a->tv_sec == b->tv_sec && a->tv_nsec < b->tv_nsec);
}

/* In pieces of a tenth of a second, each of which ends as if somebody had notified. */
int pthread_cond_clockwait(pthread_cond_t *c, pthread_mutex_t *m, clockid_t which,
                           const struct timespec *until)
{
    static int (*wait)(pthread_cond_t *, pthread_mutex_t *, clockid_t, const struct timespec *);
    struct timespec now, piece;
    int ended;
    if (!wait)
        *(void **)&wait = dlsym(RTLD_NEXT, "pthread_cond_clockwait");
    if (which != CLOCK_MONOTONIC)
        return wait(c, m, which, until);
    clock_gettime(which, &now);
    if (!is_before(&now, until))
        return ETIMEDOUT;
    syscall(SYS_clock_gettime, which, &piece);
    piece.tv_nsec += 100000000;
    if (piece.tv_nsec >= 1000000000) {
        piece.tv_nsec -= 1000000000;
        ++piece.tv_sec;
    }
    now = *until;
    now.tv_sec -= told[0];
    ended = wait(c, m, which, is_before(&now, &piece) ? &now : &piece);
    return ended == ETIMEDOUT ? 0 : ended;
}
