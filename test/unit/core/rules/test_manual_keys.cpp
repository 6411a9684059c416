// SPDX-License-Identifier: Apache-2.0
//
// The manual's pages say of each key what the tables of keys say: every key has a section of its
// directive's page, every section is of a key, and a default that is written there is the one that
// holds.
#include "mod_v6front/core/rules/check_rule.hpp"
#include "mod_v6front/core/rules/pseudo_v4.hpp"
#include "mod_v6front/core/rules/settings.hpp"
#include "mod_v6front/core/rules/tls_rule.hpp"

#include "catch.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

using namespace v6front;

namespace
{

std::string page_of(std::string_view directive)
{
    std::ifstream in("mod_v6front/manual/directives/" + std::string(directive) + ".md");
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

// "### key=", and what follows it to the next heading.
std::map<std::string, std::string> sections_of(const std::string& page)
{
    std::map<std::string, std::string> found;
    std::istringstream in(page);
    std::string* current = nullptr;
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with("#"))
            current = line.starts_with("### ") && line.ends_with('=')
                          ? &found[line.substr(4, line.size() - 5)]
                          : nullptr;
        else if (current)
            *current += line + "\n";
    }
    return found;
}

void check_keys(std::string_view directive, std::vector<std::string_view> keys)
{
    INFO(directive);
    const auto sections = sections_of(page_of(directive));
    std::vector<std::string_view> written;
    for (const auto& [key, text] : sections) {
        INFO(key);
        CHECK_THAT(text, ContainsSubstring("Default: "));
        written.push_back(key);
    }
    std::sort(keys.begin(), keys.end());
    CHECK(written == keys);
}

// What stands after "Default: `", to the next "`"; nothing where the default is told in words.
std::string default_word(const std::string& section)
{
    const std::string mark = "Default: `";
    const auto at = section.find(mark);
    return at == section.npos
               ? std::string()
               : section.substr(at + mark.size(),
                                section.find('`', at + mark.size()) - at - mark.size());
}

bool same(const ip_prefix& a, const ip_prefix& b)
{
    return a.first == b.first && a.length == b.length;
}
bool same(const std::vector<ip_prefix>& a, const std::vector<ip_prefix>& b)
{
    return a.size() == b.size();
}
bool same(const status_range& a, const status_range& b)
{
    return a.lowest == b.lowest && a.highest == b.highest;
}
template <class T> bool same(const T& a, const T& b)
{
    return a == b;
}
bool same(const added_headers& a, const added_headers& b)
{
    return std::ranges::all_of(std::vector{added_header::address, added_header::host,
                                           added_header::server, added_header::scheme,
                                           added_header::port, added_header::forwarded,
                                           added_header::request_id, added_header::via},
                               [&](added_header h) { return a.has(h) == b.has(h); });
}

// The defaults of a directive whose keys set the members of an Owner.
template <class Owner, class Rows> void check_defaults(std::string_view directive, const Rows& rows)
{
    const auto sections = sections_of(page_of(directive));
    for_each_row(rows, [&](const auto& row) {
        const auto found = sections.find(std::string(row.key));
        const auto word = found == sections.end() ? std::string() : default_word(found->second);
        if (word.empty())
            return;
        INFO(directive << " " << word);
        Owner set;
        set_option(set, word);
        CHECK(same(set.*row.member, Owner{}.*row.member));
    });
}

} // namespace

TEST_CASE("The manual has a section for each key, and for nothing else", "[manual]")
{
    check_keys("V6FrontPass", keys_of(setting_rows));
    check_keys("V6FrontTimeout", keys_of_directive("V6FrontTimeout"));
    check_keys("V6FrontResolve", keys_of(resolve_rows));
    check_keys("V6FrontCheck", keys_of(check_rows));
    check_keys("V6FrontTLS", keys_of(tls_rows));
    check_keys("V6FrontPseudoV4", keys_of(pseudo_v4_rows));
}

TEST_CASE("The manual's defaults of keys are those that hold", "[manual]")
{
    check_defaults<resolve_rules>("V6FrontResolve", resolve_rows);
    check_defaults<check_rule>("V6FrontCheck", check_rows);
    check_defaults<tls_rule>("V6FrontTLS", tls_rows);
    check_defaults<pseudo_v4_rule>("V6FrontPseudoV4", pseudo_v4_rows);

    for (const auto* page : {"V6FrontPass", "V6FrontTimeout"}) {
        const auto sections = sections_of(page_of(page));
        for_each_row(setting_rows, [&](const auto& row) {
            const auto found = sections.find(std::string(row.key));
            if (found == sections.end())
                return;
            INFO(page << " " << row.key);
            // What a directive sets too leads to its page.
            if (!row.directive.empty() && row.directive != page)
                CHECK_THAT(found->second,
                           ContainsSubstring("(" + std::string(row.directive) + ".md)"));
            const auto word = default_word(found->second);
            if (word.empty())
                return;
            const milliseconds timeout{71};
            exchange_settings set;
            set_option(set, word);
            CHECK(same(resolve(set, timeout).*row.rule, resolve({}, timeout).*row.rule));
        });
    }
}

TEST_CASE("The manual's defaults of directives with one value are those that hold", "[manual]")
{
    std::size_t compared = 0;
    for_each_row(setting_rows, [&](const auto& row) {
        if (row.directive.empty() || row.directive == "V6FrontTimeout")
            return;
        const auto directive = std::string(row.directive);
        INFO(directive);
        const auto page = page_of(directive);
        const auto mark = "| `" + directive + " ";
        const auto line = page.find("[Default]");
        REQUIRE(line != page.npos);
        const auto at = page.find(mark, line);
        REQUIRE(at != page.npos);
        REQUIRE(at < page.find('\n', line));
        const auto begin = at + mark.size();
        exchange_settings set;
        set_by_directive(set, directive, page.substr(begin, page.find('`', begin) - begin));
        CHECK(same(resolve(set, milliseconds{71}).*row.rule,
                   resolve({}, milliseconds{71}).*row.rule));
        ++compared;
    });
    CHECK(compared > 5);
}
