// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/base/json_writer.hpp"

#include "catch.hpp"

#include <utility>
#include <vector>

using namespace v6front;

namespace
{

std::string text_of(std::string_view value)
{
    json_writer out;
    out.text(value);
    return out.take();
}

std::string written(json_writer::layout how)
{
    json_writer out(how);
    out.object([&] {
        out.key("a").number(-1);
        out.key("b\"").texts(std::vector<std::string>{"x", "y"});
        out.key("none").array(std::vector<int>{}, [&](int n) { out.number(n); });
        out.key("empty").object([] {});
        out.key("c").object([&] {
            out.key("yes").boolean(true);
            out.key("no").boolean(false);
            out.key("rows").array(std::vector<int>{1, 2},
                                  [&](int n) { out.object([&] { out.key("n").number(n); }); });
        });
        out.key("d").raw("null");
    });
    return out.take();
}

} // namespace

TEST_CASE("text is within quotation marks in JSON, and nothing in it ends it", "[json]")
{
    const std::pair<std::string, std::string> rows[] = {
        {"", R"("")"},
        {"www.example.org", R"("www.example.org")"},
        {"<b>&\"'", R"("<b>&\"'")"},
        {"a\\b\nc\t", R"("a\\b\u000ac\u0009")"},
        {std::string("\0\x1f\x7f ", 4), R"("\u0000\u001f\u007f ")"},
        {"m\xc3\xbcller \xe2\x82\xac", "\"m\xc3\xbcller \xe2\x82\xac\""},
        {"m\xfcller", "\"m\xfcller\""}, // of a file
    };
    for (const auto& [text, made] : rows)
        CHECK(text_of(text) == made);
}

TEST_CASE("objects and arrays of JSON have their commas, and lines if wished", "[json]")
{
    CHECK(written(json_writer::layout::compact) ==
          R"({"a":-1,"b\"":["x","y"],"none":[],"empty":{},)"
          R"("c":{"yes":true,"no":false,"rows":[{"n":1},{"n":2}]},"d":null})");
    CHECK(written(json_writer::layout::lines) == R"({
 "a": -1,
 "b\"": [
  "x",
  "y"
 ],
 "none": [],
 "empty": {},
 "c": {
  "yes": true,
  "no": false,
  "rows": [
   {
    "n": 1
   },
   {
    "n": 2
   }
  ]
 },
 "d": null
})");
}
