// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/message/framing.hpp"

#include "catch.hpp"

using namespace v6front;

namespace
{

struct accepted {
    field_list fields;
    framing_kind kind;
    std::uint64_t length;
};

struct refused {
    field_list fields;
    std::string detail;
};

} // namespace

TEST_CASE("a content length is 1*DIGIT and fits in 63 bits", "[framing]")
{
    CHECK(parse_content_length("0") == 0U);
    CHECK(parse_content_length("5") == 5U);
    CHECK(parse_content_length("007") == 7U);
    CHECK(parse_content_length("9223372036854775807") == 9223372036854775807U);
    for (const char* text :
         {"", " 5", "5 ", "+5", "-5", "0x5", "5a", "a", "5.0", "5,5", "1e3", "/", ":",
          "9223372036854775808", "9223372036854775810", "18446744073709551616",
          "18446744073709551621", "99999999999999999999999999999999"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_content_length(text));
    }
    CHECK_FALSE(parse_content_length(std::string_view("5\0", 2)));
}

TEST_CASE("framing that nobody can misunderstand is accepted", "[framing]")
{
    const std::vector<accepted> cases{
        {{}, framing_kind::none, 0},
        {{{"Host", "a"}, {"X-Content-Length", "5"}}, framing_kind::none, 0},
        {{{"Content-Length", "0"}}, framing_kind::length, 0},
        {{{"content-length", "42"}}, framing_kind::length, 42},
        {{{"Content-Length", " \t42 "}}, framing_kind::length, 42},
        {{{"Content-Length", "9223372036854775807"}}, framing_kind::length, 9223372036854775807U},
        {{{"Content-Length", "5, 5"}}, framing_kind::length, 5},
        {{{"Content-Length", "5,5 ,\t5"}}, framing_kind::length, 5},
        {{{"Content-Length", "5"}, {"A", "b"}, {"CONTENT-LENGTH", "5"}}, framing_kind::length, 5},
        {{{"Transfer-Encoding", "chunked"}}, framing_kind::chunked, 0},
        {{{"transfer-encoding", "CHUNKED"}}, framing_kind::chunked, 0},
        {{{"Transfer-Encoding", " \tchunked\t "}}, framing_kind::chunked, 0},
    };
    for (const accepted& c : cases) {
        CAPTURE(c.fields.empty() ? "" : c.fields[0].value);
        const auto framed = request_framing(c.fields);
        REQUIRE(framed.has_value());
        CHECK(framed->kind == c.kind);
        CHECK(framed->length == c.length);
    }
}

TEST_CASE("framing that two readers could understand differently is refused", "[framing]")
{
    const std::vector<refused> cases{
        {{{"Content-Length", "5"}, {"Transfer-Encoding", "chunked"}}, "Transfer-Encoding: chunked"},
        {{{"Transfer-Encoding", "chunked"}, {"Content-Length", "5"}}, "Content-Length: 5"},
        {{{"Transfer-Encoding", "chunked"}, {"Content-Length", "0"}}, "Content-Length: 0"},
        {{{"Transfer-Encoding", "chunked"}, {"Content-Length", ""}}, "Content-Length: "},
        {{{"Content-Length", "5"}, {"Content-Length", "6"}}, "Content-Length: 6"},
        {{{"Content-Length", "5"}, {"Content-Length", "05"}}, "Content-Length: 05"},
        {{{"Content-Length", "5, 6"}}, "Content-Length: 5, 6"},
        {{{"Content-Length", "5,"}}, "Content-Length: 5,"},
        {{{"Content-Length", ",5"}}, "Content-Length: ,5"},
        {{{"Content-Length", "5,,5"}}, "Content-Length: 5,,5"},
        {{{"Content-Length", ""}}, "Content-Length: "},
        {{{"Content-Length", "5"}, {"Content-Length", ""}}, "Content-Length: "},
        {{{"Content-Length", "+5"}}, "Content-Length: +5"},
        {{{"Content-Length", "-1"}}, "Content-Length: -1"},
        {{{"Content-Length", "0x10"}}, "Content-Length: 0x10"},
        {{{"Content-Length", "5 5"}}, "Content-Length: 5 5"},
        {{{"Content-Length", "5\v"}}, "Content-Length: 5\v"},
        {{{"Content-Length", "9223372036854775808"}}, "Content-Length: 9223372036854775808"},
        {{{"Transfer-Encoding", ""}}, "Transfer-Encoding: "},
        {{{"Transfer-Encoding", "identity"}}, "Transfer-Encoding: identity"},
        {{{"Transfer-Encoding", "gzip, chunked"}}, "Transfer-Encoding: gzip, chunked"},
        {{{"Transfer-Encoding", "chunked, chunked"}}, "Transfer-Encoding: chunked, chunked"},
        {{{"Transfer-Encoding", "chunked,"}}, "Transfer-Encoding: chunked,"},
        {{{"Transfer-Encoding", "chunked;q=1"}}, "Transfer-Encoding: chunked;q=1"},
        {{{"Transfer-Encoding", "xchunked"}}, "Transfer-Encoding: xchunked"},
        {{{"Transfer-Encoding", "\vchunked"}}, "Transfer-Encoding: \vchunked"},
        {{{"Transfer-Encoding", "\"chunked\""}}, "Transfer-Encoding: \"chunked\""},
        {{{"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "chunked"}},
         "Transfer-Encoding: chunked"},
        {{{"Transfer-Encoding", "chunked"}, {"transfer-encoding", "identity"}},
         "transfer-encoding: identity"},
    };
    for (const refused& c : cases) {
        CAPTURE(c.detail);
        const auto framed = request_framing(c.fields);
        REQUIRE(framed.has_error());
        CHECK(framed.error().reason == reason::ambiguous_framing);
        CHECK(framed.error().detail == c.detail);
    }
}

TEST_CASE("a long offending field is cut for the log", "[framing]")
{
    const std::string value(5000, 'x');
    const auto framed = request_framing(field_list{{"Content-Length", value}});
    REQUIRE(framed.has_error());
    CHECK(framed.error().detail == "Content-Length: " + std::string(120, 'x') + "...");
}
