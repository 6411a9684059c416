/* SPDX-License-Identifier: Apache-2.0
 *
 * A module that holds up the parent once its listeners are open, as a machine with more to do than
 * time would: for as many milliseconds as SLOW_LISTENING in the environment says.
 */
#include "httpd.h"
#include "http_config.h"

#include "apr_time.h"

#include <stdlib.h>

static int wait_a_while(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp, server_rec *s)
{
    const char *milliseconds = getenv("SLOW_LISTENING");
    (void)pconf;
    (void)plog;
    (void)ptemp;
    (void)s;
    if (milliseconds)
        apr_sleep(apr_time_from_msec(atoi(milliseconds)));
    return OK;
}

static void add_hooks(apr_pool_t *pool)
{
    static const char *const event[] = {"event.c", NULL};
    static const char *const ours[] = {"mod_v6front.c", NULL};
    (void)pool;
    ap_hook_open_logs(wait_a_while, event, ours, APR_HOOK_REALLY_FIRST);
}

AP_DECLARE_MODULE(slow_listening) = {STANDARD20_MODULE_STUFF, NULL, NULL, NULL, NULL, NULL,
                                     add_hooks, AP_MODULE_FLAG_NONE};
