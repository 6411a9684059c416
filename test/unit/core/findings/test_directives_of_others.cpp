// SPDX-License-Identifier: Apache-2.0
//
// What directives of other modules mean for ours.
#include "mod_v6front/core/findings/blocking_directive.hpp"
#include "mod_v6front/core/findings/handshake_directive.hpp"
#include "mod_v6front/core/findings/other_rules.hpp"

#include "catch.hpp"

using namespace v6front;

TEST_CASE("directives whose hooks wait, and for what", "[findings]")
{
    struct row {
        const char* name;
        const char* args;
        const char* waits_for; // nullptr: for nothing
    };
    const row rows[]{
        {"AuthBasicProvider", "file ldap", "an LDAP server"},
        {"authbasicprovider", "LDAP", "an LDAP server"},
        {"AuthBasicProvider", "file", nullptr},
        {"AuthBasicProvider", "mildap", nullptr},
        {"AuthBasicProvider", "", nullptr},
        {"AuthExternal", "pw", "a program"},
        {"AuthType", "Basic", nullptr},
        {"AuthType", "GSSAPI", "a name server or a KDC"},
        {"Require", "host example.org", "a name server"},
        {"Require", "not host example.org", "a name server"},
        {"Require", "user host", nullptr},
        {"Require", "ldap-group cn=a", "an LDAP server"},
        {"Allow", "from example.org", "a name server"},
        {"Allow", "from all", nullptr},
        {"Allow", "from 192.0.2.0/24 2001:db8::/32", nullptr},
        {"Deny", "from env=bad", nullptr},
        {"Deny", "from 192.0.2.1 evil.example", "a name server"},
        {"RewriteMap", "m \"prg:/bin/x\"", "a program"},
        {"RewriteMap", "m txt:/etc/map", nullptr},
        {"HostnameLookups", "Off", nullptr},
        {"HostnameLookups", "Double", "a name server"},
        {"SecRule", "ARGS \"@rx a\" \"id:1,ctl:requestBodyAccess=On\"",
         "the whole body of a request"},
        {"SecRule", "ARGS \"@rx a\" \"id:1\"", nullptr},
        {"RequestHeader", "set X ldap", nullptr},
        {"PerlAccessHandler", "My::Access", "a Perl interpreter"},
        {"PerlResponseHandler", "My::Page", nullptr},
        {"QS_SrvSerialize", "on", "other requests"},
    };
    for (const auto& r : rows) {
        CAPTURE(r.name, r.args);
        const auto* found = find_blocking(r.name, r.args);
        CHECK((found == nullptr) == (r.waits_for == nullptr));
        if (found && r.waits_for)
            CHECK(found->waits_for == r.waits_for);
    }
    const auto* held = find_blocking("AuthBasicProvider", "file dbd");
    REQUIRE(held);
    CHECK(as_finding(*held, "AuthBasicProvider", "file dbd", "f:1").text ==
          "\"AuthBasicProvider file dbd\" (f:1) waits for a connection to a database, which other "
          "requests may have until they end: so each request of that virtual host holds a thread, "
          "as with \"V6FrontEngine Off\"");
    const auto* body = find_blocking("AuthType", "form");
    REQUIRE(body);
    CHECK(body->waits == blocking_directive::who::thread);
    const auto f = as_finding(*body, "AuthType", "form", "f:1");
    CHECK(f.number == "V6F0220");
    CHECK(f.place == "f:1");
    CHECK(f.text == "\"AuthType form\" (f:1) waits for the whole body of a request: each request "
                    "with a body holds a thread, in all virtual hosts. Set \"V6FrontEngine Off\" "
                    "in that virtual host");
}

TEST_CASE("directives after which a request may need a new TLS handshake", "[findings]")
{
    struct row {
        const char* name;
        const char* args;
        bool in_section;
        bool section;
        bool files;
    };
    const row rows[]{
        {"SSLVerifyClient", "require", true, true, false},
        {"SSLVerifyClient", "require", false, false, false}, // the handshake itself asks
        {"SSLVerifyClient", "none", true, false, false},
        {"sslverifydepth", "2", true, true, false},
        {"SSLCipherSuite", "HIGH", true, true, false},
        {"SSLVHostSNIPolicy", "secure", false, false, false},
        {"SSLVHostSNIPolicy", "authonly", false, true, false},
        {"SSLVHostSNIPolicy", "insecure", true, true, false},
        {"AllowOverride", "All", true, false, true},
        {"AllowOverride", "None", true, false, false},
        {"AllowOverride", "FileInfo \"AuthConfig\"", true, false, true},
        {"AllowOverrideList", "Redirect SSLCipherSuite", true, false, true},
        {"AllowOverrideList", "Redirect", true, false, false},
        {"SSLEngine", "on", true, false, false},
    };
    for (const auto& r : rows) {
        CAPTURE(r.name, r.args, r.in_section);
        const auto need = handshake_need_of(r.name, r.args, r.in_section);
        CHECK(need.section == r.section);
        CHECK(need.files == r.files);
    }
}

TEST_CASE("which paths a directive of mod_proxy takes", "[findings]")
{
    struct row {
        const char* name;
        std::vector<std::string> words;
        const char* section;
        const char* section_args;
        const char* path; // nullptr: no rule
        bool is_match;
        bool excludes;
    };
    const row rows[]{
        {"ProxyPass", {"/a", "http://b/"}, "", "", "/a", false, false},
        {"proxypass", {"/a", "!"}, "", "", "/a", false, true},
        {"ProxyPassMatch", {"^/a", "http://b/"}, "", "", "^/a", true, false},
        {"ProxyPass", {"http://b/"}, "<Location", "/a>", "/a", false, false},
        {"ProxyPass", {"!"}, "<location", "\"/a\">", "/a", false, true},
        {"ProxyPass", {"http://b/"}, "<LocationMatch", "^/a>", nullptr, false, false},
        {"ProxyPassMatch", {"http://b/"}, "<LocationMatch", "\"^/a\">", "^/a", true, false},
        {"ProxyPassMatch", {"http://b/"}, "<Location", "~ \"^/a\">", "^/a", true, false},
        {"ProxyPass", {"http://b/"}, "<Location", "~ ^/a>", nullptr, false, false},
        {"ProxyPass", {"http://b/"}, "<Directory", "/a>", nullptr, false, false},
        {"RewriteRule", {"^/a", "http://b/", "[L,P]"}, "", "", "^/a", true, false},
        {"RewriteRule", {"^/a", "http://b/", "[proxy]"}, "", "", "^/a", true, false},
        {"RewriteRule", {"^/a", "http://b/", "[PT]"}, "", "", nullptr, false, false},
        {"RewriteRule", {"!^/a", "http://b/", "[P]"}, "", "", nullptr, false, false},
        {"RewriteRule", {"^a", "http://b/", "[P]"}, "<Location", "/a>", nullptr, false, false},
        {"RewriteRule", {"^/a", "http://b/"}, "", "", nullptr, false, false},
        {"ProxyPass", {}, "", "", nullptr, false, false},
        {"ProxyPassReverse", {"/a", "http://b/"}, "", "", nullptr, false, false},
    };
    for (const auto& r : rows) {
        CAPTURE(r.name, r.words, r.section, r.section_args);
        const auto rule = as_proxy_rule({r.name, r.words, r.section, r.section_args});
        CHECK(rule.has_value() == (r.path != nullptr));
        if (!rule || !r.path)
            continue;
        CHECK(rule->path == r.path);
        CHECK(rule->is_match == r.is_match);
        CHECK(rule->excludes == r.excludes);
    }

    const auto begins = [](const std::string& expression, const std::string& path) {
        return path.starts_with(expression);
    };
    CHECK(takes({"/"}, "/a", begins));
    CHECK(takes({"/a/"}, "/a", begins));
    CHECK(takes({"/a"}, "/a/b", begins));
    CHECK_FALSE(takes({"/ab"}, "/a", begins));
    CHECK_FALSE(takes({"/a/b"}, "/a", begins));
    CHECK(takes({"/a", true}, "/ab", begins));
    CHECK_FALSE(takes({"/a/v6", true}, "/a", begins));
}

TEST_CASE("directives of mod_proxy that are nothing to our rules, and what uses mod_proxy",
          "[findings]")
{
    CHECK(ours_instead("proxypassreverse") == std::string("V6FrontPassReverse"));
    CHECK(ours_instead("ProxyTimeout") == std::string("V6FrontTimeout"));
    CHECK(ours_instead("ProxyPass") == nullptr);
    const auto uses = [](const char* name, const std::vector<std::string>& words) {
        return uses_proxy({name, words});
    };
    CHECK(uses("ProxyPass", {"/a", "http://b/"}));
    CHECK(uses("proxypassmatch", {"^/a", "http://b/"}));
    CHECK(uses("ProxyRequests", {"On"}));
    CHECK(uses("RewriteRule", {"^/a", "http://b/", "[P]"}));
    CHECK(uses("SetHandler", {"proxy:http://b/"}));
    CHECK_FALSE(uses("SetHandler", {"server-status"}));
    CHECK_FALSE(uses("ProxyTimeout", {"3"}));
    CHECK(passes_through({"RewriteRule", std::vector<std::string>{"^/a", "/b", "[PT,L]"}}));
    CHECK_FALSE(passes_through({"RewriteRule", std::vector<std::string>{"^/a", "/b", "[P]"}}));
    CHECK(file_of("/etc/a.conf:12") == "/etc/a.conf");
}
