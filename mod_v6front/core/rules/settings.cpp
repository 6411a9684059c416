// SPDX-License-Identifier: Apache-2.0
#include "settings.hpp"

#include "proxy_pass_keys.hpp"

namespace v6front
{

namespace
{

template <class Value> Value changed_by(const Value&, const Value& over)
{
    return over;
}

} // namespace

exchange_settings merge(const exchange_settings& base, const exchange_settings& over)
{
    exchange_settings merged = base;
    for_each_row(setting_rows, [&](const auto& row) {
        const auto& changed = over.*row.member;
        if (auto& value = merged.*row.member; changed && value)
            value = changed_by(*value, *changed);
        else if (changed)
            value = changed;
    });
    return merged;
}

void set_option(exchange_settings& settings, std::string_view key_value)
{
    const auto word = require_key_value(key_value);
    if (!set_key(settings, word, setting_rows))
        refuse_key(key_value, keys_of(setting_rows), instead_of_proxy_pass_key(word.key));
}

void set_by_directive(exchange_settings& settings, std::string_view directive,
                      std::string_view value)
{
    bool known = false;
    for_each_row(setting_rows, [&](const auto& row) {
        if (!iequals(row.directive, directive))
            return;
        auto& set = settings.*row.member;
        const auto parsed = row.parse({}, value);
        set = set ? changed_by(*set, parsed) : parsed;
        known = true;
    });
    if (!known)
        throw setting_error("sets nothing: no key has this directive");
}

std::vector<std::string_view> keys_of_directive(std::string_view directive)
{
    std::vector<std::string_view> keys;
    for_each_row(setting_rows, [&](const auto& row) {
        if (iequals(row.directive, directive))
            keys.push_back(row.key);
    });
    return keys;
}

exchange_rules resolve(const exchange_settings& settings, milliseconds timeout)
{
    exchange_rules rules;
    for_each_row(setting_rows, [&](const auto& row) {
        if (const auto& set = settings.*row.member)
            rules.*row.rule = *set;
        else if (row.unset)
            rules.*row.rule = row.unset(rules, timeout);
    });
    return rules;
}

void set_option(resolve_rules& rules, std::string_view key_value)
{
    if (!set_key(rules, require_key_value(key_value), resolve_rows))
        refuse_key(key_value, keys_of(resolve_rows));
}

} // namespace v6front
