// SPDX-License-Identifier: Apache-2.0
//
// Which requests a rule or a directive is for, by their paths, as far as its text shows that; and
// whether another one takes all of them, or none. An expression is read only as far as there is no
// doubt: otherwise two sets are said to overlap.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace v6front
{

// Whether an expression matches a path.
using matcher = std::function<bool(const std::string& expression, const std::string& path)>;

struct request_set {
    enum class kind : std::uint8_t {
        one,      // this path
        below,    // this path, and what is below it
        beginning // paths that begin so, or some of them
    };
    kind is;
    std::string path;
    std::string expression{}; // which says it, if one does
};

enum class relation : std::uint8_t { covers, overlaps, apart };

// What an expression matches.
request_set requests_of(const std::string& expression);

// How what is at or below a path, or what an expression matches, is to a set.
relation path_and(std::string_view path, const request_set& set) noexcept;
relation expression_and(const std::string& expression, const request_set& set,
                        const matcher& matches);

// What each path that the expression matches begins with: "/" where that is not seen.
std::string literal_beginning(std::string_view expression);

// An expression for what is at or below a path.
std::string expression_below(std::string_view path);

// An expression that matches no more than this one, and whatever follows the path that it matches:
// "^/a/" for "^/a/(.*)$". Nothing where that is not certain.
std::optional<std::string> without_end(std::string_view expression);

} // namespace v6front
