/* SPDX-License-Identifier: Apache-2.0
 *
 * Loaded before httpd's own libraries: its listener is held up between seeing that no worker is idle
 * and ceasing to accept, as a machine with more to do than time would hold it up now and then. The
 * step is an atomic exchange of 0 for 1 (event.c, disable_listensocks()), and few others are. It
 * begins once there is a file of the name that LATE_LISTENER has in the environment.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

uint32_t apr_atomic_cas32(volatile uint32_t *where, uint32_t with, uint32_t expected);

uint32_t apr_atomic_cas32(volatile uint32_t *where, uint32_t with, uint32_t expected)
{
    static uint32_t (*exchange)(volatile uint32_t *, uint32_t, uint32_t);
    if (!exchange)
        *(void **)&exchange = dlsym(RTLD_NEXT, "apr_atomic_cas32");
    if (expected == 0 && with == 1 && access(getenv("LATE_LISTENER"), F_OK) == 0)
        usleep(5000);
    return exchange(where, with, expected);
}
