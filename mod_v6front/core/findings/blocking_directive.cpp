// SPDX-License-Identifier: Apache-2.0

#include "blocking_directive.hpp"

#include "core/base/ascii.hpp"

#include <algorithm>

namespace v6front
{

namespace
{

using who = blocking_directive::who;
using where = blocking_directive::where;

constexpr std::string_view whole_body = "the whole body of a request";
constexpr std::string_view name_server = "a name server";
constexpr std::string_view database = "a connection to a database";
constexpr std::string_view other_requests = "other requests";
constexpr std::string_view interpreter = "a Perl interpreter";

constexpr blocking_directive known[] = {
    {"AuthBasicProvider", "ldap", "an LDAP server"},
    {"AuthBasicProvider", "dbd", database, who::request},
    {"AuthBasicProvider", "external", "a program"},
    {"AuthBasicProvider", "pam", "PAM"},
    {"AuthBasicProvider", "radius", "a RADIUS server"},
    {"AuthBasicProvider", "socache", "another provider, or a shared cache"},
    {"AuthDigestProvider", "dbd", database, who::request},
    {"AuthDigestProvider", "socache", "another provider, or a shared cache"},
    {"AuthFormProvider", "ldap", "an LDAP server"},
    {"AuthFormProvider", "dbd", database, who::request},
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
    {"Require", "dbd-", database, who::request, where::first},
    {"Require", "external-", "a program", who::engine, where::first},
    {"Require", "pam-", "PAM", who::engine, where::first},
    {"Allow", "", name_server, who::engine, where::names},
    {"Deny", "", name_server, who::engine, where::names},
    {"RewriteMap", "prg:", "a program"},
    {"RewriteMap", "dbd:", database, who::request},
    {"RewriteMap", "fastdbd:", database, who::request},
    {"SessionDBDPerUser", "on", database, who::request},
    {"SessionDBDCookieName", "", database, who::request},
    {"SessionDBDCookieName2", "", database, who::request},
    {"QS_SrvSerialize", "on", other_requests, who::request},
    {"QS_ClientSerialize", "", other_requests, who::request},
    {"PerlPostReadRequestHandler", "", interpreter, who::request},
    {"PerlInitHandler", "", interpreter, who::request},
    {"PerlTransHandler", "", interpreter, who::request},
    {"PerlMapToStorageHandler", "", interpreter, who::request},
    {"PerlHeaderParserHandler", "", interpreter, who::request},
    {"PerlAccessHandler", "", interpreter, who::request},
    {"PerlAuthenHandler", "", interpreter, who::request},
    {"PerlAuthzHandler", "", interpreter, who::request},
    {"PerlTypeHandler", "", interpreter, who::request},
    {"PerlFixupHandler", "", interpreter, who::request},
    {"PerlInputFilterHandler", "", interpreter, who::request},
    {"PerlOutputFilterHandler", "", interpreter, who::request},
    {"PerlLogHandler", "", interpreter, who::request},
    {"PerlCleanupHandler", "", interpreter, who::request},
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

bool tells(const blocking_directive& row, std::string_view args)
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

} // namespace

const blocking_directive* find_blocking(std::string_view name, std::string_view args) noexcept
{
    for (const auto& row : known)
        if (iequals(name, row.directive) && tells(row, args))
            return &row;
    return nullptr;
}

finding as_finding(const blocking_directive& row, const std::string& name, const std::string& args,
                   const std::string& place)
{
    const std::string begin =
        "\"" + name + " " + args + "\" (" + place + ") waits for " + std::string(row.waits_for);
    if (row.waits == who::request)
        return {"V6F0220", place,
                begin + ", which other requests may have until they end: so each request of that "
                        "virtual host holds a thread, as with \"V6FrontEngine Off\""};
    const char* so = row.waits == who::engine
                         ? "this blocks all connections of an engine"
                         : "each request with a body holds a thread, in all virtual hosts";
    return {"V6F0220", place,
            begin + ": " + so + ". Set \"V6FrontEngine Off\" in that virtual host"};
}

} // namespace v6front
