// SPDX-License-Identifier: Apache-2.0

#include "blocking_hooks.hpp"

#include "core/message/fields.hpp"
#include "httpd/base/log.hpp"
#include "httpd/config/config.hpp"
#include "httpd/config/config_tree.hpp"

#include <algorithm>
#include <string_view>

namespace v6front
{

namespace
{

enum class who { engine, thread };

// Which of a directive's arguments tells.
enum class where {
    anywhere, // one begins so
    first,    // the first does, or the one after "not"
    names     // one after "from" is a host's name
};

struct blocking {
    const char* directive;
    std::string_view word;
    const char* waits_for;
    who waits = who::engine;
    where at = where::anywhere;
};

constexpr const char* whole_body = "the whole body of a request";
constexpr const char* name_server = "a name server";

constexpr blocking known[] = {
    {"AuthBasicProvider", "ldap", "an LDAP server"},
    {"AuthBasicProvider", "dbd", "a database"},
    {"AuthBasicProvider", "external", "a program"},
    {"AuthBasicProvider", "pam", "PAM"},
    {"AuthBasicProvider", "radius", "a RADIUS server"},
    {"AuthBasicProvider", "socache", "another provider, or a shared cache"},
    {"AuthDigestProvider", "dbd", "a database"},
    {"AuthDigestProvider", "socache", "another provider, or a shared cache"},
    {"AuthFormProvider", "ldap", "an LDAP server"},
    {"AuthFormProvider", "dbd", "a database"},
    {"AuthExternal", "", "a program"},
    {"AuthType", "openid-connect", "an identity provider", who::engine, where::first},
    {"AuthType", "auth-openidc", "an identity provider", who::engine, where::first},
    {"AuthType", "oauth20", "an identity provider", who::engine, where::first},
    {"AuthType", "cas", "an identity provider", who::engine, where::first},
    {"AuthType", "gssapi", "a name server or a KDC", who::engine, where::first},
    {"AuthType", "kerberos", "a name server or a KDC", who::engine, where::first},
    {"HostnameLookups", "on", name_server},
    {"HostnameLookups", "double", name_server},
    {"IdentityCheck", "on", "the client's own machine"},
    {"Require", "host", name_server, who::engine, where::first},
    {"Require", "forward-dns", name_server, who::engine, where::first},
    {"Require", "ldap-", "an LDAP server", who::engine, where::first},
    {"Require", "dbd-", "a database", who::engine, where::first},
    {"Require", "external-", "a program", who::engine, where::first},
    {"Require", "pam-", "PAM", who::engine, where::first},
    {"Allow", "", name_server, who::engine, where::names},
    {"Deny", "", name_server, who::engine, where::names},
    {"RewriteMap", "prg:", "a program"},
    {"RewriteMap", "dbd:", "a database"},
    {"RewriteMap", "fastdbd:", "a database"},
    {"SetOutputFilter", "RATE_LIMIT", "a timer"},
    {"ExtFilterDefine", "", "a program"},
    {"SecRule", "@rbl", name_server},
    {"SecRule", "@inspectFile", "a program"},
    {"SecRule", "exec:", "a program"},
    {"SecAction", "exec:", "a program"},
    {"SecRequestBodyAccess", "on", whole_body, who::thread},
    {"SecAction", "ctl:requestBodyAccess=on", whole_body, who::thread},
    {"SecRule", "ctl:requestBodyAccess=on", whole_body, who::thread},
    {"AuthType", "form", whole_body, who::thread},
};

bool begins_with(std::string_view text, std::string_view word)
{
    return text.size() >= word.size() && iequals(text.substr(0, word.size()), word);
}

// What Allow and Deny (mod_access_compat) take for the name of a host: no address, no network, no
// "all", no "env=".
bool is_name(std::string_view word)
{
    if (word.empty() || iequals(word, "all") || iequals(word, "from") || begins_with(word, "env="))
        return false;
    return word.find(':') == word.npos &&
           word.find_first_not_of("0123456789./") != std::string_view::npos;
}

bool tells(const blocking& row, std::string_view args)
{
    while (!args.empty()) {
        const auto word = args.substr(0, args.find_first_of(" \t,\"'"));
        args.remove_prefix(std::min(args.size(), word.size() + 1));
        if (row.at == where::names ? is_name(word) : begins_with(word, row.word))
            return true;
        if (row.at == where::first && !word.empty() && !iequals(word, "not"))
            return false;
    }
    return false;
}

const blocking* find_blocking(const written_directive& d)
{
    for (const auto& row : known)
        if (iequals(d.name, row.directive) && tells(row, d.args))
            return &row;
    return nullptr;
}

template <class Found> void look_everywhere(const server_rec* main_server, const Found& found)
{
    for_each_directive(main_server, [&found](const written_directive& d) {
        const auto* row = config_of(d.server)->engine_on() ? find_blocking(d) : nullptr;
        if (row)
            found(d, *row);
    });
}

} // namespace

void warn_of_blocking_hooks(server_rec* main_server)
{
    look_everywhere(main_server, [main_server](const written_directive& d, const blocking& row) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, main_server,
                     V6LOGNO(0220) "\"%s %s\" (%s) waits for %s: %s. Set \"V6FrontEngine Off\" in "
                                   "that virtual host",
                     d.name.c_str(), d.args.c_str(), d.place.c_str(), row.waits_for,
                     row.waits == who::engine
                         ? "this blocks all connections of an engine"
                         : "each request with a body holds a thread, in all virtual hosts");
    });
}

bool hooks_read_bodies(const server_rec* main_server)
{
    bool any = false;
    look_everywhere(main_server, [&any](const written_directive&, const blocking& row) {
        any = any || row.waits == who::thread;
    });
    return any;
}

} // namespace v6front
