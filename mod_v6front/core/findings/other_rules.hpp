// SPDX-License-Identifier: Apache-2.0
//
// Directives of mod_proxy and mod_alias that take a rule's requests, or whose requests a rule
// takes. Both orders are httpd's own: mod_proxy's translate_name runs beside ours, mod_alias's
// after it.
#pragma once

#include "core/rules/route.hpp"
#include "finding.hpp"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace v6front
{

// A directive as it is written, in a section ("<Location", with its arguments) or in none.
struct written_words {
    std::string_view name;
    std::span<const std::string> words;
    std::string_view section{};
    std::string_view section_args{};
};

// One ProxyPass or ProxyPassMatch: the first that matches a path decides (mod_proxy.c,
// proxy_trans).
struct proxy_rule {
    std::string path; // or the expression
    bool is_match = false;
    bool excludes = false;
};
std::optional<proxy_rule> as_proxy_rule(const written_words& d);

// Whether it takes all at or below that path. `matches`: whether an expression matches a path.
using matcher = std::function<bool(const std::string& expression, const std::string& path)>;
bool takes(const proxy_rule& rule, const std::string& path, const matcher& matches);

// The URL path of one of mod_alias's directives that work by path; empty for others.
std::string alias_path(const written_words& d);

// What takes a path from the modules after us; nullptr if nothing does.
const route* taker_of(const route_table& routes, std::string_view path) noexcept;

// "file:line" without the line.
std::string file_of(const std::string& place);

} // namespace v6front
