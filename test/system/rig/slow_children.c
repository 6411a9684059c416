/* SPDX-License-Identifier: Apache-2.0
 *
 * A module that holds up new child processes: child_init waits as long as there is a file of the
 * name that SLOW_CHILDREN has in the environment. If that file says "end", the child ends instead; if
 * it says "last", they wait behind the child_init of all other modules rather than before it. Each of
 * them leaves an octet in the file of that name with ".met".
 */
#include "httpd.h"
#include "http_config.h"

#include "apr_time.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void leave_an_octet(const char *name)
{
    char met[4096];
    int file;
    snprintf(met, sizeof met, "%s.met", name);
    file = open(met, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (file >= 0 && write(file, ".", 1) == 1)
        close(file);
}

static void wait_for_the_test(int is_last)
{
    const char *name = getenv("SLOW_CHILDREN");
    char said[5] = "";
    int file;
    int is_met = 0;
    while (name && (file = open(name, O_RDONLY | O_CLOEXEC)) >= 0) {
        ssize_t n = read(file, said, 4);
        close(file);
        if ((n == 4 && strncmp(said, "last", 4) == 0) != is_last)
            return;
        if (!is_met++)
            leave_an_octet(name);
        if (n == 3 && strncmp(said, "end", 3) == 0)
            _exit(1);
        apr_sleep(apr_time_from_msec(10));
    }
}

static void wait_before_others(apr_pool_t *pool, server_rec *server)
{
    (void)pool;
    (void)server;
    wait_for_the_test(0);
}

static void wait_behind_others(apr_pool_t *pool, server_rec *server)
{
    (void)pool;
    (void)server;
    wait_for_the_test(1);
}

static void add_hooks(apr_pool_t *pool)
{
    (void)pool;
    ap_hook_child_init(wait_before_others, NULL, NULL, APR_HOOK_FIRST);
    ap_hook_child_init(wait_behind_others, NULL, NULL, APR_HOOK_REALLY_LAST + 10);
}

AP_DECLARE_MODULE(slow_children) = {STANDARD20_MODULE_STUFF, NULL, NULL, NULL, NULL, NULL,
                                    add_hooks, AP_MODULE_FLAG_NONE};
