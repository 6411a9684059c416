// SPDX-License-Identifier: Apache-2.0
//
// The sites of a configuration, for programs that examine them (v6frontctl doctor): a value, and
// its text in JSON. Members may come to the text, none changes its meaning or goes while `schema`
// is the same.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace v6front
{

struct listed_endpoint {
    std::string address; // "*": every one, of either family
    std::uint16_t port = 0;
    friend bool operator==(const listed_endpoint&, const listed_endpoint&) = default;
};

struct listed_rule {
    std::string kind; // "path", "match" or "location"
    std::string path; // or the expression
    std::string place;
    std::string url;       // empty: an exclusion, and nothing of what follows holds
    std::string authority; // what the site sees as Host if preserve_host is not set
    std::uint16_t port = 0;
    bool tls = false;
    bool verify = false; // its certificate
    std::string ca;
    std::string tls_name;
    std::vector<std::string> addresses; // known without asking
    std::vector<std::string> names;     // to be looked up, for IPv4 addresses
    bool self = false;
    bool preserve_host = true;
    std::string proxy_protocol; // "off", "v1", "v2"
    std::string source;         // the first of V6FrontBindV4; empty: as the system chooses
    std::vector<std::string> adds;
};

struct listed_site {
    std::string name;
    bool named = true;                // by a ServerName: without one, httpd takes this machine's
    std::vector<std::string> aliases; // with * and ? where they were written so
    std::string place;
    std::vector<listed_endpoint> at; // of the virtual host; empty: the main server
    std::string pseudo_v4;           // "off", "add", "overwrite"
    std::vector<listed_rule> rules;
};

struct site_list {
    static constexpr int schema = 1;
    std::vector<listed_endpoint> listen;
    std::vector<listed_site> sites;
};

std::string to_json(const site_list& all);

} // namespace v6front
