// SPDX-License-Identifier: Apache-2.0
#include "ways.hpp"

#include "catch.hpp"

#include <algorithm>
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
    static const std::vector<way> ways{
        {"event, adopted", mpm::event},
        {"event, adopted, TLS", mpm::event, true},
        {"event, engine off", mpm::event, false, false, false},
        {"event, HTTP/2", mpm::event, true, true},
        {"worker", mpm::worker},
        {"prefork", mpm::prefork},
    };
    return ways;
}

namespace
{

template <class Wanted> std::vector<way> ways_that(Wanted wanted)
{
    std::vector<way> chosen;
    std::copy_if(every_way().begin(), every_way().end(), std::back_inserter(chosen), wanted);
    return chosen;
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
    return ways_that(
        [](const way& w) { return !w.tls && (w.adopted() || w.model == mpm::worker); });
}

httpd_options options_for(const way& w, const std::string& site)
{
    httpd_options options;
    options.model = w.model;
    options.tls = w.tls;
    options.http2 = w.http2;
    options.site = (w.engine ? "" : "V6FrontEngine Off\n") + site;
    return options;
}

std::string request_text(const question& q)
{
    std::ostringstream out;
    out << q.method << ' ' << q.target << " HTTP/1.1\r\nHost: " << q.host << "\r\n";
    for (const auto& [name, value] : q.fields) {
        out << name << ": " << value << "\r\n";
    }
    if (q.chunked) {
        out << "Transfer-Encoding: chunked\r\n\r\n";
        // In pieces, so that the end of one is not the end of the body.
        for (std::size_t at = 0; at < q.body.size(); at += 50000) {
            const std::string piece = q.body.substr(at, 50000);
            out << std::hex << piece.size() << "\r\n" << piece << "\r\n";
        }
        out << "0\r\n\r\n";
    } else if (!q.body.empty()) {
        out << "Content-Length: " << q.body.size() << "\r\n\r\n" << q.body;
    } else {
        out << "\r\n";
    }
    return out.str();
}

client_options client_for(const httpd_server& server)
{
    client_options options;
    options.tls = server.options().tls;
    return options;
}

namespace
{

http_message ask_http2(const httpd_server& server, const question& q)
{
    const scratch_folder folder;
    const std::string got = folder.path() + "/got";
    std::vector<std::string> command{"curl",
                                     "-s",
                                     "-k",
                                     "-g",
                                     "-6",
                                     "--http2",
                                     "--max-time",
                                     "60",
                                     "-i",
                                     "-o",
                                     got,
                                     "--resolve",
                                     "site.test:" + std::to_string(server.port()) + ":[::1]",
                                     "--request-target",
                                     q.target,
                                     "-H",
                                     "Host: " + q.host,
                                     "-H",
                                     "Accept:",
                                     "-H",
                                     "User-Agent:"};
    for (const auto& [name, value] : q.fields) {
        command.insert(command.end(), {"-H", name + ": " + value});
    }
    if (q.method == "HEAD") {
        command.emplace_back("-I");
    } else {
        command.insert(command.end(), {"-X", q.method});
    }
    if (!q.body.empty() && q.chunked) {
        command.insert(command.end(), {"-T", "-"});
    } else if (!q.body.empty()) {
        command.insert(command.end(), {"-H", "Content-Type:", "--data-binary", "@-"});
    }
    command.push_back("https://" + server.authority() + "/");
    const command_result result = run_command(command, {}, q.body);
    // curl has taken the framing away, so what follows the head is the body, and its exit code
    // tells whether the stream ended as it should.
    message_reader reader(q.method == "HEAD" ? message_reader::expecting::response_to_head
                                             : message_reader::expecting::response);
    const std::string text = read_file(got);
    const std::size_t taken = reader.feed(text);
    reader.end_of_stream();
    http_message message = reader.take();
    message.body += text.substr(taken);
    message.complete = result.code == 0 && message.status() != 0;
    if (!message.complete) {
        UNSCOPED_INFO("curl ended with " << result.code << " after " << text.size() << " octets");
        for (const auto& line : server.complaints()) {
            UNSCOPED_INFO(line);
        }
    }
    return message;
}

} // namespace

http_message ask(const httpd_server& server, const question& q)
{
    if (server.options().http2) {
        return ask_http2(server, q);
    }
    raw_client client(server.port(), client_for(server));
    client.send(request_text(q));
    return client.read_response(q.method == "HEAD");
}

std::string pattern(std::size_t size)
{
    std::string text;
    text.reserve(size + 16);
    for (std::size_t line = 0; text.size() < size; ++line) {
        text += std::to_string(line * 7919);
        text += '\n';
    }
    text.resize(size);
    return text;
}

} // namespace v6front
