// SPDX-License-Identifier: Apache-2.0

#include "listen_conflicts.hpp"

#include "core/base/ascii.hpp"
#include "httpd/config/config_tree.hpp"
#include "httpd/config/listeners.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace v6front
{

namespace
{

using addresses_of_ports = std::map<std::uint16_t, std::vector<asio::ip::address>>;

// One address cannot be opened beside all of its family; nor one of IPv4 beside [::], where that
// takes IPv4 as well. 0.0.0.0 beside [::] is no conflict: httpd opens one of them.
bool conflicts_with(const asio::ip::address& single, const asio::ip::address& all)
{
#ifdef AP_ENABLE_V4_MAPPED
    constexpr bool both_families = true;
#else
    constexpr bool both_families = false;
#endif
    return all.is_unspecified() && !single.is_unspecified() &&
           (all.is_v6() == single.is_v6() || (all.is_v6() && both_families));
}

bool has_conflict(const std::vector<asio::ip::address>& addresses)
{
    return std::any_of(addresses.begin(), addresses.end(), [&](const auto& all) {
        return std::any_of(addresses.begin(), addresses.end(),
                           [&](const auto& single) { return conflicts_with(single, all); });
    });
}

struct listen_lines {
    std::vector<written_directive> all;
    bool may_share = false; // SO_REUSEPORT, by which a port may be opened twice
};

listen_lines listen_lines_of(const server_rec* main_server)
{
    listen_lines lines;
    for_each_directive(main_server, [&lines](const written_directive& d) {
        if (iequals(d.name, "ListenCoresBucketsRatio"))
            lines.may_share = true;
        if (!iequals(d.name, "Listen") || d.words.empty())
            return;
        lines.may_share = lines.may_share || d.args.find("options=") != std::string::npos;
        lines.all.push_back(d);
    });
    return lines;
}

// "80", "*:80", "[::]:80".
bool is_for_port(const written_directive& listen, std::uint16_t port)
{
    const auto& where = listen.words[0];
    const auto colon = where.rfind(':');
    return where.substr(colon == std::string::npos ? 0 : colon + 1) == std::to_string(port);
}

finding conflict_of(std::uint16_t port, const listen_lines& lines)
{
    std::vector<std::string> named;
    std::string place;
    for (const auto& d : lines.all)
        if (is_for_port(d, port)) {
            named.push_back(d.text().append(" (").append(d.place).append(")"));
            place = place.empty() ? d.place : place;
        }
    std::string text;
    for (std::size_t i = 0; i < named.size(); ++i)
        text.append(i == 0 ? "" : i + 1 == named.size() ? " and " : ", ").append(named[i]);
    text.append(": httpd cannot open port ").append(std::to_string(port));
    text.append(" for all addresses and for a single one of them, and will not start (AH00072). "
                "Keep the line for all addresses, or the lines for single ones");
    return {"V6F0252", place, std::move(text)};
}

} // namespace

void find_listen_conflicts(const server_rec* main_server, findings& out)
{
    const auto lines = listen_lines_of(main_server);
    if (lines.may_share)
        return;
    addresses_of_ports ports;
    for_each_listener(
        [&ports](const asio::ip::address& on, std::uint16_t port) { ports[port].push_back(on); });
    for (const auto& [port, addresses] : ports)
        if (has_conflict(addresses))
            out.push_back(conflict_of(port, lines));
}

} // namespace v6front
