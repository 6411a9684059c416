// SPDX-License-Identifier: Apache-2.0
//
// Cookies of the site, as the client's browser has to see them to keep them and to send them back:
// Domain and Path of a Set-Cookie field (RFC 6265 4.1), read as browsers read it (5.2). All else
// of the field stays octet by octet.
#pragma once

#include "core/rules/cookie_rule.hpp"
#include "reverse.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace v6front
{

// Refers to a map and to rules that outlive it.
class cookie_map
{
public:
    // `backend`: the host of the site's URL. `adds_secure`: to cookies without that attribute.
    cookie_map(const reverse_map& urls, std::string_view backend, const cookie_rules& rules,
               bool adds_secure)
        : urls_(urls), backend_(backend), rules_(rules), adds_secure_(adds_secure)
    {
    }

    // The value that the client should get, or nothing if it stays as it is:
    // * Domain: as a rule says. Without one: a Domain to which the client's host belongs is kept.
    //   One that is the site's host or that of a mapped URL, or a parent domain, would make a
    //   browser refuse the cookie (RFC 6265 5.3, step 6), and is taken out: the cookie is then for
    //   the client's host alone. Any other is kept.
    // * Path: as a rule says, the longest first. Without one, as an absolute path in a redirect
    //   (core/edits/reverse); the front's own path for that URL is one that the site knows, and one
    //   above the site's part of the path becomes the front's path, since a browser would never
    //   send the cookie there. "/" is above everything and works as it is. The Path of a "__Host-"
    //   cookie is always "/".
    // * Secure: appended.
    // A value in quotes is mapped within its quotes. Left as they are: a field with a quote that
    // is open at a semicolon, which not everyone reads alike, and one that seems to be several
    // cookies in one field (a comma and a name with "=" within an attribute).
    std::optional<std::string> map(std::string_view set_cookie) const;

private:
    enum class fate { kept, replaced, dropped };
    struct verdict {
        fate decided = fate::kept;
        std::string value{};
    };
    verdict judge_domain(std::string_view domain) const;
    verdict judge_path(std::string_view path) const;
    verdict judge(std::string_view name, std::string_view value, bool has_host_prefix) const;

    bool is_domain_of_site(std::string_view domain) const;

    const reverse_map& urls_;
    std::string_view backend_;
    const cookie_rules& rules_;
    bool adds_secure_;
};

} // namespace v6front
