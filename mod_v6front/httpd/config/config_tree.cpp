// SPDX-License-Identifier: Apache-2.0

#include "config_tree.hpp"

namespace v6front
{

namespace
{

std::string line_of(const ap_directive_t& d)
{
    return d.filename + (":" + std::to_string(d.line_num));
}

std::vector<std::string> split(apr_pool_t* pool, const char* args)
{
    std::vector<std::string> words;
    for (const char* word = ap_getword_conf(pool, &args); *word;
         word = ap_getword_conf(pool, &args))
        words.emplace_back(word);
    return words;
}

bool begins_host(const ap_directive_t& d)
{
    return strcasecmp(d.directive, "<VirtualHost") == 0;
}

// <IfModule> and its like: their contents belong where they are. <If> is a section.
bool is_condition(const ap_directive_t& d)
{
    return (strncasecmp(d.directive, "<If", 3) == 0 && d.directive[3] != '\0') ||
           strcasecmp(d.directive, "<Macro") == 0;
}

// A virtual host remembers where it was defined (core.c, virtualhost_section).
const server_rec* host_at(const server_rec* main_server, const ap_directive_t& d)
{
    for (const auto* s = main_server->next; s; s = s->next)
        if (s->defn_name && view(s->defn_name) == view(d.filename) &&
            s->defn_line_number == static_cast<unsigned>(d.line_num))
            return s;
    return main_server;
}

struct walk {
    const server_rec* main_server;
    apr_pool_t* pool;
    const std::function<void(const written_directive&)>& each;

    void below(const ap_directive_t* first, const server_rec* s, const ap_directive_t* section)
    {
        for (const auto* d = first; d; d = d->next) {
            if (!d->first_child)
                each({s, section, d->directive, d->args, split(pool, d->args), line_of(*d)});
            else if (begins_host(*d))
                below(d->first_child, host_at(main_server, *d), nullptr);
            else
                below(d->first_child, s, is_condition(*d) ? section : d);
        }
    }
};

} // namespace

std::string written_directive::text() const
{
    auto text = name;
    for (const auto& word : words)
        text += " " + word;
    return text;
}

void for_each_directive(const server_rec* main_server,
                        const std::function<void(const written_directive&)>& each)
{
    apr_pool_t* pool = nullptr;
    apr_pool_create(&pool, main_server->process->pool);
    walk{main_server, pool, each}.below(ap_conftree, main_server, nullptr);
    apr_pool_destroy(pool);
}

} // namespace v6front
