// SPDX-License-Identifier: Apache-2.0
//
// Programs that people use, before a real site behind a real front. Each is skipped, with a word,
// where it is not installed; scripts/packages test installs all of them.
#include "catch.hpp"
#include "deadline.hpp"
#include "ways.hpp"

#include <algorithm>
#include <optional>
#include <random>
#include <regex>
#include <sstream>
#include <sys/stat.h>

using namespace v6front;

namespace
{

// An httpd of its own as the site: files, git and WebDAV, on 127.0.0.1.
class real_site
{
public:
    real_site()
    {
        chmod(folder_.path().c_str(), 0777);
        httpd_options options;
        options.with_module = false;
        options.listen_ipv4 = true;
        options.threads = 20;
        options.modules = {"alias", "cgid", "env", "dav", "dav_fs", "dav_lock", "setenvif"};
        options.global = "ScriptSock cgisock\nDAVLockDB " + folder_.path() + "/locks\nTimeout 60";
        options.site =
            "DocumentRoot " + folder_.path() + "\nSetEnv GIT_PROJECT_ROOT " + folder_.path() +
            "\nSetEnv GIT_HTTP_EXPORT_ALL 1\n" +
            "ScriptAlias /git/ /usr/lib/git-core/git-http-backend/\n<Directory />\n"
            "Options FollowSymLinks ExecCGI\n</Directory>\n<Location /dav>\nDAV On\n</Location>";
        server_.emplace(options);
    }
    const std::string& folder() const { return folder_.path(); }
    std::string authority() const { return "127.0.0.1:" + std::to_string(server_->port()); }
    std::string url() const { return "http://" + authority() + "/"; }

private:
    scratch_folder folder_;
    std::optional<httpd_server> server_;
};

bool is_installed(const std::string& program)
{
    const bool is = run_command({"sh", "-c", "command -v " + program}).code == 0;
    if (!is)
        WARN(program << " is not installed: skipped");
    return is;
}

std::string random_bytes(std::size_t size)
{
    std::mt19937_64 random(1);
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i + 8 <= size; i += 8) {
        const std::uint64_t n = random();
        std::copy_n(reinterpret_cast<const char*>(&n), 8, bytes.begin() + static_cast<long>(i));
    }
    return bytes;
}

void put_file(const std::string& path, const std::string& text)
{
    write_file(path, text);
    chmod(path.c_str(), 0644);
}

std::string url_of(const httpd_server& front)
{
    return (front.options().tls ? "https://[::1]:" : "http://[::1]:") +
           std::to_string(front.port());
}

// For h2load, which writes an IPv6 address without brackets into the request.
std::string by_name(const httpd_server& front)
{
    return "--connect-to='[::1]:" + std::to_string(front.port()) + "' http://" + front.authority() +
           "/small";
}

command_result shell(const std::string& text)
{
    return run_command({"sh", "-c", text}, {"HOME=/nonexistent", "GIT_CONFIG_NOSYSTEM=1"});
}

} // namespace

TEST_CASE("curl, wget, aria2 with parallel ranges and h2load", "[tools]")
{
    const way w = GENERATE(from_range(one_of_each_kind()));
    INFO(w);
    real_site site;
    put_file(site.folder() + "/large", random_bytes(30000000));
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    const scratch_folder here;
    const std::string same = " && cmp " + here.path() + "/got " + site.folder() + "/large";
    const std::string from = url_of(front) + "/large";
    const std::string to = here.path() + "/got";
    const std::vector<std::pair<std::string, std::string>> commands{
        {"curl", "curl -g -k -s -f -o " + to + " '" + from + "'" + same},
        {"curl", "head -c 1000000 " + to + " >" + to + "2 && mv " + to + "2 " + to +
                     " && curl -g -k -s -f -C - -o " + to + " '" + from + "'" + same},
        {"wget", "wget --no-check-certificate -q -O " + to + " '" + from + "'" + same},
        {"aria2c",
         "rm " + to +
             "; aria2c --check-certificate=false -q -x4 -s4 -k1M --file-allocation=none -d " +
             here.path() + " -o got '" + from + "'" + same},
    };
    for (const auto& [program, command] : commands) {
        if (is_installed(program)) {
            const auto result = shell(command);
            INFO(command << "\n" << result.output);
            CHECK(result.code == 0);
        }
    }
    if (w.http2) { // curl speaks it, the others HTTP/1.1
        CHECK_THAT(front.access_log(1).at(0), ContainsSubstring("HTTP/2.0"));
    } else if (is_installed("h2load")) {
        put_file(site.folder() + "/small", "small");
        const auto result = shell("h2load --h1 -n 2000 -c 20 " + by_name(front));
        INFO(result.output);
        CHECK_THAT(result.output, ContainsSubstring("2000 2xx") && ContainsSubstring("0 errored"));
    }
}

TEST_CASE("h2load over HTTP/2: many streams on each of many connections", "[tools]")
{
    if (!is_installed("h2load"))
        return;
    real_site site;
    put_file(site.folder() + "/small", "small");
    httpd_options options;
    options.tls = options.http2 = true;
    // With fewer threads than connections httpd closes some of them early, whatever they ask for.
    options.threads = 40;
    options.site = "V6FrontPass / " + site.url();
    httpd_server front(options);
    const auto result =
        shell("h2load -n 4000 -c 20 -m 20 --connect-to='[::1]:" + std::to_string(front.port()) +
              "' https://" + front.authority() + "/small");
    INFO(result.output);
    CHECK_THAT(result.output, ContainsSubstring("Application protocol: h2"));
    CHECK_THAT(result.output, ContainsSubstring("4000 2xx") && ContainsSubstring("0 errored"));
    CHECK(front.access_log(4000).size() == 4000);
    CHECK(front.complaints() == no_complaints);
}

TEST_CASE("git clones and pushes 30 MB through the front", "[tools]")
{
    if (!is_installed("git"))
        return;
    const way w = GENERATE(from_range(one_of_each_kind()));
    INFO(w);
    real_site site;
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    const scratch_folder here;
    write_file(here.path() + "/large", random_bytes(30000000));
    const std::string git = "git -c user.name=a -c user.email=a@b.c -c init.defaultBranch=main "
                            "-c core.compression=0 -c http.sslVerify=false -c safe.directory='*' ";
    const auto result =
        shell("set -e; cd " + here.path() + "; " + git + "init -q --bare " + site.folder() +
              "/r.git; " + git + "-C " + site.folder() + "/r.git config http.receivepack true; " +
              "chmod -R 777 " + site.folder() + "/r.git; chown -R www-data " + site.folder() +
              "/r.git 2>/dev/null || true; " + git + "init -q one; mv large one; cd one; " + git +
              "add large; " + git + "commit -q -m one; " + git + "push -q '" + url_of(front) +
              "/git/r.git' HEAD:main; cd ..; " + git + "clone -q -b main '" + url_of(front) +
              "/git/r.git' two; cmp one/large two/large");
    INFO(result.output);
    CHECK(result.code == 0);
}

TEST_CASE("litmus says of the front what it says of the site", "[tools]")
{
    if (!is_installed("litmus"))
        return;
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    real_site site;
    mkdir((site.folder() + "/dav").c_str(), 0777);
    chmod((site.folder() + "/dav").c_str(), 0777);
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    const auto verdicts = [](const std::string& url) {
        const scratch_folder here;
        const auto result = shell("cd " + here.path() + " && litmus -k '" + url + "' 2>&1");
        // One line for each test, without the time and without the server's name.
        std::string kept;
        const std::regex one("^ *([0-9]+\\. [a-z_0-9]+)\\.* ([A-Za-z]+)");
        std::istringstream lines(result.output);
        for (std::string line; std::getline(lines, line);) {
            line = line.substr(line.rfind('\r') + 1);
            std::smatch found;
            if (std::regex_search(line, found, one))
                kept += found[1].str() + " " + found[2].str() + "\n";
        }
        return kept;
    };
    const std::string without = verdicts("http://" + site.authority() + "/dav/");
    const std::string with = verdicts(url_of(front) + "/dav/");
    CHECK(std::count(without.begin(), without.end(), '\n') > 50);
    CHECK(with == without);
}

TEST_CASE("A WebSocket client and server of Node, through the front", "[tools]")
{
    if (!is_installed("node") ||
        shell("node -e 'require(\"ws\")' || NODE_PATH=/usr/share/nodejs node -e 'require(\"ws\")'")
                .code != 0) {
        WARN("node-ws is not installed: skipped");
        return;
    }
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    const scratch_folder here;
    write_file(here.path() + "/site.js",
               "const {WebSocketServer} = require('ws');\n"
               "const s = new WebSocketServer({host: '127.0.0.1', port: 0}, () =>\n"
               "    console.log(s.address().port));\n"
               "s.on('connection', c => c.on('message', (m, binary) => c.send(m, {binary})));\n");
    write_file(here.path() + "/client.js",
               "const WebSocket = require('ws');\n"
               "const c = new WebSocket(process.argv[2]);\n"
               "const big = Buffer.alloc(3000000, 'x');\n"
               "c.on('open', () => { c.send('hello'); c.send(big); c.ping(); });\n"
               "let seen = [];\n"
               "const done = what => { seen.push(what); if (seen.length == 3) c.close(1000); };\n"
               "c.on('message', m => done(m.length));\n"
               "c.on('pong', () => done('pong'));\n"
               "c.on('close', code => { console.log(seen.sort().join(), code);\n"
               "    process.exit(code == 1000 ? 0 : 1); });\n"
               "c.on('error', e => { console.log(String(e)); process.exit(1); });\n");
    process site({"node", here.path() + "/site.js"}, {"NODE_PATH=/usr/share/nodejs"},
                 here.path() + "/port");
    await("the WebSocket server", [&] { return !read_file(here.path() + "/port").empty(); });
    const std::string port = std::to_string(std::stoi(read_file(here.path() + "/port")));
    httpd_server front(options_for(w, "V6FrontPass / http://127.0.0.1:" + port + "/"));
    const auto result = run_command({"node", here.path() + "/client.js",
                                     "ws://[::1]:" + std::to_string(front.port()) + "/chat"},
                                    {"NODE_PATH=/usr/share/nodejs"});
    INFO(result.output);
    CHECK(result.code == 0);
    CHECK(result.output == "3000000,5,pong 1000\n");
}
