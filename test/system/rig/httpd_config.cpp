// SPDX-License-Identifier: Apache-2.0
#include "httpd_config.hpp"
#include "process.hpp"
#include "watching.hpp"

#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <stdexcept>

#include <sys/stat.h>
#include <unistd.h>

namespace v6front
{

namespace
{

// What the machine's httpd is, or with APXS=/its/bin/apxs in the environment another one.
std::string asked_of_apxs(const std::string& what)
{
    const char* other = std::getenv("APXS");
    std::string out = run_command({other && *other ? other : "apxs", "-q", what}).output;
    while (!out.empty() && out.back() == '\n')
        out.pop_back();
    return out;
}

const std::string& module_folder()
{
    static const std::string folder = asked_of_apxs("LIBEXECDIR");
    return folder;
}

const std::string& httpd_program()
{
    static const std::string program = asked_of_apxs("SBINDIR") + "/" + asked_of_apxs("PROGNAME");
    return program;
}

// Debian's httpd has built in what is a module elsewhere.
bool has_module_file(const std::string& name)
{
    return std::filesystem::exists(module_folder() + "/mod_" + name + ".so");
}

std::string model_name(mpm model)
{
    switch (model) {
    case mpm::event:
        return "event";
    case mpm::worker:
        return "worker";
    case mpm::prefork:
        break;
    }
    return "prefork";
}

void put_processes(std::ostream& out, const httpd_options& options)
{
    if (options.model == mpm::prefork) {
        out << "StartServers " << options.threads << "\nMinSpareServers 1\nMaxSpareServers "
            << options.threads << "\nServerLimit " << options.threads << "\nMaxRequestWorkers "
            << options.threads << "\n";
        return;
    }
    // As many as are wanted and never fewer or more, so that a test knows what it asks.
    const unsigned workers = options.children * options.threads;
    out << "StartServers " << options.children << "\nServerLimit " << options.children
        << "\nThreadLimit " << options.threads + 20 << "\nThreadsPerChild " << options.threads
        << "\nMaxRequestWorkers " << workers << "\nMinSpareThreads 1\nMaxSpareThreads "
        << workers + options.threads << "\n";
    if (options.model == mpm::event && options.connections_per_thread > 0)
        out << "AsyncRequestWorkerFactor " << options.connections_per_thread << "\n";
}

void put_modules(std::ostream& out, const httpd_options& options)
{
    std::vector<std::string> names{"mpm_" + model_name(options.model), "authz_core", "mime"};
    names.insert(names.end(), options.modules.begin(), options.modules.end());
    if (options.tls)
        names.insert(names.end(), {"socache_shmcb", "ssl"});
    if (options.http2)
        names.emplace_back("http2");
    for (const char* name : {"unixd", "log_config", "logio", "watchdog", "version"}) {
        if (has_module_file(name))
            names.emplace_back(name);
    }
    for (const std::string& name : names)
        out << "LoadModule " << name << "_module " << module_folder() << "/mod_" << name << ".so\n";
    if (options.with_module)
        out << "LoadModule v6front_module " << module_file() << "\n";
}

void put_site(std::ostream& out, const httpd_options& options, std::uint16_t port)
{
    out << "<VirtualHost *:" << port << ">\nServerName site.test\n";
    if (options.tls) {
        out << "SSLEngine On\nSSLCertificateFile " << test_certificate().certificate
            << "\nSSLCertificateKeyFile " << test_certificate().key << "\n";
    }
    if (options.http2)
        out << "Protocols h2 h2c http/1.1\n";
    // Of requests no more than is told by default, and what clients do: a test that wants to follow
    // an exchange says so.
    if (options.with_module)
        out << "LogLevel v6front:info\n";
    out << options.site << "\n</VirtualHost>\n";
}

} // namespace

httpd_places::httpd_places(const std::string& root)
    : folder(root),
      config(root + "/httpd.conf"),
      error_log(root + "/error.log"),
      access_log(root + "/access.log"),
      documents(root + "/htdocs"),
      cgi(root + "/cgi-bin"),
      hosts(root + "/hosts"),
      reports(root + "/reports"),
      console(root + "/console")
{
}

void prepare_places(const httpd_places& places)
{
    for (const std::string& folder : {places.documents, places.cgi, places.reports}) {
        std::filesystem::create_directories(folder);
        chmod(folder.c_str(), 0755);
    }
    chmod(places.reports.c_str(), 0777);
    write_file(places.folder + "/mime.types", "text/html html\ntext/plain txt\n");
    write_file(places.documents + "/static.txt", "from a file\n");
    write_file(places.cgi + "/hello", "#!/bin/sh\nprintf 'Content-Type: text/plain\\r\\n\\r\\n'\n"
                                      "echo \"from a program, $REQUEST_METHOD\"\ncat\n");
    chmod((places.cgi + "/hello").c_str(), 0755);
}

std::string config_text(const httpd_options& options, const httpd_places& places,
                        std::uint16_t port)
{
    std::ostringstream out;
    out << "ServerRoot " << places.folder << "\nDefaultRuntimeDir " << places.folder << "\nPidFile "
        << places.folder << "/pid\nServerName front.test\n";
    put_modules(out, options);
    put_processes(out, options);
    if (options.ipv6_listener)
        out << "Listen [::1]:" << port << "\n";
    if (options.listen_ipv4)
        out << "Listen 127.0.0.1:" << port << "\n";
    if (getuid() == 0)
        out << "User www-data\nGroup www-data\n";
    out << "TypesConfig " << places.folder << "/mime.types\nDocumentRoot " << places.documents
        << "\nErrorLog " << places.error_log << "\nLogLevel info"
        << (options.with_module ? " v6front:debug" : "")
        << "\nLogFormat \"%a \\\"%r\\\" %>s %B %X\" test\nCustomLog " << places.access_log
        << " test\n";
    if (options.tls)
        out << "SSLSessionCache shmcb:" << places.folder << "/sessions(64000)\n";
    // A client that the machine holds up for a while is none that idles.
    out << "Timeout " << 20 * slowness() << "\nKeepAliveTimeout " << 10 * slowness()
        << "\nMaxKeepAliveRequests 0\n"
        << options.global << "\n";
    put_site(out, options, port);
    return out.str();
}

std::vector<std::string> httpd_command(const httpd_places& places)
{
    std::vector<std::string> command = watched_command(places.reports);
    command.insert(command.end(), {httpd_program(), "-f", places.config});
    return command;
}

std::vector<std::string> httpd_environment(const httpd_options& options, const httpd_places& places)
{
    // Names are the test's own, and no name server is waited for.
    std::string preload = options.system_names ? "" : test_library("hosts_file.so");
    if (!options.preload.empty())
        preload += ":" + options.preload;
    std::vector<std::string> environment = watched_environment(places.reports, preload);
    environment.insert(environment.end(), options.environment.begin(), options.environment.end());
    environment.emplace_back("LC_ALL=C");
    if (!options.system_names)
        environment.push_back("V6FRONT_TEST_HOSTS=" + places.hosts);
    return environment;
}

const certificate_files& test_certificate()
{
    static const scratch_folder folder;
    static const certificate_files files = [] {
        certificate_files made{folder.path() + "/certificate.pem", folder.path() + "/key.pem"};
        const auto result = run_command(
            {"openssl", "req", "-x509", "-nodes", "-days", "2", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:P-256", "-subj", "/CN=site.test", "-addext",
             "subjectAltName=DNS:site.test", "-keyout", made.key, "-out", made.certificate});
        if (result.code != 0)
            throw std::runtime_error("openssl made no certificate: " + result.output);
        return made;
    }();
    return files;
}

} // namespace v6front
