// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/message/connection_auth.hpp"

#include "catch.hpp"

using namespace v6front;

TEST_CASE("requests that log their connection in", "[connection_auth]")
{
    const struct {
        field sent;
        bool logs_in;
    } rows[] = {
        {{"Authorization", "NTLM TlRMTVNTUAABAAAA"}, true},
        {{"authorization", "negotiate YIIB"}, true},
        {{"AUTHORIZATION", "NEGOTIATE\tYIIB"}, true},
        {{"Authorization", "Negotiate"}, true},
        {{"Authorization", "  Negotiate YIIB"}, true},
        {{"Authorization", "Nego2 YIIB"}, true},
        {{"Authorization", "Kerberos YIIB"}, true},
        {{"Authorization", "CredSSP TlRM"}, true},
        // Two fields that httpd has made one.
        {{"Authorization", "Basic YTpi, NTLM TlRM"}, true},
        {{"Authorization", ""}, false},
        {{"Authorization", ", ,"}, false},
        {{"Authorization", "Basic TlRMTQ=="}, false},
        {{"Authorization", "Bearer NTLM"}, false},
        {{"Authorization", "Digest username=\"ntlm\", nego=\"x\""}, false},
        {{"Authorization", "NT LM"}, false},
        // Hop by hop: it ends here.
        {{"Proxy-Authorization", "NTLM TlRM"}, false},
        {{"X-Forwarded-Au", "NTLM TlRM"}, false},
    };
    for (const auto& row : rows) {
        CAPTURE(row.sent.name, row.sent.value);
        const field_list fields{{"Host", "h"}, row.sent, {"Accept", "*/*"}};
        CHECK(logs_connection_in(fields) == row.logs_in);
        CHECK_FALSE(speaks_of_connection_login(std::span(fields).first(1)));
    }
    CHECK_FALSE(logs_connection_in({}));
}

TEST_CASE("responses that speak of a connection's login", "[connection_auth]")
{
    const struct {
        field sent;
        bool speaks;
    } rows[] = {
        {{"WWW-Authenticate", "NTLM"}, true},
        {{"www-authenticate", "negotiate"}, true},
        {{"WWW-Authenticate", "NTLM TlRMTVNTUAACAAAA"}, true},
        {{"WWW-Authenticate", "Basic realm=\"a, b\", NTLM"}, true},
        {{"WWW-Authenticate", "NTLM, Basic realm=\"a\""}, true},
        {{"WWW-Authenticate", "Digest qop=\"auth,auth-int\",Negotiate"}, true},
        {{"WWW-Authenticate", "Basic realm=\"without its end, NTLM"}, true},
        {{"WWW-Authenticate", ",, Kerberos"}, true},
        {{"Persistent-Auth", "true"}, true},
        {{"persistent-auth", " True "}, true},
        {{"Persistent-Auth", "false"}, false},
        {{"Persistent-Auth", ""}, false},
        {{"WWW-Authenticate", ""}, false},
        {{"WWW-Authenticate", "Basic realm=\"NTLM\""}, false},
        {{"WWW-Authenticate", "Basic ntlm=\"a\""}, false},
        {{"WWW-Authenticate", "Basic realm=\"a\", ntlm=\"b\""}, false},
        {{"WWW-Authenticate", "Bearer"}, false},
        {{"Proxy-Authenticate", "NTLM"}, false},
        {{"X-Authenticated", "NTLM"}, false},
    };
    for (const auto& row : rows) {
        CAPTURE(row.sent.name, row.sent.value);
        const field_list fields{{"Server", "IIS"}, row.sent, {"Content-Length", "0"}};
        CHECK(speaks_of_connection_login(fields) == row.speaks);
    }
    CHECK_FALSE(speaks_of_connection_login({}));
}
