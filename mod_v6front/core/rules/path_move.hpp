// SPDX-License-Identifier: Apache-2.0
//
// What a V6FrontPassMatch does to paths, where its expression and its URL show that it is no more
// than a V6FrontPass does: a path for another, and what follows stays. Then redirects and cookies
// of the site can be mapped back.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace v6front
{

struct path_move {
    std::string path; // on the front
    std::string base; // at the site
    friend bool operator==(const path_move&, const path_move&) = default;
};

// ^/app/(.*)$ and /base/$1 give /app/ and /base/. Behind the two beginnings, which end in a slash,
// or before a group that begins with one, expression and URL must be the same but for the groups:
// ^/a/([a-z]+)/x/(.*)$ and /b/$1/x/$2. Nothing where an expression may match less than the whole
// path, leaves something out or brings it into another order, has alternatives outside of its
// groups, or is written in any way that is not understood here. Never wrong, if in doubt nothing.
std::optional<path_move> move_of(std::string_view expression, std::string_view url_path);

} // namespace v6front
