// SPDX-License-Identifier: Apache-2.0
//
// Which rule is asked first. A rule of ours that takes all requests of another one, or of a
// directive of another module, hides it: the directives of mod_alias and mod_userdir, which are
// asked after our rules. Said only where it holds for every request of the hidden one.
#pragma once

#include "finding.hpp"
#include "other_rules.hpp"
#include "request_set.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace v6front
{

// A V6FrontPass or V6FrontPassMatch of one server.
struct asked_rule {
    enum class kind : std::uint8_t { location, expression, path };
    kind is;
    std::string words; // the path or the expression
    std::string place;
    bool excludes = false;  // "!"
    bool inherited = false; // a virtual host has it from the main server
};
// In the order in which they are asked (httpd/requests/routing).
using asked_rules = std::vector<asked_rule>;

// As it is written, without its backend.
std::string text_of(const asked_rule& rule);

// What a directive of mod_alias or mod_userdir is for, if it is asked after our rules; nothing for
// others, and where a Redirect wins over a rule, as in <Location> (mod_alias.c, fixup_redir).
std::optional<request_set> asked_after_rules(const written_words& d);

// A Redirect that virtual hosts have from the main server (mod_alias.c, merge_alias_config).
bool is_inherited_redirect(const written_words& d);

// A Redirect in a <Location>, which wins over our rules.
std::optional<request_set> wins_over_rules(const written_words& d);

// The rule that takes all these requests; nullptr if none does, or if one may exclude some.
const asked_rule* taker_of(const asked_rules& rules, const request_set& set,
                           const matcher& matches);

// That such a directive is hidden by that rule; `in`: " in ..." if not everywhere.
finding hidden_directive(const std::string& text, const std::string& place, const request_set& set,
                         const asked_rule& by, const std::string& in = {});

// The rules that another one hides, but those that are inherited: elsewhere they may be reached.
void find_hidden_rules(const asked_rules& rules, const matcher& matches, findings& out);

// The rules whose requests a Redirect in a <Location> takes.
void find_redirected_rules(const asked_rules& rules, const request_set& set, const std::string& by,
                           findings& out);

} // namespace v6front
