// SPDX-License-Identifier: Apache-2.0
//
// V6FrontCookieDomain and V6FrontCookiePath: what a site says in its cookies, and what the client
// gets instead. Checked once, at start.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace v6front
{

struct cookie_rule {
    std::string internal; // the site's; of a Domain without its leading dot
    std::string external; // as written
    std::string place{};  // where, "file:line", for messages
};

struct cookie_rules {
    std::vector<cookie_rule> domains;
    std::vector<cookie_rule> paths;
};

// The inner level's come first.
cookie_rules merge(const cookie_rules& base, const cookie_rules& over);

// Throw setting_error: not a domain (a URL, a port, an IPv6 address, other characters), not an
// absolute path, a character that ends an attribute, or the same `internal` is there already.
void add_cookie_domain(cookie_rules& rules, std::string_view internal, std::string_view external,
                       std::string place = {});
void add_cookie_path(cookie_rules& rules, std::string_view internal, std::string_view external,
                     std::string place = {});

// A Domain as it is compared (RFC 6265 5.2.3): without the dot that it may begin with.
std::string_view without_dot(std::string_view domain) noexcept;

} // namespace v6front
