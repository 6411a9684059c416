// SPDX-License-Identifier: Apache-2.0
//
// The ways in which an exchange can run, and one question asked in each of them. What a test says
// of one way has to hold for all, so most tests run through this list.
#pragma once

#include "http_message.hpp"
#include "httpd_server.hpp"
#include "raw_client.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace v6front
{

struct way {
    std::string_view name;
    mpm model = mpm::event;
    bool tls = false;
    bool http2 = false;
    bool engine = true; // V6FrontEngine
    bool adopted() const { return model == mpm::event && engine && !http2; }
};
std::ostream& operator<<(std::ostream& out, const way& w);

const std::vector<way>& every_way();
const way& http2_way();
std::vector<way> http1_ways();       // all but HTTP/2
std::vector<way> adopted_ways();     // plain and TLS
std::vector<way> short_list();       // one adopted, one on a borrowed thread
std::vector<way> one_of_each_kind(); // and HTTP/2
std::vector<way> one_of_each_mpm();  // the short list and prefork

// A server that runs this way, with that text in its virtual host.
httpd_options options_for(const way& w, const std::string& site);

struct question {
    std::string target = "/";
    std::string method = "GET";
    std::vector<std::pair<std::string, std::string>> fields{};
    std::string body{};
    bool chunked = false; // in HTTP/2: without Content-Length
    std::string host = "site.test";
};

// Asked on a connection of its own, by whatever protocol the server's way is about.
http_message ask(const httpd_server& server, const question& q);
inline http_message get(const httpd_server& server, const std::string& target)
{
    return ask(server, {target});
}

// The same as text for a raw client; and its head alone, with a body of that length or in chunks.
std::string request_text(const question& q);
std::string head_text(const question& q, std::optional<std::uint64_t> length);
client_options client_for(const httpd_server& server);

// A body that shows where it was cut or shuffled.
std::string pattern(std::size_t size);

} // namespace v6front
