/* SPDX-License-Identifier: Apache-2.0
 *
 * What the module record (C) needs of the bridge (C++).
 */
#ifndef V6FRONT_BRIDGE_H
#define V6FRONT_BRIDGE_H

/* In C++ as in C: a directive's function has the type of its arguments. */
#ifndef AP_HAVE_DESIGNATED_INITIALIZER
#define AP_HAVE_DESIGNATED_INITIALIZER
#endif
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

/* The directive table (httpd/config/directives.cpp). */
extern const command_rec v6front_directives[];

#ifdef __cplusplus
}
#endif
#endif
