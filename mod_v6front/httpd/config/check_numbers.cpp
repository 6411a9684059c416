// SPDX-License-Identifier: Apache-2.0

#include "check_numbers.hpp"

#include "httpd/base/pool_value.hpp"

#include <map>
#include <string>
#include <tuple>

namespace v6front
{

namespace
{

// The virtual host's own word counts more than the main server's, and a name more than none.
const configured_check* check_for(const std::vector<configured_check>& all,
                                  const configured_backend& b, const server_rec* main_server)
{
    for (const auto* server : {b.server, main_server})
        for (const auto& name : {b.backend.url.host, std::string()})
            for (const auto& c : all)
                if (c.server == server && c.name == name)
                    return &c;
    return nullptr;
}

} // namespace

std::vector<numbered_check>& numbered_checks_in(apr_pool_t* pconf)
{
    return pool_value<std::vector<numbered_check>>(pconf, "v6front-numbered-checks");
}

void number_checks(server_rec* main_server)
{
    const auto& all = checks_in(main_server->process->pconf);
    if (all.empty())
        return;
    auto& numbered = numbered_checks_in(main_server->process->pconf);
    std::map<std::tuple<const server_rec*, std::string, asio::ip::address_v4, proxy_protocol>,
             check_number>
        known;
    for_each_backend(main_server, [&](const configured_backend& b) {
        const auto* check = check_for(all, b, main_server);
        if (!check)
            return;
        const auto next = static_cast<check_number>(known.size() + 1);
        const auto& url = b.backend.url;
        const auto port = url.host + ":" + std::to_string(url.port) + (url.tls ? " TLS" : "");
        const auto& terms = b.backend.check_terms;
        const auto [at, is_new] =
            known.emplace(std::tuple(b.server, port, terms.source, terms.own_name), next);
        b.backend.check = at->second;
        if (is_new)
            numbered.push_back({next, b, &check->rule});
    });
}

} // namespace v6front
