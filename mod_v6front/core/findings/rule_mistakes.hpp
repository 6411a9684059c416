// SPDX-License-Identifier: Apache-2.0
//
// Rules that no request reaches, that do nothing, or something else than was meant: seen from their
// text alone.
#pragma once

#include "core/rules/route.hpp"
#include "finding.hpp"

#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

namespace v6front
{

// A V6FrontPassMatch; what its expression matches, whoever has compiled it can tell.
struct expression {
    std::string pattern;
    std::string place;
    std::function<bool(const std::string& path)> matches;
    bool excludes = false; // "!"
};

// The rules of one server: expressions are tried first, in this order.
struct server_rules {
    std::vector<expression> expressions;
    std::span<const route> routes;
    std::vector<const route*> locations{}; // V6FrontPass in <Location>
    bool keeps_slashes = false;            // MergeSlashes Off
    bool passes_through = false;           // a RewriteRule with [PT]
};

// What no request's path has in it once httpd has decoded and normalised it, with what to do;
// nullptr if nothing.
const char* never_in_a_path(std::string_view path, bool keeps_slashes = false) noexcept;
// Why an expression matches no path, as far as it is literal; nothing if it may match one.
std::optional<std::string> never_matched(std::string_view expression, bool keeps_slashes = false);

// What an operator may have meant by a path or URL that is taken as it is written; nullptr if that
// cannot be mistaken.
const char* misread(const route& r);

// What is wrong with a URL that can be used, but is never meant so; nullptr if nothing.
const char* odd_url(const backend_url& url);

// A path of this server would take these requests, but for this exclusion.
bool excludes_something(std::span<const route> routes, const route& exclusion);

// That no request reaches a rule; of one place it is said once.
void say_never_reached(const std::string& rule, const std::string& place, const std::string& why,
                       findings& out);

// Each rule is named once, though virtual hosts inherit rules: by its place.
void find_unreachable(std::span<const server_rules> servers, findings& out);
void find_without_effect(std::span<const server_rules> servers, findings& out);

// A directive that is for a backend's name which no rule uses, or for any where there is none.
// `known`: the names in use there.
finding unknown_name(std::string_view directive, const std::string& name, const std::string& place,
                     const std::set<std::string>& known);

// A V6FrontTLS for a backend that a rule, given as written, reaches over plain http. `name`: as in
// the directive.
finding plain_backend(const std::string& name, const std::string& place, const std::string& rule);

// A V6FrontBackendV4 for every backend that has the name of one behind its addresses.
finding reversed_pin(const std::string& name, const std::string& place);

} // namespace v6front
