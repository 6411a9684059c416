// SPDX-License-Identifier: Apache-2.0

#include "missing_sources.hpp"

#include "core/base/ip_address.hpp"

#include <algorithm>
#include <bit>
#include <vector>

namespace v6front
{

namespace
{

// More than one would type: then an example of them is said.
constexpr std::size_t most_commands = 8;
constexpr std::size_t most_names = 3;

std::string command_for(std::uint32_t first, int host_bits)
{
    if (host_bits == 0)
        return "\"ip address add " + v4_text(first) + "/32 dev lo\"";
    std::string command = "\"ip route add local " + v4_text(first);
    return command.append("/").append(std::to_string(32 - host_bits)).append(" dev lo\"");
}

// The fewest prefixes that are this range, and no more than it.
void add_commands(const source_pool::range& r, std::vector<std::string>& commands)
{
    for (std::uint64_t from = r.first; from <= r.last;) {
        const auto aligned = std::countr_zero(static_cast<std::uint32_t>(from));
        const auto fitting = std::bit_width(r.last - from + 1) - 1;
        const int host_bits = std::min(aligned, static_cast<int>(fitting));
        commands.push_back(command_for(static_cast<std::uint32_t>(from), host_bits));
        from += std::uint64_t{1} << host_bits;
    }
}

// "a, b and c".
std::string in_words(const std::vector<std::string>& commands)
{
    const auto n = std::min(commands.size(), most_commands);
    std::string text;
    for (std::size_t i = 0; i < n; ++i)
        text.append(i == 0 ? "" : i + 1 == commands.size() ? " and " : ", ").append(commands[i]);
    return text.append(n < commands.size() ? ", and so on" : "");
}

} // namespace

std::string missing_sources(const source_pool& pool,
                            const std::function<bool(std::uint32_t)>& has_address)
{
    std::vector<std::string> commands;
    std::string names;
    std::size_t missing = 0;
    for (const auto& r : pool.ranges()) {
        const auto before = missing;
        std::uint32_t last = 0;
        for (std::uint64_t a = r.first; a <= r.last; ++a)
            if (const auto source = static_cast<std::uint32_t>(a); !has_address(source)) {
                last = source;
                if (missing < most_names)
                    names.append(missing > 0 ? ", " : "").append(v4_text(source));
                ++missing;
            }
        if (missing == before + 1)
            commands.push_back(command_for(last, 0));
        else if (missing > before)
            add_commands(r, commands);
    }
    if (missing == 0)
        return {};
    std::string text = "this machine does not have " + names;
    text.append(missing > most_names ? ", ..." : "").append(", ").append(std::to_string(missing));
    text.append(" of ").append(std::to_string(pool.size()));
    text.append(" addresses: as long as that is so, clients for which one of them is chosen get "
                "503. Add what is missing (");
    return text.append(in_words(commands)).append("), or correct the directive");
}

} // namespace v6front
