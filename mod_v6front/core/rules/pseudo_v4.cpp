// SPDX-License-Identifier: Apache-2.0
#include "pseudo_v4.hpp"

#include "core/base/ascii.hpp"
#include "core/base/numbers.hpp"
#include "trusted_peers.hpp"

#include <algorithm>

namespace v6front
{
namespace
{

// Says which key it is about; the prefix's own sentence does not.
ip_prefix prefix_of(std::string_view key, std::string_view value)
{
    try {
        return parse_prefix(value);
    } catch (const setting_error& e) {
        throw setting_error(std::string(key) + "= " + e.what());
    }
}

// Those that no client ever has, and that a site may trust for it.
bool has_no_clients(const ip_prefix& range) noexcept
{
    static const std::array never{ip_prefix{v4_address({127, 0, 0, 0}), 104},
                                  ip_prefix{v4_address({224, 0, 0, 0}), 100}};
    return std::any_of(never.begin(), never.end(), [&range](const ip_prefix& p) {
        return p.contains(range.first) || range.contains(p.first);
    });
}

bool is_nat64_length(unsigned length) noexcept
{
    constexpr std::array<unsigned, 6> lengths{32, 40, 48, 56, 64, 96};
    return std::find(lengths.begin(), lengths.end(), length) != lengths.end();
}

ip_prefix nat64_prefix(std::string_view key, std::string_view value)
{
    const auto made = prefix_of(key, value);
    if (made.is_v4() || !is_nat64_length(made.length))
        refuse_value(key, value,
                     "an IPv6 prefix of 32, 40, 48, 56, 64 or 96 bits (RFC 6052), such as "
                     "64:ff9b::/96");
    // Bits 64 to 71 of such addresses are zero.
    if (made.length == 96 && made.first.octets[8] != 0)
        refuse_value(key, value, "a prefix whose ninth octet is zero (RFC 6052)");
    return made;
}

} // namespace

ip_prefix parse_pseudo_range(std::string_view key, std::string_view value)
{
    const auto made = prefix_of(key, value);
    if (!made.is_v4() || made.length < 96 + 4 || made.length > 96 + 24 || has_no_clients(made))
        refuse_value(key, value,
                     "an IPv4 network from /4 to /24, such as 240.0.0.0/4, and not of loopback or "
                     "multicast addresses");
    return made;
}

unsigned parse_pseudo_prefix(std::string_view key, std::string_view value)
{
    const auto n = parse_number<unsigned>(value, 32, 128);
    if (!n)
        refuse_value(key, value, "a number of bits from 32 to 128, such as 64");
    return *n;
}

std::vector<ip_prefix> parse_nat64(std::string_view key, std::string_view value)
{
    std::vector<ip_prefix> all;
    for (std::string_view rest = value; all.empty() || !rest.empty();)
        all.push_back(nat64_prefix(key, take_element(rest)));
    if (value.ends_with(','))
        refuse_value(key, value, "prefixes divided by commas");
    return all;
}

std::string parse_key_file(std::string_view key, std::string_view value)
{
    if (value.empty())
        refuse_value(key, value, "the name of a file, such as /etc/apache2/pseudo.key");
    return std::string(value);
}

void set_option(pseudo_v4_rule& rule, std::string_view key_value)
{
    if (!set_key(rule, require_key_value(key_value), pseudo_v4_rows))
        refuse_key(key_value, keys_of(pseudo_v4_rows));
}

pseudo_v4_mode parse_pseudo_v4_mode(std::string_view value)
{
    if (iequals(value, "off"))
        return pseudo_v4_mode::off;
    if (iequals(value, "add"))
        return pseudo_v4_mode::add;
    if (iequals(value, "overwrite"))
        return pseudo_v4_mode::overwrite;
    refuse_value({}, value, "\"off\", \"add\" or \"overwrite\"");
}

pseudo_v4_key parse_pseudo_v4_key(std::string_view text, std::string_view file)
{
    const auto refuse = [file](const std::string& wrong) {
        const std::string name(file);
        throw setting_error("\"" + name + "\" " + wrong +
                            "; a key is 32 hexadecimal digits, as "
                            "from: (umask 077; openssl rand -hex 16 > " +
                            name + ")");
    };
    constexpr std::string_view blanks(" \t\r\n");
    const auto begin = text.find_first_not_of(blanks);
    text = begin == std::string_view::npos
               ? std::string_view{}
               : text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
    if (text.empty())
        refuse("is empty");
    if (!std::all_of(text.begin(), text.end(), [](char c) { return hex_value(c) >= 0; }))
        refuse("has something else than hexadecimal digits");
    pseudo_v4_key key{};
    if (text.size() != 2 * key.size())
        refuse("has " + std::to_string(text.size()) + " hexadecimal digits");
    for (std::size_t i = 0; i < key.size(); ++i)
        key[i] =
            static_cast<unsigned char>(16 * hex_value(text[2 * i]) + hex_value(text[2 * i + 1]));
    return key;
}

} // namespace v6front
