// SPDX-License-Identifier: Apache-2.0
//
// v6frontctl doctor --outside on another machine than the front's: a network of its own, which has
// a cable to that of the front. It knows nothing but names.
#include "catch.hpp"
#include "certificates.hpp"
#include "other_machine.hpp"
#include "private_network.hpp"
#include "scripted_backend.hpp"
#include "text_lines.hpp"
#include "v6frontctl.hpp"
#include "watching.hpp"

using namespace v6front;

namespace
{

command_result outside(const other_machine& on, const std::vector<std::string>& arguments,
                       const std::string& hosts, const std::string& ca = "")
{
    std::vector<std::string> command{"env",
                                     "LD_PRELOAD=" + test_library("hosts_file.so"),
                                     "V6FRONT_TEST_HOSTS=" + hosts,
                                     "SSL_CERT_FILE=" + ca,
                                     "mod_v6front/tools/v6frontctl",
                                     "doctor",
                                     "--outside"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return on.run(command);
}

struct seen_site {
    std::string name;
    std::vector<std::string> addresses; // of the name
    std::vector<std::string> says;
    std::vector<std::string> says_not;
    int status;
    std::string url = "http://@name@:@port@/"; // what is asked for
};

const std::vector<std::string> both{"2001:db8:2::1", "198.51.100.1"};

const std::vector<seen_site>& seen_sites()
{
    static const std::vector<seen_site> rows{
        {"good.test",
         both,
         {"good.test  (from outside)", "ok      dns: good.test: A 198.51.100.1; AAAA 2001:db8:2::1",
          "ok      a: good.test: port @port@ of 198.51.100.1 answers",
          "ok      aaaa: good.test: http answers 200 at [2001:db8:2::1]:@port@, through "
          "mod_v6front (",
          "ok      page: http://good.test:@port@/: 200, as over IPv4", "1 site: 0 errors, 0 warn"},
         {"record:"},
         0},
        {"port.test",
         both,
         {"ok      page: http://port.test:@port@/: 200, as over IPv4"},
         {},
         0,
         "PORT.test.:@port@"},
        {"page.test",
         both,
         {"ok      page: http://page.test:@port@/: 200",
          "page: http://page.test:@port@/a/b%20c: 2"},
         {},
         0,
         "http://@name@:@port@/a/b c?d"},
        {"old.test", {"198.51.100.1"}, {"error   aaaa: old.test has no AAAA record, or"}, {}, 2},
        {"gone.test",
         {"2001:db8:2::99", "198.51.100.1"},
         {"error   aaaa: gone.test: port @port@ of 2001:db8:2::99 ",
          ", and over IPv4 this port answers. Let the front listen there (\"Listen [::]:@port@\")"},
         {"page:"},
         2},
        {"half.test", // one of two addresses
         {"2001:db8:2::99", "2001:db8:2::1", "198.51.100.1"},
         {"error   aaaa: half.test: port @port@ of 2001:db8:2::99 ",
          "ok      page: http://half.test:@port@/: 200, as over IPv4"},
         {},
         2},
        {"no-tls.test", // which the site has
         both,
         {"error   aaaa: no-tls.test: port 443 of 2001:db8:2::1 refuses connections, and over IPv4 "
          "this port answers",
          "ok      page: http://no-tls.test/: 200, as over IPv4"},
         {},
         2,
         "@name@"},
        {"nobody.test",
         both,
         {"error   a: nobody.test: the site does not answer over IPv4: port @nobody@ of ",
          "error   aaaa: nobody.test: port @nobody@ of 2001:db8:2::1 refuses connections. Let "
          "every firewall on the way pass it, or correct the AAAA record"},
         {},
         2,
         "http://@name@:@nobody@/"},
        {"tls.test",
         both,
         {"ok      certificate: tls.test: the certificate at [2001:db8:2::1]:@tls@ covers the name",
          "ok      aaaa: tls.test: https answers 200 at [2001:db8:2::1]:@tls@, through",
          "note    page: https at [2001:db8:2::1]:@tls@ is not compared: no A address is seen to"},
         {},
         2, // refused over IPv4
         "https://@name@:@tls@/"},
        {"plain.test",
         both,
         {"error   aaaa: plain.test: [2001:db8:2::1]:@port@ accepts a connection, and completes no "
          "TLS handshake. Write \"SSLEngine On\""},
         {},
         2,
         "https://@name@:@port@/"},
        {"dead.test",
         both,
         {"error   aaaa: dead.test: http answers 502 at [2001:db8:2::1]:@port@, and does not say",
          "The error log of the front's httpd says why",
          "error   page: http://dead.test:@port@/: the site answers 200 over IPv4, and the front "
          "502"},
         {},
         2},
        {"far.test", // no way there over IPv4
         {"2001:db8:2::1", "203.0.113.9"},
         {"note    a: far.test: whether the site still answers over IPv4 is not seen from here",
          "note    page: http at [2001:db8:2::1]:@port@ is not compared: no A address is seen to"},
         {},
         0},
        {"direct.test", // no front: the site itself has this port on IPv6
         both,
         {"note    aaaa: direct.test: http answers 200 at [2001:db8:2::1]:@direct@, and does not "
          "say that it is mod_v6front (Via)"},
         {},
         0,
         "http://@name@:@direct@/"},
        {"body.test", both, {"warning page: http://body.test:@port@/: another body"}, {}, 1},
        {"https.test",
         both,
         {"error   redirect: http://https.test:@port@/ leads to https://https.test/, which refuses "
          "connections. Add \"Listen [::]:443\""},
         {},
         2},
        {"onward.test",
         both,
         {"ok      redirect: http://onward.test:@port@/ leads to http://onward.test:@direct@/, "
          "which answers 200"},
         {},
         0},
    };
    return rows;
}

// The front's network: an old site on IPv4, the front on IPv6 at the same ports, and a server that
// is no front. Ports 80 and 443 are those of a name alone, and nobody else has them in there.
class network_of_front
{
public:
    network_of_front()
        : site_(old_site(), port_, ipv4),
          site_at_80_(old_site(), 80, ipv4),
          site_at_443_(old_site(), 443, ipv4),
          direct_(old_site(), direct_port_, "2001:db8:2::1"),
          direct_over_ipv4_(old_site(), direct_port_, ipv4),
          front_(options())
    {
    }

    std::string filled(const std::string& name, std::string text) const
    {
        text = replaced(std::move(text), "@name@", name);
        const std::pair<const char*, unsigned> ports[] = {
            {"@port@", port_}, {"@direct@", direct_port_}, {"@tls@", tls_}, {"@nobody@", nobody_}};
        for (const auto& [mark, port] : ports)
            text = replaced(std::move(text), mark, std::to_string(port));
        return text;
    }
    const std::string& ca() const { return ca_.file(); }
    std::string httpd() const { return httpd_for_v6frontctl(front_.options(), front_.places()); }

private:
    static inline const std::string ipv4 = "198.51.100.1";

    responder old_site() const
    {
        return [this](const received_request& r) {
            const bool proxied = r.message.has("X-Forwarded-For");
            const std::string host = r.message.value("Host");
            if (host.starts_with("body."))
                return response(proxied ? "one\nfor a proxy\n" : "one\nfor IPv4\n");
            if (host.starts_with("https."))
                return response("", "Location: https://https.test/\r\n", "302 Found");
            if (host == "onward.test:" + std::to_string(port_))
                return response("", filled("onward.test", "Location: http://@name@:@direct@/\r\n"),
                                "302 Found");
            return response("this is a page\n", "Content-Type: text/html\r\n");
        };
    }

    httpd_options options()
    {
        httpd_options all;
        all.port = port_;
        all.modules = {"socache_shmcb", "ssl"};
        const auto files = ca_.issue({.names = {"tls.test"}});
        const std::string pass = "V6FrontPass / http://" + ipv4 + ":@port@/\n";
        all.global = filled(
            "", "Listen [2001:db8:2::1]:@port@\nListen [2001:db8:2::1]:80\nListen "
                "[2001:db8:2::1]:@tls@\n<VirtualHost *:80>\nServerName any.test\n" +
                    pass +
                    "</VirtualHost>\n<VirtualHost *:@tls@>\nServerName tls.test\nSSLEngine On\n"
                    "SSLCertificateFile " +
                    files.certificate + "\nSSLCertificateKeyFile " + files.key + "\n" + pass +
                    "</VirtualHost>\n<VirtualHost *:@port@>\nServerName dead.test\n"
                    "V6FrontPass / http://" +
                    ipv4 + ":@nobody@/\n</VirtualHost>\n");
        all.site = filled("", "ServerAlias *\n" + pass);
        return all;
    }

    std::uint16_t port_ = free_port(), direct_port_ = free_port(), tls_ = free_port(),
                  nobody_ = free_port();
    certificate_authority ca_;
    scripted_backend site_, site_at_80_, site_at_443_, direct_, direct_over_ipv4_;
    httpd_server front_;
};

void write_hosts(const std::string& file, const std::string& name,
                 const std::vector<std::string>& addresses)
{
    std::string lines;
    for (const auto& address : addresses)
        lines.append(address) += " " + name + "\n";
    write_file(file, lines);
}

} // namespace

TEST_CASE("What another network sees of a site", "[doctor]")
{
    if (!private_network::possible("v6frontctl doctor --outside"))
        return;
    const private_network network;
    const other_machine client;
    client.plug_in();
    const network_of_front there;
    const scratch_folder files;
    const std::string hosts = files.path() + "/hosts";
    for (const auto& row : seen_sites()) {
        write_hosts(hosts, row.name, row.addresses);
        const auto said =
            outside(client, {"--step", "20", there.filled(row.name, row.url)}, hosts, there.ca());
        INFO(said.output);
        for (const auto& line : row.says)
            CHECK_THAT(said.output, ContainsSubstring(there.filled(row.name, line)));
        for (const auto& line : row.says_not)
            CHECK_THAT(said.output, !ContainsSubstring(there.filled(row.name, line)));
        CHECK(said.code == row.status);
    }
    // On the front's own machine this is no view from outside, and says so.
    const std::vector<std::string> names{"LD_PRELOAD=" + test_library("hosts_file.so"),
                                         "V6FRONT_TEST_HOSTS=" + hosts};
    write_hosts(hosts, "here.test", both);
    const auto here = v6frontctl(
        {"doctor", "--outside", there.filled("here.test", "http://@name@:@port@/")}, {}, names);
    INFO(here.output);
    CHECK_THAT(here.output, ContainsSubstring("warning aaaa: 2001:db8:2::1 is an address of this "
                                              "machine: whether it is reached from elsewhere"));
    CHECK(here.code == 1);
    // That machine has no default route.
    write_hosts(hosts, "site.test", {"198.51.100.1"});
    const auto unpublished =
        v6frontctl({"doctor", "--httpd", there.httpd(), "site.test"}, {}, names);
    CHECK_THAT(unpublished.output,
               ContainsSubstring("note    record: publish when this machine has that route"));
}

TEST_CASE("A machine without IPv6 sees nothing of a front", "[doctor]")
{
    if (!private_network::possible("v6frontctl doctor --outside without IPv6"))
        return;
    const private_network network;
    const other_machine client; // and no cable
    const scratch_folder files;
    write_hosts(files.path() + "/hosts", "site.test", both);
    const auto said = outside(client, {"site.test"}, files.path() + "/hosts");
    INFO(said.output);
    CHECK_THAT(said.output, ContainsSubstring("warning aaaa: site.test: this machine has no IPv6 "
                                              "to other networks"));
    CHECK(said.code == 3);
}

TEST_CASE("doctor --outside wants names, and no configuration", "[doctor]")
{
    struct row {
        std::vector<std::string> arguments;
        std::string says;
    };
    const row r = GENERATE(values<row>({
        {{}, "--outside needs the name of a site, or a URL of it"},
        {{"site.test", "--config", "/etc/x"}, "--outside reads no configuration: leave --httpd"},
        {{"ftp://site.test/"}, "ftp://site.test/ is neither the name of a site nor a URL"},
        {{"192.0.2.1"}, "192.0.2.1 is an address: give the name that clients use"},
        {{"http://[2001:db8::1]/"}, "http://[2001:db8::1]/ is an address: give the name"},
        {{"site.test:0"}, "site.test:0 is neither the name of a site nor a URL"},
        {{"http://[::1/"}, "http://[::1/ is neither the name of a site nor a URL"},
        {{"http://site.test:99999/"}, "http://site.test:99999/ is neither the name"},
    }));
    std::vector<std::string> arguments{"doctor", "--outside"};
    arguments.insert(arguments.end(), r.arguments.begin(), r.arguments.end());
    const auto said = v6frontctl(arguments);
    CHECK_THAT(said.output, ContainsSubstring(r.says));
    CHECK(said.code == 3);
}
