// SPDX-License-Identifier: Apache-2.0

#include "tls_rules.hpp"

#include "core/rules/backend_url.hpp"
#include "core/rules/given_twice.hpp"
#include "httpd/base/pool_value.hpp"
#include "directive_place.hpp"

#include <algorithm>

namespace v6front
{

namespace
{

// Relative to ServerRoot, as all files of a configuration.
void find_file(cmd_parms* cmd, std::string_view key, std::string& file)
{
    if (file.empty())
        return;
    const char* found = ap_server_root_relative(cmd->pool, file.c_str());
    if (!found)
        throw setting_error(std::string(key) + "=\"" + file + "\" is not a valid path");
    file = found;
}

} // namespace

std::vector<configured_tls>& tls_rules_in(apr_pool_t* pconf)
{
    return pool_value<std::vector<configured_tls>>(pconf, "v6front-tls");
}

void set_tls(cmd_parms* cmd, void*, int argc, char* const argv[])
{
    configured_tls made{cmd->server, {}, nullptr, place_of(cmd)};
    int i = 0;
    if (argc > 0 && !split_key_value(view(argv[0])))
        made.name = parse_host_name(argv[i++]);
    if (i == argc)
        throw setting_error("needs at least one of " + list_of_keys(keys_of(tls_rows)) +
                            ", such as ca=/etc/ssl/site-ca.pem");
    check_keys_differ(std::vector<std::string_view>(argv + i, argv + argc));
    tls_rule rule;
    for (; i < argc; ++i)
        set_option(rule, argv[i]);
    find_file(cmd, "ca", rule.ca);
    find_file(cmd, "cert", rule.cert);
    find_file(cmd, "key", rule.key);
    complete(rule);
    auto& all = tls_rules_in(cmd->pool);
    const auto first = std::find_if(all.begin(), all.end(), [&made](const configured_tls& t) {
        return t.server == made.server && t.name == made.name;
    });
    if (first != all.end())
        refuse_second_for(made.name, first->place);
    made.settings = std::make_shared<const tls_settings>(rule);
    all.push_back(std::move(made));
}

} // namespace v6front
