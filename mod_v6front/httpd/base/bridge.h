/* SPDX-License-Identifier: Apache-2.0
 *
 * What the module record and the directive table (C) need of the bridge (C++).
 */
#ifndef V6FRONT_BRIDGE_H
#define V6FRONT_BRIDGE_H

#include <httpd.h>
#include <http_config.h>

#ifdef __cplusplus
extern "C" {
#endif

void *v6front_create_server_config(apr_pool_t *pool, server_rec *server);
void *v6front_merge_server_config(apr_pool_t *pool, void *base, void *over);
void *v6front_create_dir_config(apr_pool_t *pool, char *path);
void *v6front_merge_dir_config(apr_pool_t *pool, void *base, void *over);
void v6front_register_hooks(apr_pool_t *pool);

const char *v6front_set_pass(cmd_parms *cmd, void *dir, int argc, char *const argv[]);
const char *v6front_set_pass_match(cmd_parms *cmd, void *dir, int argc, char *const argv[]);
const char *v6front_set_pass_reverse(cmd_parms *cmd, void *dir, const char *first,
                                     const char *second);
const char *v6front_set_backend_v4(cmd_parms *cmd, void *dir, int argc, char *const argv[]);
const char *v6front_set_preserve_host(cmd_parms *cmd, void *dir, const char *value);
const char *v6front_set_via(cmd_parms *cmd, void *dir, const char *value);
const char *v6front_set_add_headers(cmd_parms *cmd, void *dir, const char *value);
const char *v6front_set_engine(cmd_parms *cmd, void *dir, const char *value);
const char *v6front_set_threads(cmd_parms *cmd, void *dir, const char *value);
const char *v6front_set_resolve(cmd_parms *cmd, void *dir, const char *key_value);
const char *v6front_set_check(cmd_parms *cmd, void *dir, int argc, char *const argv[]);
const char *v6front_set_graceful_timeout(cmd_parms *cmd, void *dir, const char *value);
const char *v6front_set_timeout(cmd_parms *cmd, void *dir, const char *key_value);

#ifdef __cplusplus
}
#endif
#endif
