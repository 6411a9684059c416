/* SPDX-License-Identifier: Apache-2.0
 *
 * Loaded before httpd's own libraries: its monotonic clock is ahead by as many seconds as the file
 * says that LEAPING_CLOCK names in the environment, eight octets that may change at any time. What
 * waits for a condition by that clock wakes when it leaps; what the kernel waits for by itself
 * (epoll, timers) is not hurried, and httpd's own times are of the other clock.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const int64_t none = 0;
static const volatile int64_t *ahead = &none;

__attribute__((constructor)) static void begin(void)
{
    const char *name = getenv("LEAPING_CLOCK");
    const int file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
    void *octets;
    if (file < 0)
        return;
    octets = mmap(NULL, sizeof *ahead, PROT_READ, MAP_SHARED, file, 0);
    close(file);
    if (octets != MAP_FAILED)
        ahead = octets;
}

int clock_gettime(clockid_t which, struct timespec *now)
{
    const int failed = (int)syscall(SYS_clock_gettime, which, now);
    if (!failed && which == CLOCK_MONOTONIC)
        now->tv_sec += *ahead;
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
    now.tv_sec -= *ahead;
    ended = wait(c, m, which, is_before(&now, &piece) ? &now : &piece);
    return ended == ETIMEDOUT ? 0 : ended;
}
