/* SPDX-License-Identifier: Apache-2.0
 *
 * Loaded before httpd's own libraries: a connect over IPv4 fails with the error, and to the address
 * alone, that the file says which FAILING_CONNECT names in the environment: the number of the error
 * or 0, and the last octet of the address or 0 for all, four octets each, which may change at any
 * time.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

static const int32_t nothing[2];
static const volatile int32_t *told = nothing;
static int (*real)(int, const struct sockaddr *, socklen_t);

__attribute__((constructor)) static void begin(void)
{
    const char *name = getenv("FAILING_CONNECT");
    const int file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
    void *octets;
    *(void **)&real = dlsym(RTLD_NEXT, "connect");
    if (file < 0)
        return;
    octets = mmap(NULL, sizeof nothing, PROT_READ, MAP_SHARED, file, 0);
    close(file);
    if (octets != MAP_FAILED)
        told = octets;
}

int connect(int s, const struct sockaddr *to, socklen_t size)
{
    if (told[0] != 0 && to->sa_family == AF_INET) {
        const uint32_t at = ntohl(((const struct sockaddr_in *)to)->sin_addr.s_addr);
        if (told[1] == 0 || told[1] == (int32_t)(at & 255)) {
            errno = told[0];
            return -1;
        }
    }
    return real(s, to, size);
}
