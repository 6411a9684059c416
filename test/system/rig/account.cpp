// SPDX-License-Identifier: Apache-2.0
#include "account.hpp"

#include "catch.hpp"
#include "deadline.hpp"
#include "watching.hpp"
#include "ways.hpp"

#include <algorithm>
#include <filesystem>
#include <sstream>

namespace v6front
{

void keep_account(httpd_options& options)
{
    options.modules.push_back("status");
    options.site += "\nV6FrontPass /v6front-account !\n<Location /v6front-account>\n"
                    "SetHandler server-status\n</Location>\n";
}

std::string in_use(const httpd_server& front)
{
    const auto page = get(front, "/v6front-account?auto");
    if (page.status() != 200)
        return "no answer";
    std::istringstream lines(page.body);
    std::string used;
    long clients = 0;
    for (std::string line; std::getline(lines, line);) {
        const auto value = line.find(": ");
        if (!line.starts_with("V6Front") || value == line.npos)
            continue;
        const std::string_view key(line.data(), value);
        const long number = std::atol(line.c_str() + value + 2);
        if (key.ends_with("]Clients"))
            clients += number;
        else if (number > 0 &&
                 (key.ends_with("InFlight") || key.ends_with("Waiting") || key.ends_with("InUse")))
            used += line + "\n";
    }
    if (clients > 1)
        used += "clients: " + std::to_string(clients) + "\n";
    return used;
}

unsigned sockets(const httpd_server& front)
{
    unsigned all = 0;
    std::error_code gone; // a descriptor, while it is looked at
    for (const auto child : front.children())
        for (const auto& entry :
             std::filesystem::directory_iterator("/proc/" + std::to_string(child) + "/fd", gone))
            all += std::filesystem::read_symlink(entry, gone).string().starts_with("socket:");
    return all;
}

bool is_at_rest(const httpd_server& front)
{
    const auto children = front.children();
    return std::all_of(children.begin(), children.end(), is_asleep);
}

bool comes_to_nothing(const httpd_server& front)
{
    std::string left;
    const bool is_nothing = eventually([&] {
        left = in_use(front);
        return left.empty();
    });
    if (!is_nothing)
        UNSCOPED_INFO("still in use:\n" << left);
    return is_nothing;
}

} // namespace v6front
