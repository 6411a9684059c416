// SPDX-License-Identifier: Apache-2.0

#include "status_forms.hpp"
#include "report_text.hpp"

namespace v6front
{

namespace
{

traffic all_of(const reported_site& s)
{
    traffic all;
    for (const auto& a : s.addresses)
        all += a.numbers;
    return all;
}

} // namespace

std::string section_html(const status_report& r)
{
    if (r.sites.empty())
        return {};
    std::string out = "<table border=\"1\"><tr><th>Server</th><th>Backend</th><th>In flight</th>"
                      "<th>Waiting</th><th>Requests</th><th>Failed</th></tr>\n";
    for (const auto& s : r.sites) {
        const auto all = all_of(s);
        out += "<tr><td>" + html_text(s.server) + "</td><td>" + html_text(s.backend) + "</td><td>" +
               std::to_string(s.in_flight) + "</td><td>" + std::to_string(s.waiting) + "</td><td>" +
               std::to_string(all.requests()) + "</td><td>" + std::to_string(all.failures()) +
               "</td></tr>\n";
    }
    return out + "</table>\n";
}

std::string section_lines(const status_report& r)
{
    std::string out;
    for (std::size_t i = 0; i < r.sites.size(); ++i) {
        const auto& s = r.sites[i];
        const auto all = all_of(s);
        const auto say = [&](std::string_view key, const std::string& value) {
            out.append("V6FrontSite[").append(std::to_string(i)).append("]").append(key);
            out.append(": ").append(line_text(value)) += '\n';
        };
        say("Server", s.server);
        say("Backend", s.backend);
        say("InFlight", std::to_string(s.in_flight));
        say("Waiting", std::to_string(s.waiting));
        say("Requests", std::to_string(all.requests()));
        say("Failures", std::to_string(all.failures()));
    }
    return out;
}

} // namespace v6front
