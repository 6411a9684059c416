// SPDX-License-Identifier: Apache-2.0
//
// The configuration that a test's httpd gets.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace v6front
{

enum class mpm { event, worker, prefork };

struct httpd_options {
    mpm model = mpm::event;
    bool tls = false;
    bool http2 = false;
    bool listen_ipv4 = false; // on 127.0.0.1 too, at the same port
    bool ipv6_listener = true;
    std::uint16_t port = 0; // on [::1]; 0 is any free one
    bool with_module = true;
    unsigned children = 1;                 // processes, and no more
    unsigned threads = 10;                 // in each; the processes of prefork are `threads` many
    unsigned connections_per_thread = 200; // AsyncRequestWorkerFactor; 0 leaves it unset
    std::vector<std::string> modules; // "headers" is mod_headers.so; what all servers need is there
    std::string global;               // for the whole server
    std::string site;                 // inside the one virtual host, site.test
    std::vector<std::pair<std::string, std::string>> files; // name and text, in the server's folder
    std::string preload;                                    // a library for the server's process
    std::vector<std::string> environment;
    bool system_names = false; // ask the system's hosts file and name server, not `hosts`
    // site.test is the trap: a name that leads to the front and to the site.
    std::string hosts = "::1 site.test six.test\n127.0.0.1 site.test four.test\n";
};

// Where things are, below the server's own folder.
struct httpd_places {
    explicit httpd_places(const std::string& folder);
    std::string folder;
    std::string config;
    std::string error_log;
    std::string access_log;
    std::string documents;
    std::string cgi;
    std::string hosts;
    std::string reports; // what a watcher found; everyone may write here
    std::string console; // what the server says before its log is open
};

// Makes the folders, and the files that do not depend on the options.
void prepare_places(const httpd_places& places);

std::string config_text(const httpd_options& options, const httpd_places& places,
                        std::uint16_t port);

// The command line that reads that configuration, and the environment that it wants.
std::vector<std::string> httpd_command(const httpd_places& places);
std::vector<std::string> httpd_environment(const httpd_options& options,
                                           const httpd_places& places);

// A certificate for site.test and its key, made once for all tests.
struct certificate_files {
    std::string certificate;
    std::string key;
};
const certificate_files& test_certificate();

} // namespace v6front
