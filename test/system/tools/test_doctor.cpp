// SPDX-License-Identifier: Apache-2.0
//
// v6frontctl doctor on a real httpd with many sites, of which each but the first has one fault:
// what is said of it, and the exit status. A new fault is a row of one of these tables.
#include "catch.hpp"
#include "doctor_sites.hpp"

using namespace v6front;

namespace
{

const std::string site_rule = "V6FrontPass / @site@";

// What each site says is by its name, in doctor_sites.cpp.
const std::vector<doctor_site>& sites()
{
    static const std::vector<doctor_site> rows{
        {.name = "good.test",
         .directives = site_rule,
         .says =
             {"ok      dns: good.test: A 192.0.2.1; AAAA 2001:db8::1",
              "ok      listen: http answers at [2001:db8::1]:@port@",
              "ok      a: good.test: port @port@ of 192.0.2.1 answers",
              "ok      aaaa: good.test: 2001:db8::1 is an address of this machine",
              "ok      backend: http://192.0.2.1:@backend@: 192.0.2.1:@backend@ answers 200",
              "ok      loop: ", "ok      host: the site knows Host: good.test:@port@",
              "ok      client: http://192.0.2.1:@backend@: the site sees 192.0.2.1 connect, and "
              "the client's address in X-Forwarded-For",
              "ok      page: http://good.test:@port@/: 200, as over IPv4",
              "ok      record: good.test is published",
              "note    record: test from another network too, because a firewall between clients "
              "and this machine is not visible from here: v6frontctl doctor --outside good.test, "
              "or curl -6 -I http://good.test/"},
         .status = 0},
        {.name = "new.test",
         .directives = site_rule,
         .entry = {.a = {"192.0.2.1"}},
         .says = {"note    aaaa: new.test has no AAAA record yet",
                  "  new.test. 300 IN AAAA 2001:db8::1\n", "publish now",
                  "note    client: http://192.0.2.1:@backend@ is on this machine, and gets all "
                  "clients from 192.0.2.1",
                  "The manual's page access-by-address shows"},
         .status = 0},
        {.name = "bound.test",
         .directives = "V6FrontBindV4 192.0.2.77\n" + site_rule,
         .says = {"ok      client: http://192.0.2.1:@backend@: the site sees 192.0.2.77 connect"},
         .says_not = {"note    client:"},
         .status = 0},
        {.name = "not-https.test",
         .directives = "V6FrontPass / https://192.0.2.1:@backend@/",
         .says = {"does not complete a TLS handshake: ",
                  "Without TLS it answers 200: write http:// into the rule"},
         .status = 2},
        {.name = "unseen.test", // as what another virtual host answers
         .directives = "Header unset Via\n" + site_rule,
         .says = {"warning page: http://unseen.test:@port@/: the answer has no Via of mod_v6front. "
                  "Either another virtual host gave it (apachectl -S says which one is for "
                  "[2001:db8::1]:@port@)"},
         .status = 1},
        {.name = "secure.test", // at the old server, which is this httpd on IPv4
         .directives = site_rule,
         .says = {"error   a: secure.test: over IPv4 the site has https (port 443 of 192.0.2.1), "
                  "and this front has none"},
         .status = 2},
        {.name = "alias.test",
         .directives = "ServerAlias also-alias.test *.alias.test\n" + site_rule,
         .says = {"does not exist in the DNS", "note    dns: *.alias.test stands for many names",
                  "  also-alias.test. 300 IN AAAA 2001:db8::1\n",
                  "warning host: the site answers 404 to Host: also-alias.test:@port@"},
         .status = 1},
        {.name = "taken.test", // the front has taken it off IPv4
         .directives = site_rule,
         .entry = {.a = {"192.0.2.77"}, .aaaa = {"2001:db8::1"}},
         .says = {"error   a: taken.test: the site does not answer over IPv4: port @port@ "
                  "of 192.0.2.77 refuses connections. Let a server listen there (\"Listen "
                  "192.0.2.77:@port@\")"},
         .status = 2},
        {.name = "far.test",
         .directives = site_rule,
         .entry = {.a = {"198.51.100.1"}, .aaaa = {"2001:db8::1"}},
         .says = {"note    a: far.test: whether the site still answers over IPv4 is not seen from "
                  "here: port @port@ of 198.51.100.1 cannot be reached: "},
         .status = 0},
        {.name = "lost.test",
         .directives = site_rule,
         .exists = false,
         .says = {"warning dns: lost.test does not exist in the DNS"},
         .status = 1},
        {.name = "plain",
         .directives = site_rule,
         .says = {"warning dns: plain is not a name of the public DNS"},
         .status = 1},
        {.name = "moved.test",
         .directives = site_rule,
         .entry = {.a = {"192.0.2.1"}, .aaaa = {"2001:db8:9::9"}},
         .says = {"error   aaaa: moved.test: AAAA 2001:db8:9::9 is not an address of this machine",
                  "  moved.test. 300 IN AAAA 2001:db8::1\n",
                  "publish when the errors above are gone"},
         .status = 2},
        {.name = "balanced.test", // an address before this machine, and not of it
         .directives = site_rule,
         .at = "*:@anywhere@",
         .entry = {.a = {"192.0.2.1"}, .aaaa = {"2001:db8:7::5"}},
         .says = {"ok      aaaa: balanced.test: 2001:db8:7::5 is not of this machine, and leads to "
                  "this server",
                  "ok      record: balanced.test is published"},
         .status = 0},
        {.name = "deaf.test",
         .directives = site_rule,
         .at = "[::1]:@second@",
         .says = {"error   listen: this server listens at [::1]:@second@ alone",
                  "error   aaaa: deaf.test: 2001:db8::1 is an address of this machine, but port "
                  "@second@ refuses connections. Add \"Listen [2001:db8::1]:@second@\""},
         .status = 2},
        {.name = "ipv4.test",
         .directives = site_rule,
         .at = "127.0.0.1:@port@",
         .says =
             {"error   listen: this server does not listen on IPv6 for this site. Add a virtual "
              "host for IPv6: <VirtualHost 127.0.0.1:@port@ [::]:@port@>"},
         .status = 2},
        {.name = "half-four.test",
         .directives = site_rule,
         .at = "*:@port@ *:@four@",
         .says = {"ok      listen: http answers at [2001:db8::1]:@port@",
                  "error   listen: this server listens on port @four@ on IPv4 alone, and this site "
                  "has a virtual host there. Add \"Listen [::]:@four@\""},
         .status = 2},
        {.name = "many.test",
         .directives = "ServerAlias a.test b.test c.test d.test e.test f.test g.test h.test i.test "
                       "j.test k.test l.test m.test n.test o.test p.test q.test r.test s.test "
                       "t.test\nV6FrontPassMatch ^/m @site@\nV6FrontPass /1 @site@\nV6FrontPass /2 "
                       "@site@\nV6FrontPass /3 @site@\nV6FrontPass /4 @site@\nV6FrontPass /5 "
                       "@site@\nV6FrontPass /6 @site@",
         .says = {"note    dns: only 20 of 21 names", "note    page: only 5 of 6 rules",
                  "note    page: V6FrontPassMatch ^/m has no path of its own"},
         .status = 1},
        {.name = "down.test",
         .directives = "V6FrontPass / http://192.0.2.1:@nobody@/",
         .says = {"error   backend: http://192.0.2.1:@nobody@ (",
                  "192.0.2.1:@nobody@ refuses connections. Start the site"},
         .status = 2},
        {.name = "half.test",
         .directives = "V6FrontPass / @site@\nV6FrontBackendV4 192.0.2.1 127.0.0.9",
         .says = {"warning backend: ", "127.0.0.9:@backend@ refuses connections"},
         .status = 1},
        {.name = "nameless.test",
         .directives = "V6FrontPass / http://gone.test/",
         .says = {"error   backend: http://gone.test (", "no IPv4 address of gone.test",
                  "V6FrontBackendV4"},
         .status = 2},
        {.name = "match.test",
         .directives = "V6FrontPassMatch ^/(.*)$ http://gone.test/$1\n" + site_rule,
         .says = {"no IPv4 address of gone.test"},
         .status = 2},
        {.name = "loop.test",
         .directives = "V6FrontPass / http://four.test:@port@/",
         .says = {"error   loop: http://four.test:@port@ (",
                  "leads to 127.0.0.1:@port@, where this "
                  "server itself listens: requests get "
                  "508"},
         .status = 2},
        {.name = "circle.test",
         .directives = site_rule,
         .says = {"error   loop: http://circle.test:@port@/: 508"},
         .status = 2},
        {.name = "unknown.test",
         .directives = site_rule,
         .says =
             {"warning host: the site answers 404 to Host: unknown.test:@port@, as to an unknown "
              "name"},
         .status = 1},
        {.name = "other-host.test",
         .directives = "V6FrontPass / http://good.test:@backend@/",
         .says = {"error   host: the site does not know Host: other-host.test:@port@",
                  "differently for good.test:@backend@", "\"V6FrontPreserveHost Off\""},
         .status = 2},
        {.name = "alike.test", // the client's address in the page is also the rule's
         .directives = "V6FrontPass / http://192.0.2.1:@backend@/alike",
         .says =
             {"note    host: the site answers every Host in the same way, alike.test:@port@ too"},
         .status = 0},
        {.name = "own-host.test",
         .directives = "V6FrontPreserveHost Off\nV6FrontPass / http://good.test:@backend@/",
         .says = {"note    host: the site gets Host: good.test:@backend@",
                  "ok      page: http://own-host.test:@port@/: 200, as over IPv4"},
         .status = 0},
        {.name = "silent.test",
         .directives = "V6FrontAddHeaders Off\n" + site_rule,
         .says =
             {"warning client: http://192.0.2.1:@backend@: the site sees 192.0.2.1 connect, and "
              "nothing that names the client"},
         .status = 1},
        {.name = "forbids.test",
         .directives = site_rule,
         .says = {"error   page: http://forbids.test:@port@/: the site answers 200 over IPv4, and "
                  "the front 403"},
         .status = 2},
        {.name = "body.test",
         .directives = site_rule,
         .says = {"warning page: http://body.test:@port@/: another body: ",
                  "over IPv4 alone: \"for IPv4\"",
                  "through the front alone, line 2: \"for a proxy\""},
         .status = 1},
        {.name = "field.test",
         .directives = site_rule,
         .says =
             {"warning page: http://field.test:@port@/: x-kind: \"direct\" over IPv4, \"proxied\" "
              "through the front"},
         .status = 1},
        {.name = "hop.test",
         .directives = site_rule,
         .says = {"ok      page: http://hop.test:@port@/: 200, as over IPv4"},
         .status = 0},
        {.name = "hosts.test",
         .directives = site_rule,
         .entry = {.a = {"192.0.2.1"}},
         .says = {"note    record: hosts.test: AAAA 2001:db8::1 is in /etc/hosts of this machine "
                  "alone",
                  "  hosts.test. 300 IN AAAA 2001:db8::1\n"},
         .status = 0},
        {.name = "both-hosts.test",
         .directives = site_rule,
         .says = {"ok      record: both-hosts.test is published"},
         .status = 0},
        {.name = "relay.test", // a site whose responses have been at this front before
         .directives = site_rule,
         .says = {"error   loop: http://192.0.2.1:@backend@/: the site passes requests on to this "
                  "front"},
         .status = 2},
        {.name = "flaps.test",
         .directives = site_rule,
         .says = {"note    page: http://flaps.test:@port@/: the site answers ", "not compared"},
         .status = 0},
        {.name = "redirected.test",
         .directives = "RewriteEngine On\nRewriteRule ^/$ http://good.test/ [R,L]\n" + site_rule,
         .says =
             {"note    page: http://redirected.test:@port@/: the site answers 200 over IPv4, and "
              "the front redirects",
              "note    redirect: http://redirected.test:@port@/ leads to another name"},
         .status = 0},
        {.name = "added.test",
         .directives = "Header set X-Added yes\n" + site_rule,
         .says = {"note    page: http://added.test:@port@/: fields that the front adds: x-added"},
         .status = 0},
        {.name = "restless.test", // differs with each request, whoever asks
         .directives = site_rule,
         .says = {"ok      page: http://restless.test:@port@/: 200, as over IPv4"},
         .status = 0},
        {.name = "literal.test",
         .directives = site_rule,
         .says =
             {"warning literal: http://literal.test:@port@/ has http://192.0.2.7/logo.png (line "
              "3), //203.0.113.9/x (line 4), which clients with IPv6 alone cannot reach"},
         .status = 1},
        {.name = "past.test",
         .directives = "V6FrontPreserveHost Off\nV6FrontPass / http://past-site.test:@backend@/",
         .says =
             {"warning link: http://past.test:@port@/ has http://past-site.test:@backend@/a (line "
              "2), past this front"},
         .status = 1},
    };
    return rows;
}

} // namespace

TEST_CASE("doctor finds what is wrong with a site", "[doctor]")
{
    expect_findings(sites());
}
