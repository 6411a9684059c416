// SPDX-License-Identifier: Apache-2.0

#include "read_limits.hpp"

#include "config.hpp"
#include "config_tree.hpp"

#include <algorithm>
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

using stages_of_servers = std::map<const server_rec*, read_time>;

// mod_reqtimeout's defaults.
constexpr read_time unlimited{std::chrono::seconds(0), std::chrono::seconds(0), 0};
constexpr read_time usual_head{std::chrono::seconds(20), std::chrono::seconds(40), 500};

// Known before the children begin.
std::chrono::steady_clock::duration longest_of_newcomers{};

void note_stage(stages_of_servers& written, const server_rec* s,
                const std::optional<read_time>& time)
{
    if (time)
        written[s] = *time;
}

read_time stage_of(const stages_of_servers& written, const server_rec* main_server,
                   const server_rec* s, const read_time& usual)
{
    for (const auto* place : {s, main_server})
        if (const auto found = written.find(place); found != written.end())
            return found->second;
    return usual;
}

} // namespace

// Each stage of a virtual host's own displaces that of the main server.
void learn_read_limits(server_rec* main_server)
{
    auto* const begin_body = hook_of_reqtimeout();
    stages_of_servers handshakes, heads, bodies;
    for_each_directive(main_server, [&](const written_directive& d) {
        if (!begin_body || strcasecmp(d.name.c_str(), "RequestReadTimeout") != 0)
            return;
        for (const auto& word : d.words) {
            note_stage(handshakes, d.server, parse_read_time(word, "handshake"));
            note_stage(heads, d.server, parse_read_time(word, "header"));
            note_stage(bodies, d.server, parse_read_time(word, "body"));
        }
    });
    longest_of_newcomers = {};
    for (auto* s = main_server; s; s = s->next) {
        auto& limits = config_of(s)->reading;
        limits = {stage_of(handshakes, main_server, s, unlimited),
                  stage_of(heads, main_server, s, begin_body ? usual_head : unlimited),
                  stage_of(bodies, main_server, s, read_time{}), begin_body};
        const auto head = head_time(s, 0).value_or(std::chrono::microseconds(s->timeout));
        longest_of_newcomers =
            std::max({longest_of_newcomers, head, limits.handshake.allowed(0).value_or(head)});
    }
}

std::optional<std::chrono::steady_clock::duration> head_time(const server_rec* s,
                                                             std::uint64_t octets)
{
    return config_of(s)->reading.head.allowed(octets);
}

std::chrono::steady_clock::duration time_of_newcomers()
{
    return longest_of_newcomers;
}

std::optional<read_time> body_time_of(const request_rec* r)
{
    const auto& limits = config_of(r->server)->reading;
    for (const auto* f = r->connection->input_filters; f && limits.begin_body; f = f->next)
        if (std::strcmp(f->frec->name, "reqtimeout") == 0)
            return limits.body;
    return std::nullopt;
}

void keep_reqtimeout_quiet(request_rec* r)
{
    if (auto* const begin = config_of(r->server)->reading.begin_body)
        begin(r);
}

} // namespace v6front
