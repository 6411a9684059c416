// SPDX-License-Identifier: Apache-2.0
//
// Real sites that believe X-Forwarded-For of the front, as they would of any proxy: their own logs
// and their lists of IPv4 addresses work for IPv6 clients.
#include "catch.hpp"
#include "deadline.hpp"
#include "process.hpp"
#include "ways.hpp"

#include <algorithm>
#include <set>
#include <sstream>
#include <vector>

#include <sys/stat.h>

using namespace v6front;

namespace
{

constexpr const char* banned = "243.253.34.53"; // 2001:db8::/64, test_pseudo_v4.cpp has the key

// "ok" for /page.txt; 403 for the banned address.
class banning_site
{
public:
    explicit banning_site(const std::string& kind)
    {
        const std::string& at = folder_.path();
        chmod(at.c_str(), 0755);
        write_file(at + "/page.txt", "ok");
        if (kind == "httpd") {
            start_httpd();
            return;
        }
        port_ = free_port();
        const std::string config = kind == "nginx" ? nginx_config() : lighttpd_config();
        write_file(at + "/conf", config);
        const std::vector<std::string> command =
            kind == "nginx"
                ? std::vector<std::string>{"/usr/sbin/nginx", "-p", at,          "-e",
                                           at + "/error.log", "-c", at + "/conf"}
                : std::vector<std::string>{"/usr/sbin/lighttpd", "-D", "-f", at + "/conf"};
        other_ = std::make_unique<process>(command, std::vector<std::string>{}, at + "/console");
    }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }
    std::string log() const { return read_file(folder_.path() + "/who.log"); }

private:
    void start_httpd()
    {
        const std::string& at = folder_.path();
        httpd_options options;
        options.with_module = false;
        options.listen_ipv4 = true;
        options.modules = {"alias", "remoteip", "authz_host"};
        options.site = "RemoteIPHeader X-Forwarded-For\nRemoteIPInternalProxy 127.0.0.1\n"
                       "Alias /page.txt " +
                       at + "/page.txt\n<Directory " + at +
                       ">\n<RequireAll>\nRequire all granted\nRequire not ip " + banned +
                       "\n</RequireAll>\n</Directory>\nCustomLog " + at + "/who.log \"%a\"\n";
        httpd_ = std::make_unique<httpd_server>(options);
        port_ = httpd_->port();
    }
    std::string nginx_config() const
    {
        const std::string& at = folder_.path();
        std::string temporary;
        for (const char* name : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
            temporary += std::string(name) + "_temp_path " + at + "/" + name + ";\n";
        return "daemon off; pid " + at + "/pid; error_log " + at +
               "/error.log; events { }\nhttp {\n" + temporary +
               "log_format who '$remote_addr'; access_log " + at +
               "/who.log who;\nset_real_ip_from 127.0.0.1; real_ip_header X-Forwarded-For;\n"
               "server { listen 127.0.0.1:" +
               std::to_string(port_) + "; root " + at + "; location / { deny " + banned +
               "; } }\n}\n";
    }
    std::string lighttpd_config() const
    {
        const std::string& at = folder_.path();
        return "server.modules = (\"mod_extforward\", \"mod_access\", \"mod_accesslog\")\n"
               "server.document-root = \"" +
               at + "\"\nserver.bind = \"127.0.0.1\"\nserver.port = " + std::to_string(port_) +
               "\nextforward.forwarder = (\"127.0.0.1\" => \"trust\")\n"
               "extforward.headers = (\"X-Forwarded-For\")\n"
               "$HTTP[\"remoteip\"] == \"" +
               banned + "\" { url.access-deny = (\"\") }\naccesslog.filename = \"" + at +
               "/who.log\"\naccesslog.format = \"%h\"\nserver.errorlog = \"" + at +
               "/error.log\"\n";
    }

    scratch_folder folder_;
    std::uint16_t port_ = 0;
    std::unique_ptr<httpd_server> httpd_;
    std::unique_ptr<process> other_;
};

std::multiset<std::string> last_lines(const std::string& log, std::size_t n)
{
    std::istringstream in(log);
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);)
        lines.push_back(line);
    return {lines.end() - static_cast<std::ptrdiff_t>(std::min(n, lines.size())), lines.end()};
}

} // namespace

TEST_CASE("A real site logs and bans IPv6 clients by their pseudo addresses", "[pseudo]")
{
    const way w = GENERATE(from_range(short_list()));
    const std::string kind = GENERATE("httpd", "nginx", "lighttpd");
    INFO(w << ", " << kind);
    const banning_site site(kind);
    const scratch_folder folder;
    const std::string key = folder.path() + "/pseudo.key";
    write_file(key, "000102030405060708090a0b0c0d0e0f\n");
    CHECK(chmod(key.c_str(), 0600) == 0);
    httpd_options options =
        options_for(w, "V6FrontPass / " + site.url() + "\nV6FrontPseudoV4 overwrite key=" + key +
                           "\nRemoteIPHeader X-Real\nRemoteIPInternalProxy "
                           "::1\n");
    options.modules = {"remoteip"};
    httpd_server front(options);
    const auto status_for = [&front](const std::string& client) {
        return ask(front, {"/page.txt", "GET", {{"X-Real", client}}}).status();
    };
    REQUIRE(eventually([&] { return status_for("2001:db8:0:1::1") == 200; }));
    CHECK(status_for("2001:db8::1") == 403);
    CHECK(status_for("2001:db8::ffff") == 403); // the same network
    CHECK(status_for("192.0.2.7") == 200);
    // A line follows its response, so those of two connections come in either order.
    CHECK(eventually([&] {
        return last_lines(site.log(), 4) == std::multiset<std::string>{"192.0.2.7", "243.253.34.53",
                                                                       "243.253.34.53",
                                                                       "255.127.89.126"};
    }));
}
