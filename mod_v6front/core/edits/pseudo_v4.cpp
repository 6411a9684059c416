// SPDX-License-Identifier: Apache-2.0
#include "pseudo_v4.hpp"

#include "core/base/ascii.hpp"

#include <algorithm>

namespace v6front
{
namespace
{

constexpr std::string_view forwarded_for = "X-Forwarded-For";
constexpr std::size_t zero_octet = 8; // bits 64 to 71, in all lengths of prefixes

void add_if_missing(field_list& fields, std::string_view name, std::string_view value)
{
    if (!find(fields, name))
        fields.push_back({name, value});
}

bool lists_v6(const field& f) noexcept
{
    return iequals(f.name, forwarded_for) && f.value.find(':') != std::string_view::npos;
}

} // namespace

std::optional<ip_address> true_v4(const ip_address& client,
                                  std::span<const ip_prefix> nat64) noexcept
{
    if (client.is_v4())
        return client;
    const auto found = std::find_if(nat64.begin(), nat64.end(),
                                    [&client](const ip_prefix& p) { return p.contains(client); });
    if (found == nat64.end() || client.octets[zero_octet] != 0)
        return std::nullopt;
    std::array<std::uint8_t, 4> octets{};
    std::size_t at = found->length / 8;
    for (auto& octet : octets) {
        at += at == zero_octet ? 1 : 0;
        octet = client.octets[at++];
    }
    return v4_address(octets);
}

std::array<std::uint8_t, 16> network_of(const ip_address& client, unsigned prefix) noexcept
{
    return without_host_bits({client, prefix}).first.octets;
}

ip_address address_in(const ip_prefix& range, std::uint64_t hash) noexcept
{
    const std::uint64_t hosts = (std::uint64_t{1} << (128 - range.length)) - 2;
    std::uint64_t host = 1 + hash % hosts;
    ip_address made = range.first;
    for (std::size_t i = made.octets.size(); i > 12; --i, host >>= 8U)
        made.octets[i - 1] = static_cast<std::uint8_t>(made.octets[i - 1] | (host & 0xffU));
    return made;
}

void add_pseudo_v4(field_list& fields, pseudo_v4_mode mode, const pseudo_v4_texts& texts,
                   bool& is_list)
{
    if (mode == pseudo_v4_mode::add)
        add_if_missing(fields, pseudo_v4_field, texts.v4);
    if (mode != pseudo_v4_mode::overwrite)
        return;
    const bool has_v4 = texts.v4 == texts.client;
    if (has_v4 && !(is_list && std::any_of(fields.begin(), fields.end(), lists_v6)))
        return;
    if (is_list)
        std::erase_if(fields, [](const field& f) { return iequals(f.name, forwarded_for); });
    is_list = false;
    add_if_missing(fields, forwarded_for, texts.v4);
    if (!has_v4)
        add_if_missing(fields, true_v6_field, texts.client);
}

} // namespace v6front
