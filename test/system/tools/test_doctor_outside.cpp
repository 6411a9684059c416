// SPDX-License-Identifier: Apache-2.0
//
// v6frontctl doctor --outside on another machine than the front's: a network of its own, which has
// a cable to that of the front. It knows nothing but names.
#include "catch.hpp"
#include "private_network.hpp"
#include "scripted_backend.hpp"
#include "text_lines.hpp"
#include "v6frontctl.hpp"
#include "watching.hpp"

#include <filesystem>
#include <stdexcept>

using namespace v6front;

namespace
{

void run(std::vector<std::string> inside, const std::string& script)
{
    inside.insert(inside.end(), {"sh", "-ec", script});
    if (const auto ran = run_command(inside); ran.code != 0)
        throw std::runtime_error(script + ": " + ran.output);
}

// Made while the network of the front stands.
class other_machine
{
public:
    other_machine() : program_({"unshare", "-n", "sleep", "infinity"}, {}, folder_.path() + "/said")
    {
        await("a network of its own",
              [this] { return network(std::to_string(program_.pid())) != network("thread-self"); });
        run(enter_, "ip link set lo up");
    }

    // 2001:db8:2::2 and 198.51.100.2; the front's is 1 in both. No address is looked at for others
    // that have it: there is none.
    void plug_in() const
    {
        run({}, "ip link add front0 type veth peer name client0 netns " +
                    std::to_string(program_.pid()) +
                    "\nip addr add 2001:db8:2::1/64 dev front0 nodad\n"
                    "ip addr add 198.51.100.1/24 dev front0\nip link set front0 up");
        run(enter_, "ip addr add 2001:db8:2::2/64 dev client0 nodad\n"
                    "ip addr add 198.51.100.2/24 dev client0\nip link set client0 up\n"
                    "ip route add default via 2001:db8:2::1");
    }

    command_result outside(std::vector<std::string> arguments, const std::string& hosts) const
    {
        std::vector<std::string> command = enter_;
        command.insert(command.end(), {"env", "LD_PRELOAD=" + test_library("hosts_file.so"),
                                       "V6FRONT_TEST_HOSTS=" + hosts,
                                       "mod_v6front/tools/v6frontctl", "doctor", "--outside"});
        command.insert(command.end(), arguments.begin(), arguments.end());
        return run_command(command);
    }

private:
    static std::filesystem::path network(const std::string& process)
    {
        std::error_code gone;
        return std::filesystem::read_symlink("/proc/" + process + "/ns/net", gone);
    }

    scratch_folder folder_;
    process program_;
    std::vector<std::string> enter_{"nsenter", "-t", std::to_string(program_.pid()), "-n"};
};

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
          "ok      aaaa: good.test: http answers at [2001:db8:2::1]:@port@, through mod_v6front (",
          "ok      page: http://good.test:@port@/: 200, as over IPv4", "1 site: 0 errors, 0 warn"},
         {"record:"},
         0},
        {"page.test",
         both,
         {"ok      page: http://page.test:@port@/: 200", "page: http://page.test:@port@/a/b: 200"},
         {},
         0,
         "http://@name@:@port@/a/b?c"},
        {"old.test", {"198.51.100.1"}, {"error   aaaa: old.test has no AAAA record, or"}, {}, 2},
        {"gone.test",
         {"2001:db8:2::99", "198.51.100.1"},
         {"error   aaaa: gone.test: port @port@ of 2001:db8:2::99 ",
          "Let a firewall on the way pass it, or correct the AAAA record"},
         {"page:"},
         2},
        {"half.test", // one of two addresses
         {"2001:db8:2::99", "2001:db8:2::1", "198.51.100.1"},
         {"error   aaaa: half.test: port @port@ of 2001:db8:2::99 ",
          "ok      page: http://half.test:@port@/: 200, as over IPv4"},
         {},
         2},
        {"no-port.test",
         both,
         {"error   a: no-port.test: the site does not answer over IPv4: port 80 of 198.51.100.1 "
          "refuses connections; port 443 of ",
          "error   aaaa: no-port.test: port 80 of 2001:db8:2::1 refuses connections.",
          "error   aaaa: no-port.test: port 443 of 2001:db8:2::1 refuses connections."},
         {},
         2,
         "@name@"},
        {"direct.test", // no front: the site itself has this port on IPv6
         both,
         {"note    aaaa: direct.test: http answers at [2001:db8:2::1]:@direct@, and does not say "
          "that it is mod_v6front (Via)"},
         {},
         0,
         "http://@name@:@direct@/"},
        {"body.test", both, {"warning page: http://body.test:@port@/: another body"}, {}, 1},
        {"https.test",
         both,
         {"error   redirect: http://https.test:@port@/ leads to https://https.test/, which is not "
          "served: nothing listens on IPv6 there. Add \"Listen [::]:443\""},
         {},
         2},
    };
    return rows;
}

std::string answer(const received_request& r)
{
    const bool proxied = r.message.has("X-Forwarded-For");
    const std::string host = r.message.value("Host");
    if (host.starts_with("body."))
        return response(proxied ? "one\nfor a proxy\n" : "one\nfor IPv4\n");
    if (host.starts_with("https."))
        return response("", "Location: https://https.test/\r\n", "302 Found");
    return response("this is a page\n", "Content-Type: text/html\r\n");
}

} // namespace

TEST_CASE("What another network sees of a site", "[doctor]")
{
    if (!private_network::possible("v6frontctl doctor --outside"))
        return;
    const private_network network;
    const other_machine client;
    client.plug_in();
    const auto port = free_port(), direct_port = free_port();
    scripted_backend site(answer, port, "198.51.100.1");
    const scripted_backend direct(answer, direct_port, "2001:db8:2::1");
    const scripted_backend direct_over_ipv4(answer, direct_port, "198.51.100.1");
    httpd_options options;
    options.port = port;
    options.global = "Listen [2001:db8:2::1]:" + std::to_string(port) + "\n";
    options.site = "ServerAlias *\nV6FrontPass / http://198.51.100.1:" + std::to_string(port) + "/";
    const httpd_server front(options);
    const scratch_folder files;
    const auto filled = [&](const std::string& name, std::string text) {
        text = replaced(std::move(text), "@name@", name);
        text = replaced(std::move(text), "@port@", std::to_string(port));
        return replaced(std::move(text), "@direct@", std::to_string(direct_port));
    };
    for (const auto& row : seen_sites()) {
        std::string hosts;
        for (const auto& address : row.addresses)
            hosts.append(address) += " " + row.name + "\n";
        write_file(files.path() + "/hosts", hosts);
        const auto said =
            client.outside({"--step", "3", filled(row.name, row.url)}, files.path() + "/hosts");
        INFO(said.output);
        for (const auto& line : row.says)
            CHECK_THAT(said.output, ContainsSubstring(filled(row.name, line)));
        for (const auto& line : row.says_not)
            CHECK_THAT(said.output, !ContainsSubstring(filled(row.name, line)));
        CHECK(said.code == row.status);
    }
    // On the front's own machine this is no view from outside, and says so.
    write_file(files.path() + "/hosts", "2001:db8:2::1 here.test\n198.51.100.1 here.test\n");
    const auto here =
        v6frontctl({"doctor", "--outside", filled("here.test", "http://@name@:@port@/")}, {},
                   {"LD_PRELOAD=" + test_library("hosts_file.so"),
                    "V6FRONT_TEST_HOSTS=" + files.path() + "/hosts"});
    INFO(here.output);
    CHECK_THAT(here.output, ContainsSubstring("warning aaaa: 2001:db8:2::1 is an address of this "
                                              "machine: whether it is reached from elsewhere"));
    CHECK(here.code == 1);
}

TEST_CASE("A machine without IPv6 sees nothing of a front", "[doctor]")
{
    if (!private_network::possible("v6frontctl doctor --outside without IPv6"))
        return;
    const private_network network;
    const other_machine client; // and no cable
    const scratch_folder files;
    write_file(files.path() + "/hosts", "2001:db8:2::1 site.test\n198.51.100.1 site.test\n");
    const auto said = client.outside({"site.test"}, files.path() + "/hosts");
    INFO(said.output);
    CHECK_THAT(said.output, ContainsSubstring("not examined to the end: this machine has no IPv6 "
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
        {{"http://[::1/"}, "http://[::1/ is neither the name of a site nor a URL"},
        {{"http://site.test:99999/"}, "http://site.test:99999/ is neither the name"},
    }));
    std::vector<std::string> arguments{"doctor", "--outside"};
    arguments.insert(arguments.end(), r.arguments.begin(), r.arguments.end());
    const auto said = v6frontctl(arguments);
    CHECK_THAT(said.output, ContainsSubstring(r.says));
    CHECK(said.code == 3);
}
