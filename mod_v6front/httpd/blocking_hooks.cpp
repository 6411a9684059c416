// SPDX-License-Identifier: Apache-2.0

#include "blocking_hooks.hpp"

#include "log.hpp"

#include <algorithm>
#include <string_view>

namespace v6front
{

namespace
{

struct blocking {
    const char* directive;
    std::string_view word; // one of its arguments begins so
    const char* waits_for;
};

constexpr blocking known[] = {
    {"AuthBasicProvider", "ldap", "an LDAP server"},
    {"AuthBasicProvider", "dbd", "a database"},
    {"AuthDigestProvider", "dbd", "a database"},
    {"AuthFormProvider", "ldap", "an LDAP server"},
    {"AuthFormProvider", "dbd", "a database"},
    {"RewriteMap", "prg:", "a program"},
    {"RewriteMap", "dbd:", "a database"},
    {"RewriteMap", "fastdbd:", "a database"},
    {"SecRequestBodyAccess", "On", "a request's whole body"},
    {"SecRequestBodyAccess", "on", "a request's whole body"},
    {"SetOutputFilter", "RATE_LIMIT", "time to pass"},
    {"ExtFilterDefine", "", "a program"},
};

const blocking* find_blocking(const ap_directive_t* d)
{
    for (const auto& row : known) {
        if (strcasecmp(d->directive, row.directive) != 0)
            continue;
        for (std::string_view rest = d->args; !rest.empty();) {
            const auto word = rest.substr(0, rest.find_first_of(" \t"));
            rest.remove_prefix(std::min(rest.size(), word.size() + 1));
            const auto bare = word.substr(word.starts_with('"') ? 1 : 0);
            if (bare.starts_with(row.word))
                return &row;
        }
    }
    return nullptr;
}

// What V6FrontEngine says among these siblings, and `otherwise` where it is not written.
bool engine_on(const ap_directive_t* first, bool otherwise)
{
    for (const auto* d = first; d; d = d->next)
        if (strcasecmp(d->directive, "V6FrontEngine") == 0)
            otherwise = strcasecmp(d->args, "off") != 0;
    return otherwise;
}

void look_below(const ap_directive_t* first, bool on, server_rec* s)
{
    for (const auto* d = first; d; d = d->next) {
        if (d->first_child) {
            const bool host = strcasecmp(d->directive, "<VirtualHost") == 0;
            look_below(d->first_child, host ? engine_on(d->first_child, on) : on, s);
            continue;
        }
        const auto* found = on ? find_blocking(d) : nullptr;
        if (found)
            ap_log_error(APLOG_MARK, APLOG_WARNING, 0, s,
                         V6LOGNO(0220) "\"%s %s\" (%s:%d) waits for %s, "
                                       "and all connections of its engine wait with it: set "
                                       "\"V6FrontEngine Off\" in that virtual host",
                         d->directive, d->args, d->filename, d->line_num, found->waits_for);
    }
}

} // namespace

void warn_of_blocking_hooks(server_rec* main_server)
{
    look_below(ap_conftree, engine_on(ap_conftree, true), main_server);
}

} // namespace v6front
