// SPDX-License-Identifier: Apache-2.0

#include "checks.hpp"

#include "core/rules/given_twice.hpp"
#include "httpd/base/pool_value.hpp"

#include <algorithm>

namespace v6front
{

std::vector<configured_check>& checks_in(apr_pool_t* pconf)
{
    return pool_value<std::vector<configured_check>>(pconf, "v6front-checks");
}

void add_check(apr_pool_t* pconf, configured_check check)
{
    auto& all = checks_in(pconf);
    const auto same = [&check](const configured_check& c) {
        return c.server == check.server && c.name == check.name;
    };
    if (const auto first = std::find_if(all.begin(), all.end(), same); first != all.end())
        refuse_second_for(check.name, first->place);
    all.push_back(std::move(check));
}

} // namespace v6front
