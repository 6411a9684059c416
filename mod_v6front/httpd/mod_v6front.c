/* SPDX-License-Identifier: Apache-2.0
 *
 * The module record, and nothing else. This is C so that <IfModule mod_v6front.c> matches: httpd compares the name of
 * the file that holds the record.
 */
#include "httpd/base/bridge.h"

/* The only symbol that httpd looks up; all others are hidden. */
extern module AP_MODULE_DECLARE_DATA v6front_module __attribute__((visibility("default")));

AP_DECLARE_MODULE(v6front) = {
    STANDARD20_MODULE_STUFF,
    v6front_create_dir_config,
    v6front_merge_dir_config,
    v6front_create_server_config,
    v6front_merge_server_config,
    v6front_directives,
    v6front_register_hooks,
    AP_MODULE_FLAG_NONE
};
