// SPDX-License-Identifier: Apache-2.0
//
// v6frontctl doctor where the whole server is wrong: its configuration, its listeners, the
// machine's addresses and routes; and why it cannot examine anything.
#include "catch.hpp"
#include "doctor_sites.hpp"

#include <functional>

using namespace v6front;

namespace
{

struct server_fault {
    std::string what;
    std::function<void(httpd_options&)> make;
    std::string says;
    int status;
    std::vector<std::string> arguments{};
};

// Another one comes first.
void make_nameless(httpd_options& o)
{
    o.global = "<VirtualHost [::1]:8080>\nServerName other.test\n</VirtualHost>\n"
               "<VirtualHost [::1]:8080>\nV6FrontPass / http://127.0.0.1:9/\n</VirtualHost>";
}

const std::vector<server_fault>& faults()
{
    static const std::vector<server_fault> rows{
        {"no Listen on IPv6", [](httpd_options& o) { o.ipv6_listener = false; },
         "error   listen: this server does not listen on IPv6 for this site. Add \"Listen "
         "[::]:8080\"",
         2},
        {"no server runs", [](httpd_options&) {},
         "error   listen: [::1]:8080 refuses connections. The configuration has a Listen there: "
         "start or restart httpd",
         2},
        {"no server runs, for http and https",
         [](httpd_options& o) {
             o.global = "Listen [::1]:8081\n<VirtualHost [::1]:8081>\nServerName site.test\n"
                        "V6FrontPass / http://site.test:9/\n</VirtualHost>";
         },
         "[::1]:8081 refuses connections, [::1]:8080 refuses connections. The configuration has",
         2},
        {"another machine's address while no server runs", [](httpd_options&) {},
         "note    aaaa: site.test: AAAA 2001:db8:9::9 is not an address of this machine, and "
         "whether it leads to this server is not known while nobody answers here",
         2},
        {"no address to publish", [](httpd_options&) {},
         "error   record: this machine has no global IPv6 address", 2},
        {"a source address that this machine does not have",
         [](httpd_options& o) {
             o.site = "V6FrontBindV4 198.51.100.99\nV6FrontPass / http://127.0.0.1:9/";
         },
         "127.0.0.1:9 is not asked, since this machine cannot connect from 198.51.100.99 "
         "(V6FrontBindV4): Cannot assign requested address. Give this machine that address, or",
         2},
        {"a site on this machine",
         [](httpd_options& o) { o.site = "V6FrontPass / http://127.0.0.1:9/"; },
         "note    config: V6F0256: ", 2},
        {"configtest's own findings",
         [](httpd_options& o) { o.site += "\nV6FrontPass /a*b http://a.test/"; },
         "warning config: V6F0212: ", 2},
        {"a virtual host without a name", make_nameless, "has no ServerName, and httpd calls it ",
         2},
        {"configtest on a virtual host without a name", make_nameless,
         "warning config: V6F0209: the virtual host at ", 2},
        {"a configuration that is refused",
         [](httpd_options& o) { o.site = "V6FrontPass / http://127.0.0.1:8080/"; },
         "httpd does not start with this configuration:", 3},
        {"a configuration that is no configuration", [](httpd_options& o) { o.site = "Nonsense"; },
         "Invalid command 'Nonsense'", 3},
        {"a server without the module",
         [](httpd_options& o) {
             o.with_module = false;
             o.site = "";
         },
         "does not load mod_v6front", 3},
        {"no rules", [](httpd_options& o) { o.site = ""; },
         "no virtual host of this configuration has a rule of mod_v6front", 3},
        {"a site that is not there",
         [](httpd_options&) {},
         "no site has the name other.test; the sites are site.test",
         3,
         {"other.test"}},
        {"wrong use", [](httpd_options&) {}, "usage: ", 3, {"--step", "0"}},
        {"a path that is none",
         [](httpd_options&) {},
         "a path that begins with /",
         3,
         {"--path", "a"}},
    };
    return rows;
}

} // namespace

TEST_CASE("doctor says what is wrong with the server, or why it cannot", "[doctor]")
{
    if (!private_network::possible("v6frontctl doctor without addresses"))
        return;
    const private_network network;
    scripted_names names;
    names.say("site.test", {.a = {"127.0.0.2"}, .aaaa = {"2001:db8:9::9"}});
    for (const server_fault& fault : faults()) {
        INFO(fault.what);
        httpd_options options;
        options.system_names = options.listen_ipv4 = true;
        options.site = "V6FrontPass / http://site.test:9/";
        fault.make(options);
        const auto said = doctor_without_server(options, fault.arguments);
        INFO(said.output);
        CHECK_THAT(said.output, ContainsSubstring(fault.says));
        CHECK(said.code == fault.status);
    }
}

TEST_CASE("doctor misses the way out", "[doctor]")
{
    if (!private_network::possible("v6frontctl doctor without a default route"))
        return;
    const private_network network;
    if (run_command({"sh", "-c",
                     "ip link add v0 type veth peer name v1 && ip addr add 2001:db8:5::1/64 dev v0 "
                     "nodad && ip link set v0 up && ip link set v1 up"})
            .code != 0) {
        WARN("this kernel makes no network interface: skipped");
        return;
    }
    httpd_options options;
    options.system_names = true;
    options.site = "V6FrontPass / http://127.0.0.1:9/";
    const std::string missing = "warning record: this machine has no default route for IPv6";
    httpd_options without_ipv6 = options;
    without_ipv6.ipv6_listener = false;
    without_ipv6.listen_ipv4 = true;
    const std::string advice = "\"Listen [2001:db8:5::1]:8080\"";
    CHECK_THAT(configtest(without_ipv6).output, ContainsSubstring(advice));
    CHECK_THAT(doctor_without_server(without_ipv6).output, ContainsSubstring("Add " + advice));
    CHECK_THAT(doctor_without_server(options).output, ContainsSubstring(missing));
    CHECK(run_command({"ip", "-6", "route", "add", "default", "via", "2001:db8:5::2"}).code == 0);
    CHECK_THAT(doctor_without_server(options).output,
               ContainsSubstring("site.test. 300 IN AAAA 2001:db8:5::1") &&
                   !ContainsSubstring(missing));
}
