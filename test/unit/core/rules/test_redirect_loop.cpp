// SPDX-License-Identifier: Apache-2.0
#include "catch.hpp"

#include "mod_v6front/core/rules/redirect_loop.hpp"

using namespace v6front;

TEST_CASE("a Location that is the URL asked for", "[redirect_loop]")
{
    struct row {
        const char* location;
        const char* scheme;
        const char* host;
        const char* target;
        bool same;
    };
    const row rows[] = {
        {"https://a.example/", "https", "a.example", "/", true},
        {"https://a.example", "https", "a.example", "/", true},
        {"HTTPS://A.Example/x?y", "https", "a.example", "/x?y", true},
        {"https://a.example:443/", "https", "a.example", "/", true},
        {"https://a.example/", "https", "a.example:443", "/", true},
        {"http://[2001:db8::1]:8080/", "http", "[2001:db8::1]:8080", "/", true},
        {"/x", "https", "a.example", "/x", true},
        {"/x#top", "https", "a.example", "/x", true},
        {"https://a.example/", "http", "a.example", "/", false}, // the usual step to TLS
        {"https://www.a.example/", "https", "a.example", "/", false},
        {"https://a.example:8443/", "https", "a.example", "/", false},
        {"https://a.example/X", "https", "a.example", "/x", false},
        {"https://a.example/x?z", "https", "a.example", "/x?y", false},
        {"//a.example/", "https", "a.example", "//a.example/", false},
        {"x", "https", "a.example", "/x", false},
        {"", "https", "a.example", "/", false},
        {"/", "https", "", "/x", false},
    };
    for (const row& r : rows) {
        INFO(r.location << " for " << r.scheme << "://" << r.host << r.target);
        CHECK(is_same_url(r.location, r.scheme, r.host, r.target) == r.same);
    }
}

TEST_CASE("statuses that send a client on", "[redirect_loop]")
{
    for (const int status : {301, 302, 303, 307, 308}) {
        CAPTURE(status);
        CHECK(is_redirect(status));
    }
    for (const int status : {200, 201, 300, 304, 305, 306, 309, 404}) {
        CAPTURE(status);
        CHECK_FALSE(is_redirect(status));
    }
}
