/* SPDX-License-Identifier: Apache-2.0
 *
 * A module that gives every server another line of configuration when all modules have settled
 * theirs, as mod_perl can: what LATE_LINE has in the environment.
 */
#include "httpd.h"
#include "http_config.h"
#include "http_core.h"

#include "apr_strings.h"

#include <stdlib.h>

static apr_status_t next_line(void *into, apr_size_t size, void *rest)
{
    const char **line = rest;
    if (!*line)
        return APR_EOF;
    apr_cpystrn(into, *line, size);
    *line = NULL;
    return APR_SUCCESS;
}

static int add_line(apr_pool_t *pool, apr_pool_t *log, apr_pool_t *temporary, server_rec *s)
{
    (void)log;
    if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG)
        return OK;
    for (; s; s = s->next) {
        const char *line = getenv("LATE_LINE");
        ap_directive_t *tree = NULL;
        cmd_parms how = {0};
        const char *wrong;
        how.pool = pool;
        how.temp_pool = temporary;
        how.server = s;
        how.override = RSRC_CONF | OR_ALL;
        how.limited = -1;
        how.config_file = ap_pcfg_open_custom(temporary, "a module", &line, NULL, next_line, NULL);
        wrong = ap_build_config(&how, pool, temporary, &tree);
        if (!wrong && tree)
            wrong = ap_walk_config(tree, &how, s->lookup_defaults);
        if (wrong)
            return HTTP_INTERNAL_SERVER_ERROR;
    }
    return OK;
}

static void add_hooks(apr_pool_t *pool)
{
    (void)pool;
    ap_hook_post_config(add_line, NULL, NULL, APR_HOOK_REALLY_LAST);
}

AP_DECLARE_MODULE(late_rule) = {STANDARD20_MODULE_STUFF, NULL, NULL, NULL, NULL, NULL, add_hooks,
                                AP_MODULE_FLAG_NONE};
