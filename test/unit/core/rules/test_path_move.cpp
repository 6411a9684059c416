// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/rules/path_move.hpp"

#include "catch.hpp"

using namespace v6front;

TEST_CASE("an expression that only moves a path is known as one", "[path_move]")
{
    struct row {
        const char* expression;
        const char* url;
        path_move is;
    };
    const row rows[]{
        {"^/app/(.*)$", "/base/$1", {"/app/", "/base/"}},
        {"^/app/(.*)", "/base/$1", {"/app/", "/base/"}},
        {"^/(.*)$", "/$1", {"/", "/"}},
        {"^/(.*\\.php)$", "/$1", {"/", "/"}},
        {"^/(a|b)$", "/x/$1", {"/", "/x/"}},
        {"^/app(/.*)$", "/base$1", {"/app", "/base"}},
        {"^(/.*)$", "/base$1", {"/", "/base"}},
        {"^/m/([^/]+)/(.*)$", "/b/$1/$2", {"/m/", "/b/"}},
        {"^/m/([^/)]+)/x/(.+)", "/b/$1/x/$2", {"/m/", "/b/"}},
        {"^/a\\.b-c_d~/(.*)$", "/x/$1", {"/a.b-c_d~/", "/x/"}},
        {"^/a/(\\d+)\\.html$", "/b/$1.html", {"/a/", "/b/"}},
        {"^/a/(\\(.*)$", "/b/$1", {"/a/", "/b/"}},
        {"^/a/(.*)-$", "/b/$1-", {"/a/", "/b/"}},
    };
    for (const auto& r : rows) {
        CAPTURE(r.expression, r.url);
        const auto found = move_of(r.expression, r.url);
        REQUIRE(found);
        CHECK(*found == r.is);
    }
}

TEST_CASE("an expression that does more, or that is not understood, moves nothing", "[path_move]")
{
    struct row {
        const char* expression;
        const char* url;
    };
    for (const auto& r : std::vector<row>{
             {"/app/(.*)$", "/base/$1"},            // anywhere in the path
             {"^/app/", "/base/"},                  // all of them to one
             {"^/app/.*$", "/base/$0"},             // the whole, behind the base
             {"^/app/([0-9]+)", "/base/$1"},        // the rest is left out
             {"^/app/(a|.*)", "/base/$1"},          // it may be
             {"^/app/(\\.*)", "/base/$1"},          // dots
             {"^/app/(.*)/edit$", "/base/$1"},      // something is
             {"^/app/(.*)$", "/base/$1.html"},      // something is added
             {"^/app/(.*)\\.png$", "/base/$1.jpg"}, // another
             {"^/([a-z]+)/(.*)$", "/$2/of/$1"},     // another order
             {"^/([a-z]+)/(.*)$", "/x/$1/$1"},
             {"^/([a-z]+)/(.*)$", "/x/$2"},
             {"^/a/(.*)$|^/b/(.*)$", "/x/$1"},
             {"^/a|/b/(.*)$", "/x/$1"},
             {"^/a/((x|y).*)$", "/b/$1"}, // groups within groups
             {"^/a/(?:x)(.*)$", "/b/$1"},
             {"^/a/(?i)(.*)$", "/b/$1"},
             {"(?i)^/a/(.*)$", "/b/$1"},
             {"^/ab?/(.*)$", "/b/$1"},
             {"^/a./(.*)$", "/b/$1"},
             {"^/[ab]/(.*)$", "/b/$1"},
             {"^/a/(.*)?$", "/b/$1"},
             {"^/a\\d/(.*)$", "/b/$1"},
             {"^/a b/(.*)$", "/b/$1"},  // in a URL it is another
             {"^/user-(.*)$", "/u/$1"}, // within a segment
             {"^/u/(.*)$", "/user-$1"},
             {"^/app(.*)$", "/base$1"},
             {"^/app(/?.*)$", "/base$1"},
             {"^/app(/x|y)$", "/base$1"},
             {"^(/.*)$", "/$1"},
             {"^/a/(.*$", "/b/$1"},
             {"^/a/[)](.*)$", "/b/$1"},
             {"^", "/$1"},
             {"", ""},
         }) {
        CAPTURE(r.expression, r.url);
        CHECK_FALSE(move_of(r.expression, r.url));
    }
}
