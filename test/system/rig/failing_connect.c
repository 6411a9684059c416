/* SPDX-License-Identifier: Apache-2.0
 *
 * Loaded before httpd's own libraries: a connect over IPv4 fails with the error, and to the address
 * alone, that the test says: the number of the error or 0, and the last octet of the address or 0
 * for all.
 */
#define _GNU_SOURCE
#include "told.h"

#include <dlfcn.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <sys/socket.h>

int connect(int s, const struct sockaddr *to, socklen_t size)
{
    static int (*real)(int, const struct sockaddr *, socklen_t);
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "connect");
    if (told[0] != 0 && to->sa_family == AF_INET) {
        const uint32_t at = ntohl(((const struct sockaddr_in *)to)->sin_addr.s_addr);
        if (told[1] == 0 || told[1] == (int64_t)(at & 255)) {
            errno = (int)told[0];
            return -1;
        }
    }
    return real(s, to, size);
}
