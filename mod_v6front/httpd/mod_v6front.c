/* SPDX-License-Identifier: Apache-2.0
 *
 * The module record and the directive table, and nothing else. This is C so that the table is type-checked and so that
 * <IfModule mod_v6front.c> matches: httpd compares the name of the file that holds the record.
 */
#include "httpd/base/bridge.h"

static const command_rec directives[] = {
    AP_INIT_TAKE_ARGV("V6FrontPass", v6front_set_pass, NULL, RSRC_CONF | ACCESS_CONF,
                      "path and http:// URL of an IPv4 site, or ! to exclude the path, then "
                      "key=value settings, such as response=5min or max=20; in <Location> "
                      "without the path"),
    AP_INIT_TAKE_ARGV("V6FrontPassMatch", v6front_set_pass_match, NULL, RSRC_CONF,
                      "regular expression for the path, and http:// URL of an IPv4 site with "
                      "$1 to $9, or ! to exclude, then key=value settings as for V6FrontPass"),
    AP_INIT_TAKE12("V6FrontPassReverse", v6front_set_pass_reverse, NULL, RSRC_CONF | ACCESS_CONF,
                   "path on the front and the http:// URL whose redirects are mapped to it; in "
                   "<Location> without the path"),
    AP_INIT_TAKE_ARGV("V6FrontBackendV4", v6front_set_backend_v4, NULL, RSRC_CONF,
                      "backend name (* or no name: every backend of this virtual host), and "
                      "the IPv4 addresses or other names to use for it"),
    AP_INIT_ITERATE("V6FrontResolve", v6front_set_resolve, NULL, RSRC_CONF,
                    "refresh=, max-stale= and timeout= as durations: how often names are "
                    "looked up, how long an old answer may be used, when a lookup fails"),
    AP_INIT_TAKE1("V6FrontPreserveHost", v6front_set_preserve_host, NULL, RSRC_CONF | ACCESS_CONF,
                  "On (default): the site sees the Host that the client sent; Off: its own name"),
    AP_INIT_TAKE1("V6FrontVia", v6front_set_via, NULL, RSRC_CONF | ACCESS_CONF,
                  "On (default): this front adds itself to Via, for the site and for the client; "
                  "Off: it does not"),
    AP_INIT_TAKE1("V6FrontAddHeaders", v6front_set_add_headers, NULL, RSRC_CONF | ACCESS_CONF,
                  "On (default): the site gets X-Forwarded-* and Via; Off: only CDN-Loop is added"),
    AP_INIT_TAKE1("V6FrontEngine", v6front_set_engine, NULL, RSRC_CONF,
                  "On (default): requests run on the module's engines; Off: each holds a thread"),
    AP_INIT_TAKE1("V6FrontThreads", v6front_set_threads, NULL, RSRC_CONF,
                  "engines per child process, 1 to 64; default: one per processor, at most 16"),
    AP_INIT_TAKE1("V6FrontGracefulTimeout", v6front_set_graceful_timeout, NULL, RSRC_CONF,
                  "how long old processes keep tunnels and endless responses after a "
                  "graceful restart, such as 30s, 10min (default), 1h"),
    AP_INIT_ITERATE("V6FrontTimeout", v6front_set_timeout, NULL, RSRC_CONF | ACCESS_CONF,
                    "connect=, response= and idle= as durations such as 3, 500ms, 2min"),
    AP_INIT_TAKE_ARGV("V6FrontCheck", v6front_set_check, NULL, RSRC_CONF,
                      "backend name (no name: every backend of this server), then uri=, "
                      "interval=, status= and host=: addresses that fail get no requests"),
    {0}
};

/* The only symbol that httpd looks up; all others are hidden. */
extern module AP_MODULE_DECLARE_DATA v6front_module __attribute__((visibility("default")));

AP_DECLARE_MODULE(v6front) = {
    STANDARD20_MODULE_STUFF,
    v6front_create_dir_config,
    v6front_merge_dir_config,
    v6front_create_server_config,
    v6front_merge_server_config,
    directives,
    v6front_register_hooks,
    AP_MODULE_FLAG_NONE
};
