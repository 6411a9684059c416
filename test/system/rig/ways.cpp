// SPDX-License-Identifier: Apache-2.0
#include "ways.hpp"

#include "catch.hpp"
#include "user_agent.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ostream>
#include <sstream>

namespace v6front
{

std::ostream& operator<<(std::ostream& out, const way& w)
{
    return out << w.name;
}

const std::vector<way>& every_way()
{
    static const std::vector<way> all{
        {"event, adopted", mpm::event},
        {"event, adopted, TLS", mpm::event, true},
        {"event, HTTP/2", mpm::event, true, true},
        {"worker", mpm::worker},
        {"event, engine off", mpm::event, false, false, false},
        {"prefork, TLS", mpm::prefork, true},
    };
    // Adopted and borrowed, once each and with TLS, for a run that looks at memory alone.
    static const std::vector<way> few(all.begin(), all.begin() + 3);
    const char* wanted = std::getenv("V6FRONT_WAYS");
    return wanted && std::string_view(wanted) == "few" ? few : all;
}

const way& http2_way()
{
    return *std::find_if(every_way().begin(), every_way().end(),
                         [](const way& w) { return w.http2; });
}

namespace
{

template <class Wanted> std::vector<way> ways_that(Wanted wanted)
{
    std::vector<way> chosen;
    std::copy_if(every_way().begin(), every_way().end(), std::back_inserter(chosen), wanted);
    return chosen;
}

bool is_short(const way& w)
{
    return !w.tls && (w.adopted() || w.model == mpm::worker);
}

} // namespace

std::vector<way> http1_ways()
{
    return ways_that([](const way& w) { return !w.http2; });
}

std::vector<way> adopted_ways()
{
    return ways_that([](const way& w) { return w.adopted(); });
}

std::vector<way> short_list()
{
    return ways_that(is_short);
}

std::vector<way> one_of_each_kind()
{
    return ways_that([](const way& w) { return is_short(w) || w.http2; });
}

std::vector<way> one_of_each_mpm()
{
    return ways_that([](const way& w) { return is_short(w) || w.model == mpm::prefork; });
}

httpd_options options_for(const way& w, const std::string& site)
{
    httpd_options options;
    options.model = w.model;
    options.tls = w.tls;
    options.http2 = w.http2;
    // Where each request takes a thread, the event MPM closes idle clients when none is free; and
    // one that has given its client back is not free at once, on a machine with more to do.
    if (w.model == mpm::event && !w.adopted())
        options.threads = 30;
    options.site = (w.engine ? "" : "V6FrontEngine Off\n") + site;
    return options;
}

std::string head_text(const question& q, std::optional<std::uint64_t> length)
{
    std::string text = q.method + " " + q.target + " HTTP/1.1\r\nHost: " + q.host + "\r\n";
    for (const auto& [name, value] : q.fields)
        text += name + ": " + value + "\r\n";
    if (!length)
        text += "Transfer-Encoding: chunked\r\n";
    else if (*length > 0)
        text += "Content-Length: " + std::to_string(*length) + "\r\n";
    return text + "\r\n";
}

std::string request_text(const question& q)
{
    if (!q.chunked)
        return head_text(q, q.body.size()) + q.body;
    std::ostringstream out;
    out << head_text(q, std::nullopt);
    // In pieces, so that the end of one is not the end of the body.
    for (std::size_t at = 0; at < q.body.size(); at += 50000) {
        const std::string piece = q.body.substr(at, 50000);
        out << std::hex << piece.size() << "\r\n" << piece << "\r\n";
    }
    out << "0\r\n\r\n";
    return out.str();
}

client_options client_for(const httpd_server& server)
{
    client_options options;
    options.tls = server.options().tls;
    return options;
}

http_message ask(const httpd_server& server, const question& q)
{
    user_agent agent(server);
    agent.send(q);
    http_message answer = agent.read_response();
    if (answer.truncated()) {
        for (const auto& line : server.complaints())
            UNSCOPED_INFO(line);
    }
    return answer;
}

std::string pattern(std::size_t size)
{
    std::string text;
    text.reserve(size + 16);
    char number[24]; // by the C library: what is made here is long, and tests are not optimised
    for (std::size_t line = 0; text.size() < size; ++line)
        text.append(number, static_cast<std::size_t>(
                                std::snprintf(number, sizeof number, "%zu\n", line * 7919)));
    text.resize(size);
    return text;
}

} // namespace v6front
