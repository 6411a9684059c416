/* SPDX-License-Identifier: Apache-2.0
 *
 * A module that waits while a connection begins: for as many milliseconds as SLOW_BEGINNING in the
 * environment says.
 */
#include "httpd.h"
#include "http_config.h"
#include "http_connection.h"

#include "apr_time.h"

#include <stdlib.h>

static int wait_a_while(conn_rec *c)
{
    const char *milliseconds = getenv("SLOW_BEGINNING");
    if (!c->master && milliseconds)
        apr_sleep(apr_time_from_msec(atoi(milliseconds)));
    return DECLINED;
}

static void add_hooks(apr_pool_t *pool)
{
    (void)pool;
    ap_hook_process_connection(wait_a_while, NULL, NULL, APR_HOOK_FIRST);
}

AP_DECLARE_MODULE(slow_beginning) = {STANDARD20_MODULE_STUFF, NULL, NULL, NULL, NULL, NULL,
                                     add_hooks, AP_MODULE_FLAG_NONE};
