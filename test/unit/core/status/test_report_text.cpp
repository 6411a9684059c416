// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/status/reason_names.hpp"
#include "mod_v6front/core/status/report_text.hpp"
#include "mod_v6front/core/status/traffic.hpp"

#include "catch.hpp"

#include <fstream>
#include <iterator>
#include <set>

using namespace v6front;
using std::chrono::microseconds;

TEST_CASE("text of others is text in each form of the status", "[status_forms]")
{
    struct row {
        std::string text, html, label, line;
    };
    const std::string beyond_ascii = "m\xc3\xbcller \xe2\x82\xac \xf0\x9f\x98\x80";
    const row rows[] = {
        {"www.example.org", "www.example.org", "\"www.example.org\"", "www.example.org"},
        {"<b>&\"'", "&lt;b&gt;&amp;&quot;&#39;", "\"<b>&\\\"'\"", "<b>&\"'"},
        {"a\\b\nc\t", "a\\b\nc\t", "\"a\\\\b\\nc\t\"", "a\\b c "},
        {beyond_ascii, beyond_ascii, '"' + beyond_ascii + '"', beyond_ascii},
        {"", "", "\"\"", ""},
    };
    for (const auto& r : rows) {
        INFO(r.text);
        CHECK(html_text(r.text) == r.html);
        CHECK(label_text(r.text) == r.label);
        CHECK(line_text(r.text) == r.line);
    }
}

TEST_CASE("octets that are no UTF-8 are replaced, one by one", "[status_forms]")
{
    const std::string bad = "\xef\xbf\xbd";
    const std::pair<std::string, std::string> rows[] = {
        {"m\xfcller", "m" + bad + "ller"},
        {"\xc3", bad},                               // cut off
        {"\xc0\xaf", bad + bad},                     // a longer form of "/"
        {"\xe0\x80\xaf", bad + bad + bad},           // likewise
        {"\xed\xa0\x80", bad + bad + bad},           // half of a pair of UTF-16
        {"\xf4\x90\x80\x80", bad + bad + bad + bad}, // beyond U+10FFFF
        {"\xf5\x80\x80\x80", bad + bad + bad + bad},
        {"\xe2\x82x", bad + bad + "x"},
        {"\xf0\x9f\x98", bad + bad + bad},
        {"\x80", bad},
    };
    for (const auto& [text, made] : rows)
        CHECK(as_utf8(text) == made);
}

TEST_CASE("seconds are written exactly, and for people in short", "[status_forms]")
{
    CHECK(seconds_of(0) == "0");
    CHECK(seconds_of(1) == "0.000001");
    CHECK(seconds_of(17'000) == "0.017");
    CHECK(seconds_of(2'500'000) == "2.5");
    CHECK(seconds_of(60'000'000) == "60");
    CHECK(seconds_of_ms(1764412800123) == "1764412800.123");
    CHECK(seconds_of_ms(-5) == "0");
    CHECK(duration_words(-1) == "0 s");
    CHECK(duration_words(119'999) == "119 s");
    CHECK(duration_words(120'000) == "2 min");
    CHECK(duration_words(3 * 3'600'000) == "3 h");
    CHECK(duration_words(47 * 3'600'000) == "47 h");
    CHECK(duration_words(48 * 3'600'000) == "2 d");
    CHECK(latency_words(850) == "850 us");
    CHECK(latency_words(1'500) == "1.5 ms");
    CHECK(latency_words(12'400) == "12 ms");
    CHECK(latency_words(2'500'000) == "2.5 s");
    CHECK(size_words(999) == "999 B");
    CHECK(size_words(1'234'567) == "1.2 MB");
    CHECK(size_words(20'000) == "20 kB");
}

TEST_CASE("a time belongs into the first bucket whose bound it does not pass", "[status_forms]")
{
    CHECK(bucket_of(microseconds(-1)) == 0);
    CHECK(bucket_of(microseconds(0)) == 0);
    CHECK(bucket_of(microseconds(1000)) == 0);
    CHECK(bucket_of(microseconds(1001)) == 1);
    for (std::size_t i = 0; i < latency_bounds.size(); ++i) {
        CHECK(bucket_of(microseconds(latency_bounds[i])) == i);
        CHECK(bucket_of(microseconds(latency_bounds[i] + 1)) == i + 1);
    }
    CHECK(bucket_of(std::chrono::hours(5)) == latency_buckets - 1);
}

TEST_CASE("each reason has an identifier of its own", "[status_forms]")
{
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < reason_count; ++i) {
        const auto name = name_of(static_cast<reason>(i));
        CHECK(names.insert(name).second);
        CHECK(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == name.npos);
    }
    CHECK(name_of(reason::connect_refused) == "connect_refused");
    CHECK(name_of(reason::internal) == "internal");
}

TEST_CASE("the manual explains each reason, and whose fault it is", "[status_forms]")
{
    std::ifstream file("mod_v6front/manual/guides/status.md");
    const std::string manual{std::istreambuf_iterator<char>(file), {}};
    for (std::size_t i = 0; i < reason_count; ++i) {
        const auto& row = describe(static_cast<reason>(i));
        const std::string whose = row.whose == fault::client    ? "client"
                                  : row.whose == fault::backend ? "site"
                                                                : "this server";
        CHECK_THAT(manual, ContainsSubstring("| `" + std::string(name_of(row.reason)) + "` | " +
                                             whose + " | " + std::to_string(row.status) + " |"));
    }
}
