// SPDX-License-Identifier: Apache-2.0
#include "source_pool.hpp"

#include "core/base/ascii.hpp"
#include "core/base/numbers.hpp"
#include "core/base/rendezvous.hpp"
#include "backend_url.hpp"
#include "setting_values.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

namespace v6front
{

namespace
{

using range = source_pool::range;

constexpr std::uint32_t block_bits = 8;

} // namespace

// A block wins as often as it has addresses: the score of a weight w is -w / ln(u), u in (0, 1).
double source_pool::score(std::uint64_t client, const block& b) noexcept
{
    const auto drawn = mixed(client ^ mixed(~std::uint64_t{b.network})) >> 11;
    const double u = (static_cast<double>(drawn) + 0.5) / 9007199254740992.0;
    return -static_cast<double>(b.size) / std::log(u);
}

source_pool::source_pool(std::vector<range> ranges) : ranges_(std::move(ranges))
{
    for (const auto& r : ranges_)
        for (auto from = r.first;;) {
            const auto to = std::min(r.last, from | ((1u << block_bits) - 1));
            add({from, to});
            if (to == r.last)
                break;
            from = to + 1;
        }
}

void source_pool::add(const range& part)
{
    const auto network = part.first >> block_bits;
    if (blocks_.empty() || blocks_.back().network != network)
        blocks_.push_back({network});
    const auto n = part.last - part.first + 1;
    blocks_.back().parts.push_back(part);
    blocks_.back().size += n;
    size_ += n;
}

std::uint32_t source_pool::choose(const ip_address& client) const noexcept
{
    const auto prefix = mixed(client_prefix(client.octets));
    const auto* of = &blocks_.front();
    double best_score = 0;
    for (const auto& b : blocks_)
        if (const auto s = blocks_.size() > 1 ? score(prefix, b) : 1; s > best_score) {
            best_score = s;
            of = &b;
        }
    auto chosen = of->parts.front().first;
    std::uint64_t best = 0;
    for (const auto& part : of->parts)
        for (std::uint64_t address = part.first; address <= part.last; ++address)
            if (const auto s = mixed(prefix ^ mixed(address)); s > best) {
                best = s;
                chosen = static_cast<std::uint32_t>(address);
            }
    return chosen;
}

namespace
{

constexpr std::string_view right =
    "IPv4 addresses of this machine, such as 192.0.2.10, 192.0.2.16/28 or "
    "192.0.2.16-192.0.2.31, or \"off\"";

std::optional<std::uint32_t> number_of(std::string_view text) noexcept
{
    const auto octets = parse_ipv4(text);
    if (!octets)
        return std::nullopt;
    std::uint32_t number = 0;
    for (const auto octet : *octets)
        number = number << 8 | octet;
    return number;
}

range parse_prefix(std::string_view key, std::string_view word, std::size_t slash)
{
    const auto address = number_of(word.substr(0, slash));
    const auto length = parse_number<unsigned>(word.substr(slash + 1), 0, 32);
    if (!address || !length)
        refuse_value(key, word, right);
    if (*length < 16)
        refuse_value(key, word, "a prefix from /16 to /32: 65536 addresses at most");
    const auto hosts = *length == 32 ? 0 : ~std::uint32_t{0} >> *length;
    if ((*address & hosts) != 0)
        refuse_value(key, word,
                     "the first address of its network: \"" + v4_text(*address & ~hosts) + "/" +
                         std::to_string(*length) + "\", or \"" + v4_text(*address) +
                         "\" for this address alone");
    return {*address, *address | hosts};
}

range read_range(std::string_view key, std::string_view word)
{
    if (const auto slash = word.find('/'); slash != word.npos)
        return parse_prefix(key, word, slash);
    const auto dash = word.find('-');
    const auto first = number_of(word.substr(0, dash));
    const auto last = dash == word.npos ? first : number_of(word.substr(dash + 1));
    if (!first || !last)
        refuse_value(key, word, right);
    if (*last < *first)
        refuse_value(key, word, "the lower address first");
    return {*first, *last};
}

// "This network", multicast and broadcast are nobody's address.
bool may_be_source(const range& r) noexcept
{
    return r.first >> 24 != 0 && (r.last < 0xe0000000 || r.first > 0xefffffff) &&
           r.last != 0xffffffff;
}

range parse_range(std::string_view key, std::string_view word)
{
    const auto read = read_range(key, word);
    if (!may_be_source(read))
        refuse_value(key, word, right);
    return read;
}

} // namespace

std::shared_ptr<const source_pool> parse_source_pool(std::string_view key, std::string_view value)
{
    if (iequals(trim(value), "off"))
        return nullptr;
    std::vector<range> ranges;
    for (auto rest = value;;) {
        const auto start = rest.find_first_not_of(", ");
        if (start == rest.npos)
            break;
        rest.remove_prefix(start);
        const auto word = rest.substr(0, rest.find_first_of(", "));
        rest.remove_prefix(word.size());
        ranges.push_back(parse_range(key, word));
    }
    if (ranges.empty())
        refuse_value(key, value, right);
    std::sort(ranges.begin(), ranges.end(),
              [](const range& a, const range& b) { return a.first < b.first; });
    std::uint64_t size = 0;
    for (std::size_t i = 0; i < ranges.size(); ++i) {
        if (i > 0 && ranges[i].first <= ranges[i - 1].last)
            throw setting_error("has " + v4_text(ranges[i].first) + " twice in \"" +
                                std::string(value) + "\"");
        size += std::uint64_t{ranges[i].last} - ranges[i].first + 1;
    }
    if (size > source_pool::most)
        refuse_value(key, value, "65536 addresses at most");
    return std::make_shared<const source_pool>(std::move(ranges));
}

} // namespace v6front
