// SPDX-License-Identifier: Apache-2.0

#include "body_limits.hpp"

#include "config.hpp"
#include "config_tree.hpp"

#include <cstring>
#include <map>

namespace v6front
{

namespace
{

constexpr const char* module_name = "mod_reqtimeout.c";

// It begins with each body where a request has been read (mod_reqtimeout.c,
// reqtimeout_before_body); the hooks are public, with their modules' names.
int (*hook_of_reqtimeout())(request_rec*)
{
    const auto* hooks = ap_hook_get_post_read_request();
    if (!hooks || !ap_find_linked_module(module_name))
        return nullptr;
    const auto* all = reinterpret_cast<const ap_LINK_post_read_request_t*>(hooks->elts);
    for (int i = 0; i < hooks->nelts; ++i)
        if (std::strcmp(all[i].szName, module_name) == 0)
            return all[i].pFunc;
    return nullptr;
}

} // namespace

// Each stage of a virtual host's own displaces that of the main server.
void learn_body_limits(server_rec* main_server)
{
    auto* const begin = hook_of_reqtimeout();
    std::map<const server_rec*, body_time> written;
    if (begin)
        for_each_directive(main_server, [&written](const written_directive& d) {
            if (strcasecmp(d.name.c_str(), "RequestReadTimeout") == 0)
                for (const auto& word : d.words)
                    if (const auto time = parse_body_time(word))
                        written[d.server] = *time;
        });
    const auto usual = written[main_server]; // or mod_reqtimeout's default
    for (auto* s = main_server; s; s = s->next) {
        const auto own = written.find(s);
        config_of(s)->body = {own == written.end() ? usual : own->second, begin};
    }
}

std::optional<body_time> body_time_of(const request_rec* r)
{
    const auto& limits = config_of(r->server)->body;
    for (const auto* f = r->connection->input_filters; f && limits.begin; f = f->next)
        if (std::strcmp(f->frec->name, "reqtimeout") == 0)
            return limits.time;
    return std::nullopt;
}

void keep_reqtimeout_quiet(request_rec* r)
{
    if (auto* const begin = config_of(r->server)->body.begin)
        begin(r);
}

} // namespace v6front
