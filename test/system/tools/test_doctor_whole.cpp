// SPDX-License-Identifier: Apache-2.0
//
// v6frontctl doctor where a name server or a site keeps it waiting. What it says to programs and on
// a terminal.
#include "catch.hpp"
#include "deadline.hpp"
#include "doctor_sites.hpp"
#include "watching.hpp"

#include <chrono>
#include <regex>

using namespace v6front;
using namespace std::chrono_literals;

namespace
{

// A server that sends an octet now and then, and never comes to an end of its head.
class dripping_site
{
public:
    dripping_site()
        : program_(
              {"python3", "-c",
               "import socket, time\n"
               "s = socket.create_server(('127.0.0.1', 0))\n"
               "print(s.getsockname()[1], flush=True)\n"
               "open = []\n"
               "s.settimeout(0.1)\n"
               "while True:\n"
               "    try: open.append(s.accept()[0]); open[-1].send(b'HTTP/1.1 200 OK\\r\\nA: ')\n"
               "    except TimeoutError: pass\n"
               "    for c in list(open):\n"
               "        try: c.send(b'x')\n"
               "        except OSError: open.remove(c)\n"},
              {}, folder_.path() + "/port")
    {
        await("a port", [this] { return read_file(folder_.path() + "/port").ends_with("\n"); });
    }
    std::uint16_t port() const
    {
        return static_cast<std::uint16_t>(std::stoi(read_file(folder_.path() + "/port")));
    }

private:
    scratch_folder folder_;
    process program_;
};

// No name server is asked: the names are those of the server's own hosts file.
std::vector<std::string> own_names(const httpd_server& front)
{
    return {"LD_PRELOAD=" + test_library("hosts_file.so"),
            "V6FRONT_TEST_HOSTS=" + front.places().hosts};
}

class stopwatch
{
public:
    std::chrono::duration<double> took() const { return std::chrono::steady_clock::now() - begun_; }

private:
    std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

std::string checked_by_python(const std::string& json, const std::string& expression)
{
    return run_command({"python3", "-c",
                        "import json, sys; d = json.load(sys.stdin); print((" + expression + "))"},
                       {}, json)
        .output;
}

} // namespace

TEST_CASE("The manual has each option of v6frontctl", "[doctor]")
{
    const std::string page = read_file("mod_v6front/manual/tools/v6frontctl.md");
    for (const char* command : {"doctor", "status", "convert"}) {
        const std::string help = v6frontctl({command, "--help"}).output;
        const std::regex option("--[a-z]+");
        for (std::sregex_iterator i(help.begin(), help.end(), option), end; i != end; ++i)
            if (i->str() != "--help")
                CHECK_THAT(page, ContainsSubstring("**\\" + i->str() + "**"));
    }
}

TEST_CASE("All say alike which Python v6frontctl needs", "[doctor]")
{
    for (const char* file :
         {"README.md", "mod_v6front/manual/tools/v6frontctl.md", "mod_v6front/tools/v6frontctl"}) {
        INFO(file);
        CHECK_THAT(read_file(file), ContainsSubstring("Python 3.10 or later"));
    }
}

TEST_CASE("doctor is not kept waiting by a dead name server", "[doctor]")
{
    if (!private_network::possible("v6frontctl doctor with a dead name server"))
        return;
    const private_network network;
    network.add_addresses("192.0.2.1", "2001:db8:5::1");
    scripted_names names;
    names.fall_silent();
    httpd_options options;
    options.system_names = true;
    for (int i = 0; i < 20; ++i)
        options.site += "ServerAlias a" + std::to_string(i) + ".test\nV6FrontPass /" +
                        std::to_string(i) + " http://dead" + std::to_string(i) + ".test/\n";
    const stopwatch watch;
    const auto said = doctor_without_server(options, {"--step", "2"});
    INFO(said.output);
    CHECK_THAT(
        said.output,
        ContainsSubstring("warning dns: a1.test: AAAA: the name server gave no answer within 2 s"));
    CHECK_THAT(said.output,
               ContainsSubstring("no IPv4 address of dead19.test: the name server gave"));
    CHECK_THAT(said.output,
               ContainsSubstring("note    record: a1.test: whether it is published is not known"));
    CHECK_THAT(said.output, ContainsSubstring("  a1.test. 300 IN AAAA 2001:db8:5::1\n"));
    CHECK(said.code == 2);
    CHECK(watch.took() < patience(20s));
}

TEST_CASE("doctor is not kept waiting by a site", "[doctor]")
{
    const dripping_site drips;
    const scripted_backend silent(scripted_backend::steps{script::read_end()});
    const std::string dripping = "http://127.0.0.1:" + std::to_string(drips.port());
    httpd_options options;
    options.hosts = "::1 site.test\n127.0.0.1 site.test\n";
    options.site = "V6FrontPass / " + silent.url() + "\nV6FrontPass /drips " + dripping + "/\n";
    httpd_server front(options);
    const std::string httpd = httpd_for_v6frontctl(front.options(), front.places());
    const stopwatch watch;
    const auto said = v6frontctl({"doctor", "--httpd", httpd, "--step", "1"}, {}, own_names(front));
    INFO(said.output);
    for (const std::string& site : {"http://" + silent.authority(), dripping})
        CHECK_THAT(said.output, ContainsSubstring("error   backend: " + site + " ("));
    CHECK_THAT(said.output, ContainsSubstring("gives no complete answer within 1 s"));
    for (const char* path : {"/: ", "/drips: "})
        CHECK_THAT(said.output,
                   ContainsSubstring("error   page: " + ("http://" + front.authority()) + path));
    CHECK(said.code == 2);
    const auto whole = v6frontctl({"doctor", "--httpd", httpd, "--step", "600", "--timeout", "2"},
                                  {}, own_names(front));
    INFO(whole.output);
    CHECK_THAT(whole.output, ContainsSubstring("not examined to the end: the time is over"));
    CHECK_THAT(whole.output, ContainsSubstring("1 site: "));
    CHECK(whole.code == 3);
    CHECK(watch.took() < patience(30s));
}

TEST_CASE("doctor for programs, and for people", "[doctor]")
{
    const scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_options options;
    options.site = "V6FrontPass / " + site.url();
    httpd_server front(options);
    const std::string httpd = httpd_for_v6frontctl(front.options(), front.places());

    // Its severity is that of the machine's IPv6, which the test does not know.
    const auto json = v6frontctl({"doctor", "--httpd", httpd, "--json"}, {}, own_names(front));
    INFO(json.output);
    CHECK(checked_by_python(json.output,
                            "d['schema'], d['complete'], d['sites'][0]['name'], "
                            "[f['level'] for f in d['sites'][0]['findings'] if f['check'] "
                            "== 'backend']") == "(1, True, 'site.test', ['ok'])\n");
    CHECK(checked_by_python(json.output, "{'warning': 1, 'error': 2}.get(d['severity'], 0)") ==
          std::to_string(json.code) + "\n");
    const auto none = v6frontctl({"doctor", "--httpd", "/nowhere/httpd", "--json"});
    CHECK(none.code == 3);
    CHECK_THAT(none.output, ContainsSubstring("\"failure\": \"/nowhere/httpd: No such file"));

    const auto quiet = v6frontctl({"doctor", "--httpd", httpd, "--quiet"}, {}, own_names(front));
    CHECK_THAT(quiet.output, !ContainsSubstring("  ok "));
    CHECK(quiet.output.find('\033') == std::string::npos);
    const auto on_terminal = [&](const std::string& environment) {
        return run_command({"env", environment, own_names(front)[0], own_names(front)[1], "python3",
                            "-c", "import pty, sys; pty.spawn(sys.argv[1:])",
                            "mod_v6front/tools/v6frontctl", "doctor", "--httpd", httpd})
            .output;
    };
    CHECK_THAT(on_terminal("TERM=xterm"), ContainsSubstring("\033[32mok      \033[0m"));
    CHECK(on_terminal("NO_COLOR=1").find('\033') == std::string::npos);

    for (const auto& request : site.requests())
        CHECK(request.message.method() == "GET");
}

TEST_CASE("The dump is JSON of one shape", "[doctor][configtest]")
{
    httpd_options options;
    options.site = "ServerAlias b.test *.c.test\nV6FrontPreserveHost Off\n"
                   "V6FrontBackendV4 site.test 192.0.2.1\nV6FrontPass / http://site.test:9/x "
                   "addheaders=+Forwarded,-Via\nV6FrontPass /no !\n<Location /l>\n"
                   "V6FrontProxyProtocol v2\nV6FrontPass https://192.0.2.9/\n</Location>\n"
                   "V6FrontPassMatch ^/m http://192.0.2.8/";
    const scratch_folder folder;
    const httpd_places places(folder.path());
    prepare_places(places);
    write_file(places.config, config_text(options, places, 8080));
    const auto said = run_command(
        {"sh", "-c", httpd_for_v6frontctl(options, places) + " -t -D DUMP_V6FRONT 2>/dev/null"});
    INFO(said.output);
    CHECK(said.code == 0);
    const auto shown = [&](const std::string& expression) {
        return checked_by_python(said.output, expression);
    };
    CHECK(shown("d['schema'], d['listen']") == "(1, [{'address': '::1', 'port': 8080}])\n");
    CHECK(shown("[(s['name'], s['aliases'], s['at']) for s in d['sites']]") ==
          "[('site.test', ['b.test', '*.c.test'], [{'address': '*', 'port': 8080}])]\n");
    CHECK(shown("[(r['kind'], r['path'], r['url']) for r in d['sites'][0]['rules']]") ==
          "[('location', '/l', 'https://192.0.2.9/'), ('match', '^/m', 'http://192.0.2.8/'), "
          "('path', '/no', ''), ('path', '/', 'http://site.test:9/x')]\n");
    CHECK(shown("[(r['addresses'], r['names'], r['preserve_host'], r['adds'][-1]) for r in "
                "d['sites'][0]['rules'] if r['path'] == '/']") ==
          "[(['192.0.2.1'], [], False, 'Forwarded')]\n");
    CHECK(shown("[(r['proxy_protocol'], r['tls'], r['verify'], r['tls_name'], r['port']) for r in "
                "d['sites'][0]['rules'] if r['kind'] == 'location']") ==
          "[('v2', True, True, '192.0.2.9', 443)]\n");
}
