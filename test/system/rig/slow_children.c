/* SPDX-License-Identifier: Apache-2.0
 *
 * A module that holds up new child processes: child_init waits as long as there is a file of the
 * name that SLOW_CHILDREN has in the environment. If that file says "end", the child ends instead.
 */
#include "httpd.h"
#include "http_config.h"

#include "apr_time.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void wait_for_the_test(apr_pool_t *pool, server_rec *server)
{
    const char *name = getenv("SLOW_CHILDREN");
    char said[4] = "";
    int file;
    (void)pool;
    (void)server;
    while (name && (file = open(name, O_RDONLY | O_CLOEXEC)) >= 0) {
        ssize_t n = read(file, said, 3);
        close(file);
        if (n == 3 && strncmp(said, "end", 3) == 0)
            _exit(1);
        apr_sleep(apr_time_from_msec(10));
    }
}

static void add_hooks(apr_pool_t *pool)
{
    (void)pool;
    ap_hook_child_init(wait_for_the_test, NULL, NULL, APR_HOOK_FIRST);
}

AP_DECLARE_MODULE(slow_children) = {STANDARD20_MODULE_STUFF, NULL, NULL, NULL, NULL, NULL,
                                    add_hooks, AP_MODULE_FLAG_NONE};
