// SPDX-License-Identifier: Apache-2.0

#include "listen_conflicts.hpp"

#include "core/base/ascii.hpp"
#include "httpd/config/config_tree.hpp"
#include "httpd/config/listeners.hpp"
#include "httpd/config/own_addresses.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace v6front
{

namespace
{

#ifdef AP_ENABLE_V4_MAPPED
constexpr bool both_families = true;
#else
constexpr bool both_families = false;
#endif

using addresses_of_ports = std::map<std::uint16_t, std::vector<asio::ip::address>>;

// One address cannot be opened beside all of its family; nor one of IPv4 beside [::], where that
// takes IPv4 as well.
bool conflicts_with(const asio::ip::address& single, const asio::ip::address& all)
{
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

struct listener {
    asio::ip::address address;
    std::uint16_t port;
    bool is(const asio::ip::address& a, std::uint16_t p) const { return address == a && port == p; }
};

// Where [::] takes IPv4 as well, httpd opens it alone, and leaves 0.0.0.0 out: if that comes after
// it, or right before it (ap_setup_listeners). Otherwise [::] is opened beside 0.0.0.0, and fails.
// Returns such ports.
std::set<std::uint16_t> ports_with_ipv4_first(const std::vector<listener>& in_order)
{
    const asio::ip::address all4 = asio::ip::address_v4::any(), all6 = asio::ip::address_v6::any();
    std::set<std::uint16_t> opened4, opened6, found;
    for (std::size_t i = 0; both_families && i < in_order.size(); ++i) {
        const auto& [address, port] = in_order[i];
        const bool is_before_all6 = i + 1 < in_order.size() && in_order[i + 1].is(all6, port);
        if (address == all4 && !is_before_all6 && !opened6.contains(port))
            opened4.insert(port);
        if (address != all6)
            continue;
        opened6.insert(port);
        if (opened4.contains(port))
            found.insert(port);
    }
    return found;
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

finding conflict_of(std::uint16_t port, const listen_lines& lines, const char* what)
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
    text.append(": httpd cannot open port ").append(std::to_string(port)).append(what);
    return {"V6F0252", place, std::move(text)};
}

constexpr auto* single_beside_all =
    " for all addresses and for a single one of them, and will not start (AH00072). Keep the line "
    "for all addresses, or the lines for single ones";
constexpr auto* ipv4_first =
    " for all addresses of IPv4 and then of both, and will not start (AH00072). Keep one of these "
    "lines: without an address it is for IPv4 and IPv6";

// None for a name, and where no address is written.
std::optional<asio::ip::address> address_in(const written_directive& listen)
{
    auto where = listen.words[0].substr(0, listen.words[0].rfind(':'));
    if (where.starts_with('[') && where.ends_with(']'))
        where = where.substr(1, where.size() - 2);
    error_code failed;
    const auto address = asio::ip::make_address(where, failed);
    return failed ? std::nullopt : std::optional(address);
}

void find_missing_address(const written_directive& listen, findings& out)
{
    const auto address = address_in(listen);
    if (!address || may_be_bound(*address) || listen.args.find("freebind") != std::string::npos)
        return;
    std::string text = listen.text();
    text.append(" (").append(listen.place).append("): this machine does not have the address ");
    text.append(address->to_string())
        .append(", so httpd will not start (AH00072). Write one that ");
    text.append("it has (\"ip address\" lists them), or give it to an interface first");
    out.push_back({"V6F0259", listen.place, std::move(text)});
}

} // namespace

void find_listen_conflicts(const server_rec* main_server, findings& out)
{
    const auto lines = listen_lines_of(main_server);
    for (const auto& each : lines.all)
        find_missing_address(each, out);
    if (lines.may_share)
        return;
    addresses_of_ports ports;
    std::vector<listener> in_order;
    for_each_listener([&](const asio::ip::address& on, std::uint16_t port) {
        ports[port].push_back(on);
        in_order.push_back({on, port});
    });
    const auto with_ipv4_first = ports_with_ipv4_first(in_order);
    for (const auto& [port, addresses] : ports)
        if (has_conflict(addresses))
            out.push_back(conflict_of(port, lines, single_beside_all));
        else if (with_ipv4_first.contains(port))
            out.push_back(conflict_of(port, lines, ipv4_first));
}

} // namespace v6front
