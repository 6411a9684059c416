// SPDX-License-Identifier: Apache-2.0

#include "blocking_hooks.hpp"

#include "core/fields.hpp"
#include "log.hpp"

#include <algorithm>
#include <string_view>

namespace v6front
{

namespace
{

enum class who { engine, thread };

struct blocking {
    const char* directive;
    std::string_view word; // one of its arguments begins so
    const char* waits_for;
    who waits = who::engine;
};

constexpr const char* whole_body = "a request's whole body";

constexpr blocking known[] = {
    {"AuthBasicProvider", "ldap", "an LDAP server"},
    {"AuthBasicProvider", "dbd", "a database"},
    {"AuthDigestProvider", "dbd", "a database"},
    {"AuthFormProvider", "ldap", "an LDAP server"},
    {"AuthFormProvider", "dbd", "a database"},
    {"RewriteMap", "prg:", "a program"},
    {"RewriteMap", "dbd:", "a database"},
    {"RewriteMap", "fastdbd:", "a database"},
    {"SetOutputFilter", "RATE_LIMIT", "time to pass"},
    {"ExtFilterDefine", "", "a program"},
    {"SecRequestBodyAccess", "on", whole_body, who::thread},
    {"SecAction", "ctl:requestBodyAccess=on", whole_body, who::thread},
    {"SecRule", "ctl:requestBodyAccess=on", whole_body, who::thread},
    {"AuthType", "form", whole_body, who::thread},
};

bool begins_with(std::string_view text, std::string_view word)
{
    return text.size() >= word.size() && iequals(text.substr(0, word.size()), word);
}

const blocking* find_blocking(const ap_directive_t* d)
{
    for (const auto& row : known) {
        if (strcasecmp(d->directive, row.directive) != 0)
            continue;
        for (std::string_view rest = d->args; !rest.empty();) {
            const auto word = rest.substr(0, rest.find_first_of(" \t,\"'"));
            rest.remove_prefix(std::min(rest.size(), word.size() + 1));
            if (begins_with(word, row.word))
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

template <class Found> void look_below(const ap_directive_t* first, bool on, const Found& found)
{
    for (const auto* d = first; d; d = d->next) {
        if (d->first_child) {
            const bool host = strcasecmp(d->directive, "<VirtualHost") == 0;
            look_below(d->first_child, host ? engine_on(d->first_child, on) : on, found);
        } else if (const auto* row = on ? find_blocking(d) : nullptr) {
            found(*d, *row);
        }
    }
}

template <class Found> void look_everywhere(const Found& found)
{
    look_below(ap_conftree, engine_on(ap_conftree, true), found);
}

} // namespace

void warn_of_blocking_hooks(server_rec* main_server)
{
    look_everywhere([main_server](const ap_directive_t& d, const blocking& row) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
                     V6LOGNO(0220) "\"%s %s\" (%s:%d) waits for %s, and %s: set "
                                   "\"V6FrontEngine Off\" in that virtual host",
                     d.directive, d.args, d.filename, d.line_num, row.waits_for,
                     row.waits == who::engine
                         ? "all connections of its engine wait with it"
                         : "each request with a body holds a thread, in all virtual hosts");
    });
}

bool hooks_read_bodies()
{
    bool any = false;
    look_everywhere([&any](const ap_directive_t&, const blocking& row) {
        any = any || row.waits == who::thread;
    });
    return any;
}

} // namespace v6front
