// SPDX-License-Identifier: Apache-2.0
//
// v6frontctl doctor, as test_doctor.cpp: sites that redirect, and sites with TLS.
#include "doctor_sites.hpp"

using namespace v6front;

namespace
{

// For longer than what doctor warns of.
certificate_wish valid(std::vector<std::string> names)
{
    return {.names = std::move(names), .ends = 86400L * 20};
}

const std::string tls_site_rule = "V6FrontPass / @site@";

const std::vector<doctor_site>& redirecting_sites()
{
    static const std::vector<doctor_site> rows{
        {.name = "start.test",
         .directives = tls_site_rule,
         .says = {"ok      redirect: http://start.test:@port@/ leads to "
                  "http://start.test:@port@/start, which answers 200"},
         .status = 0},
        {.name = "self.test",
         .directives = tls_site_rule,
         .says =
             {"error   redirect: for ever: http://self.test:@port@/ -> http://self.test:@port@/. "
              "Make the site redirect for other names alone"},
         .status = 2},
        {.name = "https.test",
         .directives = tls_site_rule,
         .tls = valid({"https.test"}),
         .says = {"error   redirect: for ever: https://https.test:@tls@/ -> "
                  "https://https.test:@tls@/. The site asks for https, and does not see that the "
                  "client uses it: make it trust X-Forwarded-Proto: https"},
         .status = 2},
        {.name = "both.test",
         .directives = tls_site_rule,
         .tls = valid({"both.test"}),
         .says =
             {"error   redirect: for ever: http://both.test:@port@/ -> https://both.test:@tls@/ "
              "-> http://both.test:@port@/"},
         .status = 2},
        {.name = "endless.test",
         .directives = tls_site_rule,
         .says = {"error   redirect: http://endless.test:@port@/ is redirected more than 10 times"},
         .status = 2},
        {.name = "odd.test",
         .directives = tls_site_rule,
         .says = {"warning redirect: http://odd.test:@port@/: Location: mailto:a@b.test is no URL"},
         .status = 1},
        {.name = "no-https.test",
         .directives = tls_site_rule,
         .says = {"error   redirect: http://no-https.test:@port@/ leads to https://no-https.test/, "
                  "which is not served: this server does not listen on IPv6 there. Add \"Listen "
                  "[::]:443\""},
         .status = 2},
        {.name = "to-other.test",
         .directives = tls_site_rule,
         .says =
             {"warning redirect: http://to-other.test:@port@/ leads to another name, four.test, "
              "which has no AAAA record"},
         .status = 1},
        {.name = "later.test", .directives = tls_site_rule, .entry = {.a = {"192.0.2.1"}}},
        {.name = "to-later.test",
         .directives = tls_site_rule,
         .says = {"warning redirect: http://to-later.test:@port@/ leads to later.test, another "
                  "site of this server, which has no AAAA record yet"},
         .status = 1},
        {.name = "to-no-name.test", // as one that nobody could look up
         .directives = tls_site_rule,
         .says = {", of which it is not known whether it has an AAAA record: "},
         .status = 1},
        {.name = "to-good.test",
         .directives = tls_site_rule,
         .says = {"note    redirect: http://to-good.test:@port@/ leads to another name: "
                  "http://good.test/"},
         .status = 0},
        {.name = "to-address.test",
         .directives = tls_site_rule,
         .says = {"error   redirect: http://to-address.test:@port@/ leads to http://192.0.2.7/: an "
                  "address, which clients with IPv6 alone cannot reach"},
         .status = 2},
    };
    return rows;
}

const std::vector<doctor_site>& tls_sites()
{
    static const std::vector<doctor_site> rows{
        {.name = "tls.test",
         .directives = tls_site_rule,
         .tls = valid({"tls.test", "www.tls.test"}),
         .says =
             {"ok      listen: https answers at [2001:db8::1]:@tls@",
              "ok      certificate: tls.test: the certificate at [2001:db8::1]:@tls@ covers the "
              "name (tls.test, www.tls.test)",
              "ok      page: https://tls.test:@tls@/: 200, as over IPv4"},
         .status = 0},
        {.name = "wrong.test",
         .directives = tls_site_rule,
         .tls = valid({"another.test"}),
         .says = {"error   certificate: wrong.test: the certificate at [2001:db8::1]:@tls@ is for "
                  "another.test. Get one with wrong.test"},
         .status = 2},
        {.name = "expired.test",
         .directives = tls_site_rule,
         .tls = {.names = {"expired.test"}, .begins = -7200, .ends = -3600},
         .says =
             {"error   certificate: expired.test: the certificate at [2001:db8::1]:@tls@ is not "
              "valid: certificate has expired. Renew it"},
         .status = 2},
        {.name = "ending.test",
         .directives = tls_site_rule,
         .tls = {.names = {"ending.test"}, .ends = 86400L * 5},
         .says =
             {"warning certificate: ending.test: the certificate at [2001:db8::1]:@tls@ ends in"},
         .status = 1},
        {.name = "unsigned.test",
         .directives = tls_site_rule,
         .tls = {.names = {"unsigned.test"}, .self_signed = true},
         .says =
             {"warning certificate: unsigned.test: the certificate at [2001:db8::1]:@tls@ covers "
              "the name, but this machine's CAs have not signed it"},
         .status = 1},
        {.name = "mixed.test",
         .directives = tls_site_rule,
         .tls = valid({"mixed.test"}),
         .says = {"warning link: https://mixed.test:@tls@/, a page of https, has "
                  "http://cdn.example/a.js (line 2), of which browsers block"},
         .status = 1},
        {.name = "tls-site.test",
         .directives = "V6FrontPass / https://good.test:@tls@/ self=on\nV6FrontBackendV4 127.0.0.1",
         .says = {"error   backend: https://good.test:@tls@ (",
                  "its certificate is refused: ", "V6FrontTLS name="},
         .status = 2},
        {.name = "tls-known.test", // whose site is a front too, and this same one
         .directives = "V6FrontTLS ca=@ca@\nV6FrontPass / https://tls.test:@tls@/ self=on\n"
                       "V6FrontBackendV4 127.0.0.1",
         .says = {"ok      backend: https://tls.test:@tls@: its certificate is valid for tls.test",
                  "508: the request came back"},
         .status = 2},
        {.name = "tls-ended.test", // the certificate of a site above, as one of the site's own
         .directives = "V6FrontTLS ca=@ca@\nV6FrontPass / https://expired.test:@tls@/ self=on\n"
                       "V6FrontBackendV4 127.0.0.1",
         .says = {"its certificate is refused: certificate has expired. Requests get 502. Renew it "
                  "at the site, or correct the clock of this machine"},
         .says_not = {"V6FrontTLS name="},
         .status = 2},
        {.name = "none.test",
         .directives = "V6FrontPass / http://gone.test:@nobody@/\nV6FrontBackendV4 127.0.0.8 "
                       "127.0.0.9",
         .says = {"warning backend: ", "error   backend: ", ": none of its addresses answers"},
         .status = 2},
        {.name = "unexpected.test", // a port that takes no PROXY header
         .directives = "V6FrontProxyProtocol v1\n" + tls_site_rule,
         .says = {"192.0.2.1:@backend@ answers 400. It expects no PROXY header: without one it "
                  "answers 200. Write the URL of the port that expects one, or "
                  "V6FrontProxyProtocol Off"},
         .says_not = {"to the site's names"},
         .status = 2},
        {.name = "expected.test", // and one that closes the connection without one
         .directives = "V6FrontPass / http://192.0.2.1:@wants@/",
         .says = {"It expects a PROXY header: with one it answers 200. Write V6FrontProxyProtocol "
                  "v1"},
         .status = 2},
        {.name = "closing.test",
         .directives = "V6FrontPass / http://192.0.2.1:@closes@/",
         .says = {"If this port expects a PROXY header, write V6FrontProxyProtocol v1"},
         .status = 2},
        {.name = "proxied.test",
         .directives = "V6FrontProxyProtocol v1\nV6FrontPass / http://192.0.2.1:@named@/",
         .says =
             {"the client's address in the PROXY header (v1), X-Forwarded-For",
              "ok      page: http://proxied.test:@port@/: 200, as over IPv4",
              "note    host: the site answers every Host in the same way, proxied.test:@port@ too"},
         .says_not = {"note    client:"},
         .status = 0},
    };
    return rows;
}

} // namespace

TEST_CASE("doctor follows redirects as a client does", "[doctor]")
{
    expect_findings(redirecting_sites());
}

TEST_CASE("doctor looks at certificates, and at what is between", "[doctor]")
{
    expect_findings(tls_sites());
}
