// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/rules/settings.hpp"

#include "catch.hpp"

using namespace v6front;

namespace
{

std::string names_of(const added_headers& set)
{
    std::string names;
    for (unsigned bit = 1; bit <= 0x80; bit <<= 1U) {
        if (const auto h = static_cast<added_header>(bit); set.has(h))
            names.append(names.empty() ? "" : " ").append(name_of(h));
    }
    return names;
}

const std::string standard =
    "X-Forwarded-For X-Forwarded-Host X-Forwarded-Server X-Forwarded-Proto";

} // namespace

TEST_CASE("the fields that are added are a set, or a change of one", "[added_headers]")
{
    CHECK(names_of({}) == standard + " Via");
    struct row {
        const char* value;
        std::string set; // from the standard one
    };
    for (const row& r : std::vector<row>{
             {"On", standard + " Via"},
             {"off", ""},
             {"+Forwarded", standard + " Forwarded Via"},
             {"+forwarded,-VIA", standard + " Forwarded"},
             {"+X-Forwarded-Port,+X-Request-ID", standard + " X-Forwarded-Port X-Request-ID Via"},
             {"-X-Forwarded-Server", "X-Forwarded-For X-Forwarded-Host X-Forwarded-Proto Via"},
             {"+X-Forwarded-For", standard + " Via"},
             {"X-Forwarded-For", "X-Forwarded-For"},
             {"Forwarded,Via", "Forwarded Via"},
             {"X-Forwarded-Proto, X-Forwarded-Port", "X-Forwarded-Proto X-Forwarded-Port"},
         }) {
        CAPTURE(r.value);
        CHECK(names_of(parse_added_headers({}, r.value)) == r.set);
    }
}

TEST_CASE("relative names change what holds outside, others replace it", "[added_headers]")
{
    struct row {
        std::vector<const char*> levels; // from outside to inside
        std::string set;
    };
    for (const row& r : std::vector<row>{
             {{"+Forwarded", "-Via"}, standard + " Forwarded"},
             {{"+Forwarded", "-Forwarded"}, standard + " Via"},
             {{"-Via", "+Via"}, standard + " Via"},
             {{"+Forwarded", "On"}, standard + " Via"},
             {{"Off", "+Forwarded"}, "Forwarded"},
             {{"Off", "On"}, standard + " Via"},
             {{"Via", "+Forwarded", "-Via"}, "Forwarded"},
             {{"+Forwarded", "X-Request-ID"}, "X-Request-ID"},
         }) {
        CAPTURE(r.set);
        exchange_settings merged;
        exchange_settings lines; // of one place
        for (const char* level : r.levels) {
            exchange_settings inner;
            set_option(inner, "addheaders=" + std::string(level));
            merged = merge(merged, inner);
            set_by_directive(lines, "V6FrontAddHeaders", level);
        }
        CHECK(names_of(resolve(merged, milliseconds(1)).add_headers) == r.set);
        CHECK(names_of(resolve(lines, milliseconds(1)).add_headers) == r.set);
    }
}

TEST_CASE("names that mean nothing, or two things, are refused", "[added_headers]")
{
    const std::string names =
        " must be On, Off, or names of X-Forwarded-For, X-Forwarded-Host, X-Forwarded-Server, "
        "X-Forwarded-Proto, X-Forwarded-Port, Forwarded, X-Request-ID, Via";
    const std::string signs = " must be names that all begin with + or -, or none of them";
    struct row {
        const char* value;
        std::string says;
    };
    for (const row& r : std::vector<row>{
             {"", names},
             {"yes", names},
             {"X-Real-IP", names},
             {"On,Via", names},
             {"+On", names},
             {"+", names},
             {"Via,", names},
             {"Via,,Forwarded", names},
             {"+Via,Forwarded", signs},
             {"Via,+Forwarded", signs},
             {"Via,via", " must be names that differ"},
             {"+Via,-Via", " must be names that differ"},
         }) {
        CAPTURE(r.value);
        const std::string quoted = "\"" + std::string(r.value) + "\"";
        CHECK_THROWS_WITH(parse_added_headers({}, r.value), quoted + r.says);
        CHECK_THROWS_WITH(parse_added_headers("addheaders", r.value),
                          "addheaders=" + quoted + r.says);
    }
}
