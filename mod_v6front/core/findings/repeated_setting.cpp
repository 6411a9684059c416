// SPDX-License-Identifier: Apache-2.0

#include "repeated_setting.hpp"

#include "core/base/ascii.hpp"
#include "core/rules/key_rows.hpp"
#include "other_rules.hpp"

#include <algorithm>

namespace v6front
{

namespace
{

struct single_value {
    std::string_view directive;
    bool is_list = false; // the second is not added to the first
};

constexpr single_value single_values[] = {
    {"V6FrontCookieSecure"},    {"V6FrontPreserveHost"}, {"V6FrontVia"},
    {"V6FrontProxyProtocol"},   {"V6FrontBindV4", true}, {"V6FrontErrorOverride", true},
    {"V6FrontEngine"},          {"V6FrontThreads"},      {"V6FrontAccept"},
    {"V6FrontGracefulTimeout"},
};

const single_value* find_single(std::string_view name)
{
    const auto* found =
        std::find_if(std::begin(single_values), std::end(single_values),
                     [name](const single_value& each) { return iequals(each.directive, name); });
    return found == std::end(single_values) ? nullptr : found;
}

std::string words_of_line(const std::vector<std::string>& words)
{
    std::string text;
    for (const auto& word : words)
        text.append(text.empty() ? "" : " ").append(word);
    return text;
}

bool is_same_place(const written_setting& a, const written_setting& b)
{
    return a.server == b.server && a.section == b.section && iequals(a.name, b.name) &&
           (!a.of_main || file_of(a.place) == file_of(b.place));
}

void say(const written_setting& first, const std::string& value, const written_setting& second,
         const std::string& other, const char* advice, findings& out)
{
    std::string text = first.name;
    text.append(" ").append(value).append(" (").append(first.place);
    text.append(") has no effect: \"").append(second.name).append(" ").append(other).append("\" (");
    text.append(second.place).append(") replaces it. ").append(advice);
    out.push_back({"V6F0246", first.place, std::move(text)});
}

// Directives that take keys: each key is a setting.
void compare_keys(const written_setting& first, const written_setting& second, findings& out)
{
    for (const auto& word : first.words)
        for (const auto& other : second.words) {
            const auto a = split_key_value(word), b = split_key_value(other);
            if (a && b && iequals(a->key, b->key) && !iequals(a->value, b->value))
                say(first, word, second, other, "Keep one of them", out);
        }
}

void compare(const written_setting& first, const written_setting& second, findings& out)
{
    if (iequals(first.name, "V6FrontTimeout") || iequals(first.name, "V6FrontResolve"))
        return compare_keys(first, second, out);
    const auto* single = find_single(first.name);
    const auto value = words_of_line(first.words), other = words_of_line(second.words);
    if (single && !iequals(value, other))
        say(first, value, second, other,
            single->is_list ? "Write all values in one line" : "Keep one of them", out);
}

} // namespace

void find_repeated(std::span<const written_setting> all, findings& out)
{
    for (auto first = all.begin(); first != all.end(); ++first) {
        const auto second = std::find_if(first + 1, all.end(), [&](const written_setting& later) {
            return is_same_place(*first, later);
        });
        if (second != all.end())
            compare(*first, *second, out);
    }
}

} // namespace v6front
