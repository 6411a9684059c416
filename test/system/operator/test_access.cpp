// SPDX-License-Identifier: Apache-2.0
//
// The site's own access rules, with the configurations of the manual (access-by-address.md): open
// to all clients behind a front, and closed again by each of the three answers.
#include "catch.hpp"
#include "deadline.hpp"
#include "local_networks.hpp"
#include "plain_server.hpp"
#include "text_lines.hpp"
#include "user_agent.hpp"
#include "ways.hpp"

using namespace v6front;
using Catch::Matchers::StartsWith;
using kind = plain_server::kind;

namespace
{

// The text of the page's code block with that name.
std::string block(const std::string& name)
{
    static const std::string page = read_file("mod_v6front/manual/guides/access-by-address.md");
    const auto fence = page.find(" " + name + "\n");
    INFO(name);
    REQUIRE(fence != std::string::npos);
    const auto begin = fence + name.size() + 2;
    return page.substr(begin, page.find("```", begin) - begin);
}

// A site with these rules, and with more that is written beside them.
std::string site_of(kind k, const std::string& rules, const std::string& more)
{
    std::string text = block(rules) + (more.empty() ? "" : block(more));
    if (k == kind::nginx)
        text = "server { listen 127.0.0.1:@port@;\n" + text + "}";
    return replaced(text, ":8080", ":@second@");
}

enum class answer { none, bind, forwarded, proxy };

struct row {
    kind server;
    const char* rules;
    answer by;
    const char* at_site; // a block
    const char* seen;    // of a client, in the site's log
};

// A server, a kind of rules, and what closes them.
constexpr row rows[] = {
    {kind::httpd, "rules-httpd-2.2", answer::none, "", "127.0.0.1"},
    {kind::httpd, "rules-httpd-2.2", answer::bind, "", "192.0.2."},
    {kind::httpd, "rules-httpd-2.2", answer::forwarded, "forwarded-httpd-2.4", "2001:db8:bad::1"},
    {kind::httpd, "rules-httpd-2.2", answer::proxy, "proxy-httpd-2.4", "2001:db8:bad::1"},
    {kind::httpd, "rules-httpd-2.4", answer::none, "", "127.0.0.1"},
    {kind::httpd, "rules-httpd-2.4", answer::bind, "", "192.0.2."},
    {kind::httpd, "rules-httpd-2.4", answer::forwarded, "forwarded-httpd-2.4", "2001:db8:bad::1"},
    {kind::httpd, "rules-httpd-2.4", answer::proxy, "proxy-httpd-2.4", "2001:db8:bad::1"},
    {kind::nginx, "rules-nginx", answer::none, "", "127.0.0.1"},
    {kind::nginx, "rules-nginx", answer::bind, "", "192.0.2."},
    {kind::nginx, "rules-nginx", answer::forwarded, "forwarded-nginx", "2001:db8:bad::1"},
    {kind::nginx, "rules-nginx", answer::proxy, "proxy-nginx", "2001:db8:bad::1"},
    {kind::lighttpd, "rules-lighttpd", answer::none, "", "127.0.0.1"},
    {kind::lighttpd, "rules-lighttpd", answer::bind, "", "192.0.2."},
    {kind::lighttpd, "rules-lighttpd", answer::forwarded, "forwarded-lighttpd", "2001:db8:bad::1"},
    {kind::lighttpd, "rules-lighttpd", answer::proxy, "proxy-lighttpd", "2001:db8:bad::1"},
};

// Once, with these words; nullptr: not at all.
void check_notice(const std::string& said, const char* words)
{
    INFO(said);
    const auto first = said.find("V6F0256");
    CHECK((first != std::string::npos) == (words != nullptr));
    if (!words)
        return;
    CHECK_THAT(said, ContainsSubstring(words) &&
                         ContainsSubstring("in the manual, guides/access-by-address"));
    CHECK(said.find("V6F0256", first + 1) == std::string::npos);
}

http_message ask_site(std::uint16_t port, const std::string& from, const std::string& target)
{
    raw_client client(port, {.to = "127.0.0.1", .from = from});
    client.send("GET " + target + " HTTP/1.1\r\nHost: site.test\r\nConnection: close\r\n\r\n");
    return client.read_response();
}

std::string front_of(const row& r, const plain_server& site)
{
    const std::string route =
        "V6FrontPass / " + (r.by == answer::proxy ? site.second_url() : site.url()) + "\n";
    switch (r.by) {
    case answer::bind:
        return route + block("front-bind");
    case answer::proxy:
        return route + block("front-proxy");
    default:
        return route;
    }
}

} // namespace

TEST_CASE("Manual: rules by address are open behind a front, and closed by each answer", "[access]")
{
    if (!private_network::possible("the site's own access rules"))
        return;
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    const local_networks network;
    for (const row& r : rows) {
        INFO(to_string(r.server) << ", " << r.rules << ", " << r.at_site << ", "
                                 << static_cast<int>(r.by));
        const plain_server site(r.server, site_of(r.server, r.rules, r.at_site));
        httpd_server front(options_for(w, front_of(r, site)));
        // A stranger over IPv6, who also claims to be local.
        for (const std::string claim : {"", "127.0.0.1"}) {
            user_agent stranger(front, {.from = "2001:db8:bad::1"});
            question q{"/page"};
            if (!claim.empty())
                q.fields = {{"X-Forwarded-For", claim}};
            stranger.send(q);
            CHECK(stranger.read_response().body == "page");
            q.target = "/admin";
            stranger.send(q);
            CHECK(stranger.read_response().status() == (r.by == answer::none ? 200 : 403));
        }
        CHECK_THAT(site.clients(4).front(), StartsWith(r.seen));
        // The site's own people, as ever.
        for (const std::string from : {"127.0.0.1", "10.1.2.3"})
            CHECK(ask_site(site.port(), from, "/admin").body == "admin");
        CHECK(ask_site(site.port(), "192.0.2.200", "/admin").status() == 403);
        CHECK(front.complaints() == no_complaints);
    }
}

TEST_CASE("Manual: HAProxy has the client's address from the header that the front sends",
          "[access]")
{
    if (!private_network::possible("a site behind HAProxy"))
        return;
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    const local_networks network;
    const plain_server site(kind::haproxy,
                            " bind 127.0.0.1:@port@\n " +
                                replaced(block("proxy-haproxy"), ":8080", ":@second@") +
                                " http-request return status 200 content-type text/plain "
                                "lf-string \"%[src]\"");
    const httpd_server front(
        options_for(w, "V6FrontPass / " + site.second_url() + "\n" + block("front-proxy")));
    user_agent stranger(front, {.from = "2001:db8:bad::1"});
    stranger.send({"/"});
    CHECK(stranger.read_response().body == "2001:db8:bad::1");
    CHECK(ask_site(site.port(), "10.1.2.3", "/").body == "10.1.2.3");
    CHECK(front.complaints() == no_complaints);
}

TEST_CASE("A notice at the start says which sites take clients for local, and only those",
          "[access]")
{
    struct notice {
        const char* site;
        const char* says;          // nullptr: nothing
        const char* tested = says; // by configtest, and when names have been looked up
    };
    const notice all[]{
        {"V6FrontPass / http://127.0.0.1:9/", "V6FrontPass / http://127.0.0.1:9/"},
        {"V6FrontPass / http://10.1.2.3/", "V6FrontPass / http://10.1.2.3/"},
        {"V6FrontPass / http://172.31.0.1/", "V6FrontPass / http://172.31.0.1/"},
        {"V6FrontPass / http://192.168.0.1/", "V6FrontPass / http://192.168.0.1/"},
        {"V6FrontPass / http://localhost:9/", "V6FrontPass / http://localhost:9/"},
        {"V6FrontPass / http://www.test/\nV6FrontBackendV4 www.test 10.0.0.1",
         "V6FrontPass / http://www.test/"},
        {"V6FrontPass /a http://127.0.0.1:9/\nV6FrontPass /bb http://127.0.0.1:10/\n"
         "V6FrontPass /c http://203.0.113.1/",
         ") and 1 other(s): the site"},
        {"<Location /x>\nV6FrontPass http://127.0.0.1:9/\n</Location>", "V6FrontPass /x"},
        {"V6FrontPass / http://203.0.113.1/", nullptr},
        {"V6FrontPass / http://172.32.0.1/", nullptr},
        {"V6FrontPass /a http://169.254.1.1/\nV6FrontPass /b http://100.64.0.1/\n"
         "V6FrontPass /c http://100.127.255.254/",
         ") and 2 other(s): the site"},
        {"V6FrontPass /a http://169.253.255.254/\nV6FrontPass /b http://169.255.0.1/\n"
         "V6FrontPass /c http://100.63.255.254/\nV6FrontPass /d http://100.128.0.1/",
         nullptr},
        {"V6FrontPass / http://four.test:9/", nullptr, "V6FrontPass / http://four.test:9/"},
        {"V6FrontPass / http://four.test:9/ bindv4=192.0.2.2", nullptr},
        {"V6FrontPass / http://six.test:9/", nullptr}, // no IPv4 address
        {"V6FrontPass / http://127.0.0.1:9/ proxyprotocol=v1", nullptr},
        {"V6FrontBindV4 192.0.2.2\nV6FrontPass / http://127.0.0.1:9/", nullptr},
        {"V6FrontBindV4 10.0.0.2\nV6FrontPass / http://127.0.0.1:9/", nullptr},
        {"<Location /x>\nV6FrontPass http://127.0.0.1:9/\nV6FrontBindV4 192.0.2.2\n</Location>",
         nullptr},
        // All of 127.0.0.0/8 is local.
        {"V6FrontBindV4 127.0.0.5\nV6FrontPass / http://127.0.0.1:9/",
         "V6FrontPass / http://127.0.0.1:9/"},
        {"V6FrontPass / http://127.0.0.1:9/ bindv4=192.0.2.2,127.0.0.5",
         "V6FrontPass / http://127.0.0.1:9/"},
    };
    for (const notice& n : all) {
        INFO(n.site);
        const auto options = options_for(every_way()[0], n.site);
        const httpd_server front(options);
        if (n.tested != n.says) { // no sooner than that
            CHECK(get(front, "/").status() == 502);
            await("the notice",
                  [&] { return front.error_log().find("V6F0256") != std::string::npos; });
        }
        check_notice(front.error_log(), n.tested);
        check_notice(configtest(options, notices::with).output, n.tested);
    }
}

TEST_CASE("A site in a network of this machine is a local one, whichever network that is",
          "[access]")
{
    if (!private_network::possible("a network of this machine"))
        return;
    const private_network network;
    network.add_addresses("198.51.100.1", "2001:db8::1");
    const auto said_of = [](const std::string& address) {
        return configtest(options_for(every_way()[0], "V6FrontPass / http://" + address + ":9/"),
                          notices::with)
            .output;
    };
    for (const auto* neighbour : {"198.51.100.2", "198.51.100.254"})
        check_notice(said_of(neighbour), neighbour);
    for (const auto* other : {"198.51.99.255", "198.51.101.1"})
        check_notice(said_of(other), nullptr);
}
