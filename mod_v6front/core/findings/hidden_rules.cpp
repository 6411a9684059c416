// SPDX-License-Identifier: Apache-2.0

#include "hidden_rules.hpp"

#include "core/base/ascii.hpp"
#include "rule_mistakes.hpp"

#include <algorithm>

namespace v6front
{

namespace
{

using words_of_directive = std::span<const std::string>;

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names)
{
    return std::any_of(names.begin(), names.end(),
                       [name](std::string_view each) { return iequals(name, each); });
}

request_set requests_below(std::string path)
{
    return {request_set::kind::below, std::move(path)};
}

// "permanent" or "410" before the path (mod_alias.c, add_redirect_internal).
bool is_redirect_status(std::string_view word)
{
    return is_one_of(word, {"permanent", "temp", "seeother", "gone"}) ||
           (!word.empty() && is_digit(word[0]));
}

bool is_redirect_name(std::string_view name)
{
    return is_one_of(name, {"Redirect", "RedirectMatch", "RedirectPermanent", "RedirectTemp"});
}

words_of_directive without_status(const written_words& d)
{
    const bool has_status = is_one_of(d.name, {"Redirect", "RedirectMatch"}) && !d.words.empty() &&
                            is_redirect_status(d.words[0]);
    return d.words.subspan(has_status ? 1 : 0);
}

// The section's own path or expression.
std::optional<request_set> requests_of_section(const written_words& d)
{
    std::string args(d.section_args);
    std::erase_if(args, [](char c) { return c == '"' || c == '>'; });
    const bool is_match = iequals(d.section, "<LocationMatch");
    if (!is_match && !iequals(d.section, "<Location"))
        return std::nullopt;
    if (is_match || args.starts_with('~')) {
        args.erase(0, is_match ? 0 : args.find_first_not_of("~ \t"));
        return requests_of(args);
    }
    if (!args.starts_with('/') || args.find_first_of("*?[") != args.npos)
        return std::nullopt;
    return requests_below(args);
}

std::optional<request_set> requests_of_word(const std::string& word, bool is_expression)
{
    if (is_expression)
        return requests_of(word);
    return word.starts_with('/') ? std::optional(requests_below(word)) : std::nullopt;
}

std::optional<request_set> requests_of_alias(const written_words& d)
{
    const bool is_match = is_one_of(d.name, {"AliasMatch", "ScriptAliasMatch"});
    if (d.words.size() == 2 && d.section.empty())
        return requests_of_word(d.words[0], is_match);
    return d.words.size() == 1 && !is_match ? requests_of_section(d) : std::nullopt;
}

std::optional<request_set> requests_of_redirect(const written_words& d)
{
    const auto words = without_status(d);
    return words.empty() ? std::nullopt
                         : requests_of_word(words[0], iequals(d.name, "RedirectMatch"));
}

// As one word of a line of the configuration.
std::string as_word(const std::string& text)
{
    if (text.find_first_of(" \t\"") == text.npos)
        return text;
    std::string quoted = "\"";
    for (const char c : text)
        quoted.append(c == '"' ? "\\" : "") += c;
    return quoted += '"';
}

std::string advice_for(const request_set& set, const asked_rule& by)
{
    const bool is_expression = !set.expression.empty();
    if (by.is == asked_rule::kind::location) {
        if (is_expression)
            return "Write that V6FrontPass outside of <Location>, and \"V6FrontPassMatch " +
                   as_word(set.expression) + " !\" with it";
        if (set.path == by.words)
            return "Remove one of the two";
        return "Write \"V6FrontPass !\" in a <Location \"" + set.path + "\"> after that section";
    }
    if (is_expression || by.is == asked_rule::kind::expression) {
        const auto words = is_expression ? set.expression : expression_below(set.path);
        if (words == by.words)
            return "Remove one of the two";
        return (by.is == asked_rule::kind::expression ? "Write \"V6FrontPassMatch "
                                                      : "Add \"V6FrontPassMatch ") +
               as_word(words) + (by.is == asked_rule::kind::expression ? " !\" before it" : " !\"");
    }
    if (set.path == by.words)
        return "Remove one of the two";
    return "Add \"V6FrontPass " + as_word(set.path) + " !\"";
}

relation rule_and(const asked_rule& rule, const request_set& set, const matcher& matches)
{
    return rule.is == asked_rule::kind::expression ? expression_and(rule.words, set, matches)
                                                   : path_and(rule.words, set);
}

request_set requests_of_rule(const asked_rule& rule)
{
    return rule.is == asked_rule::kind::expression ? requests_of(rule.words)
                                                   : requests_below(rule.words);
}

std::string why_it_is_first(const asked_rule& first, const asked_rule& second)
{
    std::string why = text_of(first) + " (" + first.place + ") takes its requests first";
    if (first.is != second.is)
        return why;
    if (first.words == second.words)
        return why + ". Remove one of the two";
    if (first.is == asked_rule::kind::location)
        return why + ": of sections the last one decides. Write the longer path after the shorter";
    return why + ": of expressions the first one decides. Write the narrower one before the wider";
}

} // namespace

std::string text_of(const asked_rule& rule)
{
    const std::string end = rule.excludes ? " !" : "";
    if (rule.is == asked_rule::kind::location)
        return "V6FrontPass" + end + " in <Location \"" + rule.words + "\">";
    return (rule.is == asked_rule::kind::path ? "V6FrontPass " : "V6FrontPassMatch ") +
           as_word(rule.words) + end;
}

bool is_inherited_redirect(const written_words& d)
{
    return is_redirect_name(d.name) && d.section.empty();
}

std::optional<request_set> asked_after_rules(const written_words& d)
{
    if (is_one_of(d.name, {"Alias", "ScriptAlias", "AliasMatch", "ScriptAliasMatch"}))
        return requests_of_alias(d);
    // For files, httpd looks at no section for a request that a rule takes.
    const bool files =
        is_one_of(d.section, {"<Directory", "<DirectoryMatch", "<Files", "<FilesMatch"});
    if (is_redirect_name(d.name) && (d.section.empty() || files))
        return requests_of_redirect(d);
    if (iequals(d.name, "UserDir") && d.section.empty() && !d.words.empty() &&
        !is_one_of(d.words[0], {"disabled", "enabled"}))
        return requests_of("^/~");
    return std::nullopt;
}

std::optional<request_set> wins_over_rules(const written_words& d)
{
    auto of_section = is_redirect_name(d.name) ? requests_of_section(d) : std::nullopt;
    if (!of_section || of_section->is != request_set::kind::below)
        return std::nullopt;
    const auto words = without_status(d);
    // "Redirect URL", or a status alone, is for all of the section.
    if (words.empty() || (words.size() == 1 && !words[0].starts_with('/')))
        return of_section;
    return std::nullopt;
}

const asked_rule* taker_of(const asked_rules& rules, const request_set& set, const matcher& matches)
{
    for (const auto& rule : rules) {
        const auto is = rule_and(rule, set, matches);
        if (is != relation::apart && rule.excludes)
            return nullptr;
        if (is == relation::covers)
            return &rule;
    }
    return nullptr;
}

finding hidden_directive(const std::string& text, const std::string& place, const request_set& set,
                         const asked_rule& by, const std::string& in)
{
    return {"V6F0214", place,
            text + " (" + place + ") has no effect" + in + ": " + text_of(by) + " (" + by.place +
                ") takes its requests first. " + advice_for(set, by)};
}

void find_hidden_rules(const asked_rules& rules, const matcher& matches, findings& out)
{
    for (auto rule = rules.begin(); rule != rules.end(); ++rule) {
        if (rule->inherited)
            continue;
        const auto set = requests_of_rule(*rule);
        const auto first = std::find_if(rules.begin(), rule, [&](const asked_rule& before) {
            // Of two paths the longer is asked first, and has never all of the other.
            return (before.is != asked_rule::kind::path || rule->is != before.is) &&
                   rule_and(before, set, matches) == relation::covers;
        });
        if (first != rule)
            say_never_reached(text_of(*rule), rule->place, why_it_is_first(*first, *rule), out);
    }
}

void find_redirected_rules(const asked_rules& rules, const request_set& set, const std::string& by,
                           findings& out)
{
    for (const auto& rule : rules)
        if (!rule.inherited && !rule.excludes &&
            path_and(set.path, requests_of_rule(rule)) == relation::covers)
            say_never_reached(text_of(rule), rule.place, by, out);
}

} // namespace v6front
