// SPDX-License-Identifier: Apache-2.0

#include "routing.hpp"

#include "core/edits/target.hpp"
#include "httpd/base/log.hpp"
#include "request_checks.hpp"
#include "request_state.hpp"

namespace v6front
{

namespace
{

constexpr std::size_t max_groups = 10;

using decision = result<routed_request*>; // nullptr: not ours

request_target target_of(const request_rec* r)
{
    request_target target{view(r->unparsed_uri), view(r->uri), std::nullopt, is_from_client(r)};
    if (r->args)
        target.query = view(r->args);
    return target;
}

// nullptr for a rule that another module has added, or a server that it has made, after the start:
// its backend was never settled.
routed_request* make(const request_rec* r, const rule& rule, std::string&& target)
{
    const auto& backends = config_of(r->server)->backends;
    if (rule.number >= backends.size()) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r,
                      V6LOGNO(0150) "the rule at %s was added after the configuration was read, by "
                                    "another module, and is not used: write it in a file",
                      rule.place.c_str());
        return nullptr;
    }
    auto* made = pool_new<routed_request>(r->pool);
    made->backend = &backends[rule.number];
    made->rule = &rule;
    made->target = std::move(target);
    return made;
}

decision by_route(const request_rec* r, const route& found)
{
    if (!found.backend)
        return nullptr;
    auto target = backend_target(target_of(r), found.path, found.backend->path);
    if (!target)
        return target.error();
    auto* made = make(r, found, std::move(*target));
    if (made)
        made->by_path = &found;
    return made;
}

// The first expression that matches a path, in their order, and what its groups have matched.
struct match {
    const match_rule* rule = nullptr;
    matched_group groups[max_groups]{};
};
match find_match(const server_config& server, const char* path)
{
    for (const auto& rule : server.matches) {
        ap_regmatch_t matched[max_groups];
        if (ap_regexec(rule.regex, path, max_groups, matched, 0) != 0)
            continue;
        match found{&rule};
        for (std::size_t i = 0; i < max_groups; ++i)
            if (matched[i].rm_so >= 0)
                found.groups[i] = {static_cast<std::size_t>(matched[i].rm_so),
                                   static_cast<std::size_t>(matched[i].rm_eo)};
        return found;
    }
    return {};
}

// The backend's path with $0 to $9 replaced by what the expression's groups matched.
decision by_match(const request_rec* r, const match& found)
{
    if (!found.rule->backend)
        return nullptr;
    auto target = expanded_target(target_of(r), found.rule->backend->path, found.groups);
    if (!target)
        return target.error();
    auto* made = make(r, *found.rule, std::move(*target));
    if (made)
        made->by_match = found.rule;
    return made;
}

// A <Location>'s own route, then the expressions in their order, then the longest path.
decision decide(const request_rec* r)
{
    if (const auto* own = config_of(r)->own_route; own && is_below(view(r->uri), own->path))
        return by_route(r, *own);
    const auto* server = config_of(r->server);
    if (const auto by = find_match(*server, r->uri); by.rule)
        return by_match(r, by);
    const auto* found = server->routes.match(view(r->uri));
    return found ? by_route(r, *found) : decision(nullptr);
}

const core_server_config* core_config_of(const request_rec* r)
{
    return static_cast<const core_server_config*>(
        ap_get_core_module_config(r->server->module_config));
}

// What httpd answers, or refuses, itself: where the operator has forbidden it, and with a body.
bool is_trace_for_httpd(const request_rec* r)
{
    const auto* core = core_config_of(r);
    return core->trace_enable == AP_TRACE_DISABLE ||
           (core->trace_enable != AP_TRACE_EXTENDED &&
            ap_request_has_body(const_cast<request_rec*>(r)));
}

int refuse(const request_rec* r, const failure& why)
{
    const auto& row = describe(why.reason);
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r, V6LOGNO(0120) "%s: %s%s%s; the client gets %d",
                  r->method, row.words.data(), why.detail.empty() ? "" : ": ", why.detail.c_str(),
                  row.status);
    return row.status;
}

} // namespace

routed_request* routed(const request_rec* r)
{
    const auto* state = state_of(r);
    return state ? state->route : nullptr;
}

std::optional<std::string> path_by_match(const request_rec* r, const match_rule& rule,
                                         std::string_view raw_path)
{
    // As httpd would make r->uri of it; an encoded slash is a matter of each <Directory>'s
    // settings.
    char* path = apr_pstrmemdup(r->pool, raw_path.data(), raw_path.size());
    if (ap_unescape_url(path) != OK)
        return std::nullopt;
    if (core_config_of(r)->merge_slashes != AP_CORE_CONFIG_OFF)
        ap_no2slash(path);
    const auto* server = config_of(r->server);
    for (const auto* own : server->location_routes)
        if (is_below(path, own->path))
            return std::nullopt;
    const auto found = find_match(*server, path);
    if (found.rule != &rule)
        return std::nullopt;
    auto target = expanded_target({raw_path, path, std::nullopt}, rule.backend->path, found.groups);
    return target ? std::optional(std::move(*target)) : std::nullopt;
}

int translate_name(request_rec* r)
{
    if (!r->uri || r->uri[0] != '/')
        return DECLINED; // "OPTIONS *" is for httpd itself to answer
    if (r->method_number == M_TRACE && is_trace_for_httpd(r))
        return DECLINED;
    auto decided = decide(r);
    if (decided && !*decided)
        return DECLINED;
    if (const auto unfit = check_form(r, decided ? *decided : nullptr))
        return refuse(r, *unfit);
    if (!decided)
        return refuse(r, decided.error());
    const auto hop = take_hop(r);
    if (hop == hops::malformed)
        return refuse(r, {reason::unfit_target, {}, "Max-Forwards is not a number"});
    (*decided)->ends_here = hop == hops::used_up;
    if ((*decided)->ends_here && r->method_number == M_TRACE)
        return DECLINED; // httpd has the answer
    set_route(r, *decided);
    r->handler = handler_name;
    // What proxyreq means to httpd's core: Date and Server are the site's own; and to mod_mime: the
    // path's suffix says nothing about the handler.
    r->proxyreq = PROXYREQ_REVERSE;
    r->filename = apr_pstrcat(r->pool, "v6front:", r->uri, nullptr);
    // What mod_dir takes for an index or a fallback is a regular file, or mod_proxy's.
    if (r->main && r->main->finfo.filetype != APR_REG && !routed(r->main))
        r->finfo.filetype = APR_REG;
    return OK;
}

void route_again(request_rec* r)
{
    if (view(r->handler) != handler_name || routed(r))
        return;
    if (auto decided = decide(r); decided && *decided)
        set_route(r, *decided);
}

// There is no file behind a routed path, so httpd need not walk the file system for it.
int map_to_storage(request_rec* r)
{
    return routed(r) ? OK : DECLINED;
}

} // namespace v6front
