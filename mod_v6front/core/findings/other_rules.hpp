// SPDX-License-Identifier: Apache-2.0
//
// Directives of mod_proxy, and of mod_rewrite for it, that take a rule's requests: their
// translate_name runs before ours.
#pragma once

#include "request_set.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace v6front
{

// A directive as it is written, in a section ("<Location", with its arguments) or in none.
struct written_words {
    std::string_view name;
    std::span<const std::string> words;
    std::string_view section{};
    std::string_view section_args{};
};

// One ProxyPass or ProxyPassMatch, or what does the same: the first that matches a path decides
// (mod_proxy.c, proxy_trans).
struct proxy_rule {
    std::string path; // or the expression
    bool is_match = false;
    bool excludes = false;
};
std::optional<proxy_rule> as_proxy_rule(const written_words& d);

// Whether it takes all at or below that path.
bool takes(const proxy_rule& rule, const std::string& path, const matcher& matches);

// SetHandler "proxy:..." in a <Location>: of a request that a rule takes, mod_proxy's handler wants
// nothing (mod_proxy.c, proxy_handler: proxyreq is set), and ours is replaced.
std::optional<request_set> has_proxy_handler(const written_words& d);

// What does for our rules what that directive of mod_proxy does for its own; nullptr: none of ours.
const char* ours_instead(std::string_view proxy_directive) noexcept;

// What hands requests to mod_proxy, so that its directives have a use.
bool uses_proxy(const written_words& d);

// RewriteRule with [PT]: rules are asked for the new path, but sections were for the old one.
bool passes_through(const written_words& d);

// "file:line" without the line.
std::string file_of(const std::string& place);

} // namespace v6front
