// SPDX-License-Identifier: Apache-2.0

#include "checks.hpp"

#include <algorithm>

namespace v6front
{

std::vector<configured_check>& checks_in(apr_pool_t* pconf)
{
    constexpr const char* key = "v6front-checks";
    using list = std::vector<configured_check>;
    void* found = nullptr;
    apr_pool_userdata_get(&found, key, pconf);
    if (!found) {
        found = pool_new<list>(pconf);
        apr_pool_userdata_setn(found, key, nullptr, pconf);
    }
    return *static_cast<list*>(found);
}

void add_check(apr_pool_t* pconf, configured_check check)
{
    auto& all = checks_in(pconf);
    const auto same = [&check](const configured_check& c) {
        return c.server == check.server && c.name == check.name;
    };
    if (std::any_of(all.begin(), all.end(), same))
        throw setting_error(check.name.empty() ? "is given twice for every backend of this server"
                                               : "is given twice for \"" + check.name + "\"");
    all.push_back(std::move(check));
}

} // namespace v6front
