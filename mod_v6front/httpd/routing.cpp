// SPDX-License-Identifier: Apache-2.0

#include "routing.hpp"

#include "core/target.hpp"

namespace v6front
{

namespace
{

constexpr std::size_t most_groups = 10;

request_target target_of(const request_rec* r)
{
    request_target target{view(r->unparsed_uri), view(r->uri), std::nullopt};
    if (r->args)
        target.query = view(r->args);
    return target;
}

routed_request* by_route(const request_rec* r, const route& found)
{
    if (!found.backend)
        return nullptr;
    auto* made = pool_new<routed_request>(r->pool);
    made->backend = &*found.backend;
    made->rule = &found;
    made->target = backend_target(target_of(r), found.path, found.backend->path);
    return made;
}

// The backend's path with $0 to $9 replaced by what the expression's groups matched.
routed_request* by_match(const request_rec* r, const match_rule& rule, ap_regmatch_t* groups)
{
    const char* path = ap_pregsub(r->pool, rule.backend->path.c_str(), r->uri, most_groups, groups);
    auto* made = pool_new<routed_request>(r->pool);
    made->backend = &*rule.backend;
    made->target = encoded_target(view(path), target_of(r).query);
    return made;
}

// A <Location>'s own route, then the expressions in their order, then the longest path.
routed_request* decide(const request_rec* r)
{
    if (const auto* own = config_of(r)->own_route; own && is_below(view(r->uri), own->path))
        return by_route(r, *own);
    const auto* server = config_of(r->server);
    for (const auto& rule : server->matches) {
        ap_regmatch_t groups[most_groups];
        if (ap_regexec(rule.regex, r->uri, most_groups, groups, 0) == 0)
            return rule.backend ? by_match(r, rule, groups) : nullptr;
    }
    const auto* found = server->routes.match(view(r->uri));
    return found ? by_route(r, *found) : nullptr;
}

} // namespace

const routed_request* routed(const request_rec* r)
{
    return static_cast<const routed_request*>(
        ap_get_module_config(r->request_config, &v6front_module));
}

int translate_name(request_rec* r)
{
    if (!r->uri || r->uri[0] != '/' || r->method_number == M_TRACE)
        return DECLINED; // "OPTIONS *", CONNECT and TRACE are for httpd itself to answer
    auto* decision = decide(r);
    if (!decision)
        return DECLINED;
    ap_set_module_config(r->request_config, &v6front_module, decision);
    r->handler = handler_name;
    // What proxyreq means to httpd's core: Date and Server are the site's own; and to mod_mime: the
    // path's suffix says nothing about the handler.
    r->proxyreq = PROXYREQ_REVERSE;
    r->filename = apr_pstrcat(r->pool, "v6front:", r->uri, nullptr);
    return OK;
}

// There is no file behind a routed path, so httpd need not walk the file system for it.
int map_to_storage(request_rec* r)
{
    return routed(r) ? OK : DECLINED;
}

} // namespace v6front
