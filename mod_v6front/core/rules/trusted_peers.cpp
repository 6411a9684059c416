// SPDX-License-Identifier: Apache-2.0
#include "trusted_peers.hpp"

#include "core/base/numbers.hpp"
#include "setting_values.hpp"

#include <algorithm>

namespace v6front
{
namespace
{

[[noreturn]] void refuse(std::string_view text, const std::string& why)
{
    throw setting_error("\"" + std::string(text) + "\" " + why);
}

// What is left of an address in a notation that has more: the address without its zone id,
// brackets and port; or nothing.
std::optional<ip_address> address_inside(std::string_view text) noexcept
{
    if (text.starts_with('['))
        text = text.substr(1, text.find(']') - 1);
    else if (text.find(':') == text.rfind(':'))
        text = text.substr(0, text.find(':'));
    return parse_ip_address(text.substr(0, text.find('%')));
}

} // namespace

ip_prefix parse_prefix(std::string_view text)
{
    const std::size_t slash = text.find('/');
    const std::string_view address_text = text.substr(0, slash);
    const auto address = parse_ip_address(address_text);
    if (!address) {
        const auto inside = address_inside(address_text);
        refuse(text, inside ? "must be without brackets, port and zone id: write " + inside->text()
                            : "is not an IP address or prefix such as 192.0.2.10, 192.0.2.0/24 or "
                              "2001:db8::/32");
    }
    ip_prefix made{*address};
    if (slash != std::string_view::npos) {
        const bool dotted = address_text.find(':') == std::string_view::npos;
        const unsigned most = dotted ? 32 : 128;
        const auto length = parse_number<unsigned>(text.substr(slash + 1), 0, most);
        if (!length) {
            refuse(text,
                   "has a prefix length that is not a number from 0 to " + std::to_string(most));
        }
        made.length = dotted ? *length + 96 : *length;
    }
    const ip_prefix right = without_host_bits(made);
    if (right.first != made.first) {
        refuse(text,
               "has bits set behind its prefix: write " + right.text() + ", or the address alone");
    }
    return made;
}

bool trusted_peers::contains(const ip_address& address) const noexcept
{
    return std::any_of(prefixes_.begin(), prefixes_.end(),
                       [&](const ip_prefix& p) { return p.contains(address); });
}

} // namespace v6front
