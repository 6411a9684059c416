// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/findings/repeated_setting.hpp"

#include "catch.hpp"

using namespace v6front;

TEST_CASE("a setting that a later line replaces", "[findings]")
{
    struct row {
        const char* name;
        std::vector<std::string> first, second;
        const char* says; // nullptr: nothing
    };
    const row rows[]{
        {"V6FrontVia",
         {"On"},
         {"Off"},
         "V6FrontVia On (f:1) has no effect: \"V6FrontVia Off\" (f:2)"},
        {"V6FrontVia", {"On"}, {"on"}, nullptr},
        {"v6fronterroroverride", {"404"}, {"500", "503"}, "Write all values in one line"},
        {"V6FrontBindV4", {"192.0.2.1"}, {"192.0.2.2"}, "Write all values in one line"},
        {"V6FrontTimeout",
         {"connect=1", "idle=2"},
         {"Connect=3"},
         "V6FrontTimeout connect=1 (f:1)"},
        {"V6FrontTimeout", {"connect=1"}, {"idle=2"}, nullptr},
        {"V6FrontTimeout", {"connect=1"}, {"connect=1"}, nullptr},
        {"V6FrontAddHeaders", {"On"}, {"+Forwarded"}, nullptr}, // relative to the first
        {"V6FrontTrust", {"192.0.2.1"}, {"192.0.2.2"}, nullptr},
        {"V6FrontPassReverse", {"/", "http://a/"}, {"/", "http://b/"}, nullptr},
    };
    const int server = 0, section = 0;
    for (const auto& r : rows) {
        CAPTURE(r.name, r.first, r.second);
        const written_setting first{&server, nullptr, r.name, r.first, "f:1"};
        written_setting second{&server, nullptr, r.name, r.second, "f:2"};
        findings found;
        find_repeated(std::vector{first, second}, found);
        REQUIRE(found.size() == (r.says ? 1 : 0));
        if (r.says) {
            CHECK(found[0].number == "V6F0246");
            CHECK(found[0].place == "f:1");
            CHECK_THAT(found[0].text, ContainsSubstring(r.says));
        }
        second.section = &section;
        findings elsewhere;
        find_repeated(std::vector{first, second}, elsewhere);
        CHECK(elsewhere.empty());
    }
    // Outside of virtual hosts a file may change what another one has set.
    written_setting first{&server, nullptr, "V6FrontVia", {"On"}, "f:1", true};
    written_setting second{&server, nullptr, "V6FrontVia", {"Off"}, "g:1", true};
    findings found;
    find_repeated(std::vector{first, second}, found);
    CHECK(found.empty());
    second.place = "f:3";
    find_repeated(std::vector{first, second}, found);
    CHECK(found.size() == 1);
}
