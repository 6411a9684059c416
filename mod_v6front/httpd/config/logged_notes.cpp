// SPDX-License-Identifier: Apache-2.0

#include "logged_notes.hpp"

#include "core/base/ascii.hpp"
#include "config_tree.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <string>

namespace v6front
{

namespace
{

// In the order of logged_note.
constexpr const char* names[] = {
    "v6front-request-id",      "v6front-backend",    "v6front-local-address",
    "v6front-local-port",      "v6front-connection", "v6front-queue-us",
    "v6front-connect-us",      "v6front-total-us",   "v6front-request-octets",
    "v6front-response-octets", "v6front-worker",
};
static_assert(std::size(names) == static_cast<std::size_t>(logged_note::worker) + 1);

std::uint32_t logged = 0;

bool contains(std::string_view text, std::string_view name)
{
    return std::search(text.begin(), text.end(), name.begin(), name.end(),
                       [](char a, char b) { return lower(a) == lower(b); }) != text.end();
}

std::uint32_t named_in(std::string_view text)
{
    std::uint32_t found = 0;
    for (std::size_t i = 0; i < std::size(names); ++i)
        found |= contains(text, names[i]) ? 1U << i : 0;
    return found;
}

} // namespace

const char* name_of(logged_note n) noexcept
{
    return names[static_cast<std::size_t>(n)];
}

// A LogFormat with a name of its own counts where that name is used.
void find_logged_notes(const server_rec* main_server)
{
    logged = 0;
    std::map<std::string, std::uint32_t> formats;
    const auto is_named_format = [](const written_directive& d) {
        return iequals(d.name, "LogFormat") && d.words.size() > 1;
    };
    for_each_directive(main_server, [&](const written_directive& d) {
        if (is_named_format(d))
            formats[d.words[1]] |= named_in(d.args);
        else
            logged |= named_in(d.args);
    });
    for_each_directive(main_server, [&](const written_directive& d) {
        for (const auto& word : d.words)
            if (const auto format = formats.find(word);
                format != formats.end() && !is_named_format(d))
                logged |= format->second;
    });
}

bool is_logged(logged_note n) noexcept
{
    return (logged >> static_cast<unsigned>(n) & 1U) != 0;
}

} // namespace v6front
