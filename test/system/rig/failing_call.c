/* SPDX-License-Identifier: Apache-2.0
 *
 * Loaded before httpd's own libraries: of the calls that make, use and end TCP connections, counted
 * from the moment at which the test says so, the one with that number fails once. The test says its
 * number (from 1; 0: none fails) and the error, or 0: then it reads or writes one octet, or nothing
 * special where it does neither. Calls that never have such an error do not count. The answer to the
 * test is how many there were. A connection that is lost stays so.
 */
#define _GNU_SOURCE
#include "told.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/uio.h>

static _Atomic int64_t seen_number; /* that the count belongs to */
static _Atomic int64_t count;

enum kind { reading, writing, connecting, other };

static int can_have(enum kind kind, int64_t error)
{
    return error == EPIPE          ? kind == writing
           : error == ECONNREFUSED ? kind == connecting
           : error == ETIMEDOUT    ? kind != other
                                   : 1;
}

/* The error of the one that fails; below 0: not this one. It is read once: when a reset is seen, the
 * test goes on, and says something else. */
static int error_now(enum kind kind)
{
    const int64_t number = told[0], error = told[1];
    int64_t at;
    if (number == 0 || !can_have(kind, error))
        return -1;
    if (atomic_exchange(&seen_number, number) != number)
        atomic_store(&count, 0);
    at = atomic_fetch_add(&count, 1) + 1;
    told[2] = at;
    return at == (number & 0xffff) ? (int)error : -1;
}

static int is_tcp(int s)
{
    int kind = 0, family = 0;
    socklen_t size = sizeof kind;
    if (getsockopt(s, SOL_SOCKET, SO_TYPE, &kind, &size) != 0 || kind != SOCK_STREAM)
        return 0;
    size = sizeof family;
    return getsockopt(s, SOL_SOCKET, SO_DOMAIN, &family, &size) == 0 &&
           (family == AF_INET || family == AF_INET6);
}

#define REAL(name) \
    static __typeof__(name) *real; \
    if (!real) \
        *(void **)&real = dlsym(RTLD_NEXT, #name)

static int fail(int s, int error)
{
    static int (*end)(int, int);
    if (!end)
        *(void **)&end = dlsym(RTLD_NEXT, "shutdown");
    if (error == ECONNRESET || error == EPIPE || error == ETIMEDOUT)
        end(s, SHUT_RDWR);
    errno = error;
    return -1;
}

#define FAIL_OR_BE_SHORT(kind, size) \
    { \
        const int error = error_now(kind); \
        if (error > 0) \
            return fail(s, error); \
        size = error == 0 && size > 1 ? 1 : size; \
    }

ssize_t recv(int s, void *into, size_t size, int flags)
{
    REAL(recv);
    if (!(flags & MSG_PEEK))
        FAIL_OR_BE_SHORT(reading, size)
    return real(s, into, size, flags);
}

ssize_t send(int s, const void *from, size_t size, int flags)
{
    REAL(send);
    FAIL_OR_BE_SHORT(writing, size)
    return real(s, from, size, flags);
}

ssize_t read(int s, void *into, size_t size)
{
    REAL(read);
    if (told[0] != 0 && is_tcp(s))
        FAIL_OR_BE_SHORT(reading, size)
    return real(s, into, size);
}

ssize_t write(int s, const void *from, size_t size)
{
    REAL(write);
    if (told[0] != 0 && is_tcp(s))
        FAIL_OR_BE_SHORT(writing, size)
    return real(s, from, size);
}

ssize_t writev(int s, const struct iovec *from, int pieces)
{
    REAL(writev);
    if (told[0] != 0 && pieces > 0 && is_tcp(s)) {
        struct iovec first = from[0];
        size_t size = first.iov_len;
        FAIL_OR_BE_SHORT(writing, size)
        if (size != first.iov_len) {
            first.iov_len = size;
            return real(s, &first, 1);
        }
    }
    return real(s, from, pieces);
}

ssize_t sendmsg(int s, const struct msghdr *message, int flags)
{
    REAL(sendmsg);
    if (told[0] != 0 && message->msg_iovlen > 0 && is_tcp(s)) {
        struct msghdr one = *message;
        struct iovec first = message->msg_iov[0];
        size_t size = first.iov_len;
        FAIL_OR_BE_SHORT(writing, size)
        if (size != first.iov_len) {
            first.iov_len = size;
            one.msg_iov = &first;
            one.msg_iovlen = 1;
            return real(s, &one, flags);
        }
    }
    return real(s, message, flags);
}

#define FAIL(kind, s) \
    { \
        const int error = error_now(kind); \
        if (error > 0) \
            return fail(s, error); \
    }

int socket(int family, int kind, int protocol)
{
    REAL(socket);
    if (family == AF_INET || family == AF_INET6)
        FAIL(other, -1)
    return real(family, kind, protocol);
}

int connect(int s, const struct sockaddr *to, socklen_t size)
{
    REAL(connect);
    if (to->sa_family == AF_INET || to->sa_family == AF_INET6)
        FAIL(connecting, s)
    return real(s, to, size);
}

int shutdown(int s, int how)
{
    REAL(shutdown);
    FAIL(other, s)
    return real(s, how);
}
