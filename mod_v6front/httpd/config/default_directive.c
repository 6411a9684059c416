/* SPDX-License-Identifier: Apache-2.0 */
#include "default_directive.h"

#include <apr_strings.h>
#include <http_config.h>

static const command_rec *find_command(const char *module_file, const char *name)
{
    const module *m = ap_find_linked_module(module_file);
    const command_rec *c = m ? m->cmds : NULL;
    for (; c && c->name; ++c)
        if (strcasecmp(c->name, name) == 0 && c->args_how == TAKE1)
            return c;
    return NULL;
}

int v6front_give_mpm_directive(apr_pool_t *pconf, server_rec *main_server, const char *module_file,
                               const char *name, const char *value)
{
    const command_rec *command = find_command(module_file, name);
    ap_directive_t line = {.directive = name, .args = value, .filename = "mod_v6front"};
    cmd_parms parms = {
        .override = RSRC_CONF, .limited = -1, .directive = &line, .server = main_server, .cmd = command};
    if (!command)
        return 0;
    parms.pool = pconf;
    if (apr_pool_create(&parms.temp_pool, pconf) != APR_SUCCESS)
        return 0;
    const char *refused = command->AP_TAKE1(&parms, NULL, value);
    apr_pool_destroy(parms.temp_pool);
    return refused == NULL;
}
