// SPDX-License-Identifier: Apache-2.0
#include "catch.hpp"

#include "core/findings/site_list.hpp"

using namespace v6front;

TEST_CASE("A list of sites is JSON, whatever the names in it", "[findings]")
{
    struct row {
        std::string name;
        std::string text;
    };
    const std::vector<row> rows{{"www.example.org", "\"www.example.org\""},
                                {"", "\"\""},
                                {"a\"b\\c", R"("a\"b\\c")"},
                                {std::string("\0\n\x1f\x7f", 4), R"("\u0000\u000a\u001f\u007f")"},
                                {"b\xc3\xbc", "\"b\xc3\xbc\""}};
    for (const row& r : rows) {
        site_list all;
        all.sites.push_back({r.name, true, {}, {}, {}, "off", {}});
        CHECK(
            to_json(all) ==
            "{\n \"schema\": 1,\n \"listen\": [],\n \"sites\": [\n  {\n   \"name\": " + r.text +
                ",\n   \"named\": true,\n   \"aliases\": [],\n   \"place\": \"\",\n   \"at\": [],\n"
                "   \"pseudo_v4\": \"off\",\n   \"rules\": []\n  }\n ]\n}\n");
    }
}

TEST_CASE("An exclusion has no backend, and a list its commas", "[findings]")
{
    site_list all;
    all.listen = {{"::", 80}, {"192.0.2.1", 443}};
    listed_rule excluded;
    excluded.kind = "path";
    excluded.path = "/no";
    all.sites.push_back({"a", false, {"b", "c"}, "f:1", {{"*", 80}}, "off", {excluded}});
    const auto text = to_json(all);
    CHECK(text.find("\"url\": \"\"\n") != std::string::npos);
    CHECK(text.find("\"named\": false,") != std::string::npos);
    CHECK(text.find("authority") == std::string::npos);
    CHECK(text.find("[\n    \"b\",\n    \"c\"\n   ]") != std::string::npos);
    CHECK(text.find("},\n  {\n   \"address\": \"192.0.2.1\",\n   \"port\": 443\n  }") !=
          std::string::npos);

    excluded.url = "http://x/";
    excluded.adds = {"Via"};
    all.sites[0].rules = {excluded};
    CHECK(to_json(all).find("\"adds\": [\n      \"Via\"\n     ]\n    }") != std::string::npos);
}
