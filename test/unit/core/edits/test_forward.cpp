// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/edits/forward.hpp"

#include "catch.hpp"

using namespace v6front;

namespace
{

const forward_map plain{{"https", "front:444"}, "/a", "/base/", "b:81"};

std::string url(std::string_view text, const forward_map& map = plain)
{
    const auto mapped = forward_url(text, map);
    return !mapped ? "refused" : mapped->value_or("as it is");
}

std::string list(std::string_view text)
{
    const auto mapped = forward_if(text, plain);
    return !mapped ? "refused" : mapped->value_or("as it is");
}

} // namespace

TEST_CASE("URLs of the front become the backend's", "[forward]")
{
    CHECK(url("https://front:444/a/x%20y?q") == "http://b:81/base/x%20y?q");
    CHECK(url("http://FRONT:444/a/x") == "http://b:81/base/x");
    CHECK(url("//front:444/a/x") == "http://b:81/base/x");
    CHECK(url("/a/x//y/") == "/base/x//y/");
    CHECK(url("/a") == "/base/");
    CHECK(url("/a//x") == "/base//x");
    const forward_map preserved{{"https", "[::1]"}, "/", "/", "[::1]"};
    CHECK(url("https://[::1]/x", preserved) == "http://[::1]/x");
    CHECK(url("https://[::1]:443/x", preserved) == "http://[::1]/x");
    const forward_map secure{{"http", "front"}, "/a", "/base/", "b:8443", {}, "https"};
    CHECK(url("http://front/a/x", secure) == "https://b:8443/base/x");
}

TEST_CASE("URLs that are not the front's stay as they are", "[forward]")
{
    for (const char* text :
         {"https://front/a/x", "https://front:445/a/x", "https://other:444/a/x",
          "https://u@front:444/a/x", "ftp://front:444/a/x", "a/x", "", "urn:x"}) {
        CAPTURE(text);
        CHECK(url(text) == "as it is");
    }
    CHECK(url("https://front/a/x", {{"https", ""}, "/a", "/", "b"}) == "as it is");
}

TEST_CASE("URLs of the front that are not behind the route are refused", "[forward]")
{
    for (const char* text : {"https://front:444/b", "/b", "/ab", "https://front:444", "/a/../b",
                             "/a/%2e%2e/b", "/a/.", "/%61/x"}) {
        CAPTURE(text);
        CHECK(url(text) == "refused");
    }
    CHECK(describe(forward_url("/b", plain).error().reason).status == 502);
}

TEST_CASE("where an expression has found the route, it says what the backend's path is",
          "[forward]")
{
    forward_map by_match{{"https", "front"}, "", "/x/$1", "b"};
    by_match.expanded = [](std::string_view path) -> std::optional<std::string> {
        if (!path.starts_with("/m/"))
            return std::nullopt;
        return "/x/" + std::string(path.substr(3));
    };
    CHECK(url("https://front/m/a?q", by_match) == "http://b/x/a?q");
    CHECK(url("/m/a", by_match) == "/x/a");
    CHECK(url("/a", by_match) == "refused");
    CHECK(url("/m/../a", by_match) == "refused");
    CHECK(url("https://other/m/a", by_match) == "as it is");
}

TEST_CASE("the tags of an If field are mapped, and nothing else of it", "[forward]")
{
    CHECK(list("(<urn:uuid:1> [\"e\"])") == "as it is");
    CHECK(list("<https://other/x> (<urn:1>)") == "as it is");
    CHECK(list("</a/x> (<urn:1>) (Not <urn:2>)") == "</base/x> (<urn:1>) (Not <urn:2>)");
    CHECK(list("<https://front:444/a/x>(<https://front:444/a/x>)</a>([\"(</a>\"])") ==
          "<http://b:81/base/x>(<https://front:444/a/x>)</base/>([\"(</a>\"])");
    CHECK(list("(<a)b>) </a/x> (<c>)") == "(<a)b>) </base/x> (<c>)");
    CHECK(list("</b> (<urn:1>)") == "refused");
    CHECK(list("</a") == "as it is");
    CHECK(list("(") == "as it is");
    CHECK(list("") == "as it is");
}
