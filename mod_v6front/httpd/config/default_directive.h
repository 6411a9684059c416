/* SPDX-License-Identifier: Apache-2.0
 *
 * A default for a directive of the MPM's, given by its own function: for what the operator has not set. In C, where the
 * functions of httpd's table of directives have their types.
 */
#ifndef V6FRONT_DEFAULT_DIRECTIVE_H
#define V6FRONT_DEFAULT_DIRECTIVE_H

#include <httpd.h>

#ifdef __cplusplus
extern "C" {
#endif

/* In post_config. 1 if that module is loaded, has that directive of one argument, and took the value. */
int v6front_give_mpm_directive(apr_pool_t *pconf, server_rec *main_server, const char *module_file,
                               const char *name, const char *value);

#ifdef __cplusplus
}
#endif
#endif
