// SPDX-License-Identifier: Apache-2.0

#include "encoded_slash.hpp"

#include "core/message/target_form.hpp"
#include "httpd/base/log.hpp"
#include "httpd/config/backends.hpp"
#include "httpd/config/config.hpp"
#include "httpd/process/services.hpp"

#include <algorithm>
#include <string>

namespace v6front
{

namespace
{

// By the path as it came: what httpd would have made of it, nobody will know.
bool may_be_routed(const server_config& server, std::string_view path)
{
    const auto* found = server.routes.match(path);
    return (found && found->backend) || !server.matches.empty() ||
           std::any_of(server.location_routes.begin(), server.location_routes.end(),
                       [path](const route* r) { return is_below(path, r->path); });
}

} // namespace

// What httpd asks before it translates a name (ap_process_request_internal).
void tell_of_encoded_slash(const request_rec* r)
{
    const auto path = view(r->parsed_uri.path);
    if (!has_encoded_slash(path) || !config_of(r->server)->has_routes())
        return;
    const auto* core =
        static_cast<const core_dir_config*>(ap_get_core_module_config(r->per_dir_config));
    if (core->allow_encoded_slashes || !may_be_routed(*config_of(r->server), path) ||
        !services::says_first("slash", place_of(r->server)))
        return;
    ap_log_rerror(APLOG_MARK, APLOG_WARNING, 0, r,
                  V6LOGNO(0121) "%s %s: httpd itself answers a path with %%2F with 404, and the "
                                "site never sees it. Set \"AllowEncodedSlashes NoDecode\" in this "
                                "virtual host (logged once per virtual host)",
                  r->method, path.data());
}

} // namespace v6front
