// SPDX-License-Identifier: Apache-2.0
#include "plain_server.hpp"

#include "deadline.hpp"
#include "httpd_server.hpp"
#include "raw_client.hpp"
#include "text_lines.hpp"

#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include <sys/stat.h>

namespace v6front
{

namespace
{

using kind = plain_server::kind;

std::string modules_of_httpd()
{
    std::string lines;
    for (const char* name : {"mpm_event", "authz_core", "authz_host", "access_compat", "headers",
                             "remoteip", "setenvif", "mime", "rewrite"}) {
        lines += "LoadModule " + std::string(name) + "_module /usr/lib/apache2/modules/mod_" +
                 name + ".so\n";
    }
    return lines;
}

// All but the site itself.
std::string around(kind k, const std::string& site)
{
    switch (k) {
    case kind::httpd:
        return modules_of_httpd() +
               "ServerRoot @folder@\nPidFile @folder@/pid\nDefaultRuntimeDir @folder@\n"
               "ServerName old.test\nUser www-data\nGroup www-data\nTypesConfig /dev/null\n"
               "ErrorLog @folder@/error.log\nLogFormat %a client\n"
               "CustomLog @folder@/access.log client\nDocumentRoot @folder@/htdocs\n"
               "Listen 127.0.0.1:@port@\n" +
               site;
    case kind::nginx: {
        std::string temporary;
        for (const char* name : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
            temporary += std::string(name) + "_temp_path @folder@/" + name + ";\n";
        return "daemon off; pid @folder@/pid; error_log @folder@/error.log;\n"
               "events { worker_connections 1024; }\nhttp {\n" +
               temporary +
               "log_format client '$remote_addr'; access_log @folder@/access.log client;\n"
               "root @folder@/htdocs;\n" +
               site + "\n}\n";
    }
    case kind::lighttpd:
        return "server.modules = (\"mod_access\", \"mod_accesslog\")\n"
               "server.document-root = \"@folder@/htdocs\"\nserver.bind = \"127.0.0.1\"\n"
               "server.port = @port@\nserver.errorlog = \"@folder@/error.log\"\n"
               "accesslog.filename = \"@folder@/access.log\"\naccesslog.format = \"%h\"\n" +
               site;
    case kind::haproxy:
        break;
    }
    return "defaults\n mode http\n timeout connect 10s\n timeout client 60s\n"
           " timeout server 60s\nfrontend site\n" +
           site + "\n";
}

std::vector<std::string> command_of(kind k, const std::string& at)
{
    switch (k) {
    case kind::httpd:
        return {"/usr/sbin/apache2", "-DFOREGROUND", "-f", at + "/conf"};
    case kind::nginx:
        return {"/usr/sbin/nginx", "-p", at, "-e", at + "/error.log", "-c", at + "/conf"};
    case kind::lighttpd:
        return {"/usr/sbin/lighttpd", "-D", "-f", at + "/conf"};
    case kind::haproxy:
        break;
    }
    return {"/usr/sbin/haproxy", "-db", "-f", at + "/conf"};
}

bool answers_at(std::uint16_t port)
{
    try {
        const raw_client client(port, {.to = "127.0.0.1"});
        return true;
    } catch (const std::system_error&) {
        return false;
    }
}

} // namespace

std::string to_string(kind k)
{
    switch (k) {
    case kind::httpd:
        return "httpd";
    case kind::nginx:
        return "nginx";
    case kind::lighttpd:
        return "lighttpd";
    case kind::haproxy:
        break;
    }
    return "haproxy";
}

plain_server::plain_server(kind k, const std::string& site)
    : port_(free_port()), second_(free_port())
{
    const std::string& at = folder_.path();
    chmod(at.c_str(), 0755);
    std::filesystem::create_directory(at + "/htdocs");
    chmod((at + "/htdocs").c_str(), 0755);
    for (const char* name : {"page", "admin"}) {
        write_file(at + "/htdocs/" + name, name);
        chmod((at + "/htdocs/" + name).c_str(), 0644);
    }
    write_file(at + "/conf", replaced(replaced(replaced(around(k, site), "@folder@", at), "@port@",
                                               std::to_string(port_)),
                                      "@second@", std::to_string(second_)));
    program_ =
        std::make_unique<process>(command_of(k, at), std::vector<std::string>{}, at + "/console");
    if (!eventually([this] { return answers_at(port_); })) {
        throw std::runtime_error(to_string(k) + " does not start: " + read_file(at + "/console") +
                                 read_file(at + "/error.log"));
    }
}

std::vector<std::string> plain_server::clients(std::size_t requests) const
{
    std::vector<std::string> all;
    await("the site's access log", [&] {
        all.clear();
        std::istringstream lines(read_file(folder_.path() + "/access.log"));
        for (std::string line; std::getline(lines, line);)
            all.push_back(line);
        return all.size() >= requests;
    });
    return all;
}

} // namespace v6front
