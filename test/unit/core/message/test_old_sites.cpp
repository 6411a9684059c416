// SPDX-License-Identifier: Apache-2.0
#include "refused_sites.hpp"

#include "mod_v6front/core/message/chunked_decoder.hpp"
#include "mod_v6front/core/message/field_lines.hpp"
#include "mod_v6front/core/message/field_section.hpp"
#include "mod_v6front/core/base/quote.hpp"
#include "mod_v6front/core/message/response_parser.hpp"

#include "catch.hpp"

using namespace v6front;
using namespace v6front::test;
using namespace std::string_literals;

namespace
{

struct reading {
    std::string normal;
    bool kept = false;
    std::string words; // of what is wrong
    reason why{};
};

reading refused(const failure& f)
{
    return {{}, false, f.detail, f.reason};
}

std::string normal_head(const response_head& head)
{
    std::string out = std::to_string(head.status);
    out.append(head.phrase.empty() ? "" : " ").append(head.phrase).append("|");
    for (const field& f : head.fields) {
        if (!is_hop_by_hop(f.name) && !iequals(f.name, "content-length"))
            out.append(f.name).append("=").append(f.value).append(";");
    }
    return out + "|";
}

// A whole response, by the parser and the decoder alone.
reading read(std::string_view bytes, bool to_head_request = false)
{
    const auto empty = before_status_line(bytes, 64);
    bytes.remove_prefix(empty);
    if (!may_be_response(bytes))
        return refused(no_response_line(bytes));
    std::size_t searched = 0;
    const auto end = end_of_field_section(bytes, searched);
    REQUIRE(end != bytes.npos);
    response_head head;
    const auto body = parse_response_head(bytes.substr(0, end), to_head_request, head);
    if (!body)
        return refused(body.error());
    reading got{normal_head(head), head.keep_alive && empty == 0, {}, {}};
    bytes.remove_prefix(end);
    if (body->at != body_end::chunked) {
        got.normal += body->at == body_end::length ? bytes.substr(0, body->length) : bytes;
        return got;
    }
    chunked_decoder chunks;
    char space[3];
    for (;;) {
        const auto ahead = chunks.ends_in(bytes);
        const auto part = chunks.decode(bytes, space);
        CHECK((ahead || !part || part->waits == chunked_decoder::wait::for_room));
        if (!part)
            return refused(part.error());
        got.normal.append(space, part->filled);
        bytes.remove_prefix(part->used);
        if (chunks.is_over())
            break;
        REQUIRE((part->filled > 0 || part->used > 0));
    }
    field_list trailers;
    field_section section{trailers, head.rewritten};
    read_trailers(chunks.trailer_lines(), section);
    got.kept = got.kept && chunks.is_regular() && !section.irregular;
    return got;
}

} // namespace

TEST_CASE("what old sites send has one meaning, and goes on in its normal form", "[old_sites]")
{
    for (const auto& r : old_responses()) {
        CAPTURE(r.what, r.who);
        const auto got = read(r.bytes, r.to_head);
        CHECK(got.words.empty());
        CHECK(got.normal == r.normal);
        CHECK(got.kept == r.kept);
    }
}

TEST_CASE("what has two meanings is refused in words, and the line is quoted", "[old_sites]")
{
    const auto check = [](const refused_response& r, reason why) {
        CAPTURE(r.what);
        const auto got = read(r.bytes);
        CHECK(got.words.starts_with(r.words + std::string(r.quoted)));
        CHECK(describe(got.why).words == describe(why).words);
    };
    for (const auto& r : refused_heads())
        check(r, reason::bad_response);
    for (const auto& r : refused_chunks())
        check(r, reason::response_body_bad);
}

TEST_CASE("a quoted line is short, and one line", "[old_sites]")
{
    CHECK(quote("") == "\"\"");
    CHECK(quote("a\0b"s) == "\"a\\0b\"");
    CHECK(quote(std::string(100, 'x')) == "\"" + std::string(100, 'x') + "\"");
    CHECK(quote(std::string(5000, 'x')) == "\"" + std::string(100, 'x') + "\"... (5000 octets)");
    CHECK(quote_line("a\r\nb\r\n") == "\"a\"");
    CHECK(quote_line("a\nb") == "\"a\"");
    CHECK(quote_line("a\r") == "\"a\"");
    CHECK(quote_line("\nb") == "\"\"");
}

TEST_CASE("of a head that is too large or cut, the log has the line", "[old_sites]")
{
    const std::string head = "HTTP/1.1 200 OK\r\nX: " + std::string(3000, 'y') + "\r\nA: b\r\n";
    CHECK(describe_large_head(head, 2048) ==
          "more than the 2048 octets of head=, in 3 lines; the longest is \"X: " +
              std::string(97, 'y') + "\"... (3003 octets)");
    CHECK(describe_large_head("", 1).find("in 0 lines") != std::string::npos);
    CHECK(describe_cut_head(head) == "its last line is \"A: b\"");
    CHECK(describe_cut_head("HTTP/1.1 20") == "its last line is \"HTTP/1.1 20\"");
}

TEST_CASE("control characters are found wherever they stand", "[old_sites]")
{
    for (std::size_t size = 0; size < 20; ++size) {
        std::string text(size, 'x');
        CHECK_FALSE(has_control(text));
        for (std::size_t at = 0; at < size; ++at) {
            for (int c = 0; c < 256; ++c) {
                text[at] = static_cast<char>(c);
                const bool is = (c < 0x20 && c != '\t') || c == 0x7f;
                if (has_control(text) != is)
                    FAIL_CHECK(size << ' ' << at << ' ' << c);
            }
            text[at] = 'x';
        }
    }
}

TEST_CASE("looking ahead finds what is wrong, and changes nothing", "[old_sites]")
{
    const chunked_decoder fresh;
    CHECK(*fresh.ends_in("2\r\nhi\r\n0\r\n\r\n"));
    CHECK_FALSE(*fresh.ends_in("2\r\nhi\r\n0\r\n"));
    CHECK_FALSE(*fresh.ends_in(""));
    CHECK_FALSE(*fresh.ends_in("2\r\nh"));
    CHECK(fresh.ends_in("2\r\nhi\r\nxyz\r\n").has_error());
    CHECK(fresh.ends_in("xyz").has_error());
    chunked_decoder used;
    char space[8];
    REQUIRE(used.decode("5\r\nhe", space).has_value());
    CHECK(used.ends_in("llo\r\n!").has_error());
    CHECK(*used.ends_in("llo\r\n0\r\n\r\n"));
    const auto last = used.decode("llo\r\n0\r\n\r\n", space);
    CHECK(last->filled == 3);
    CHECK(used.is_over());
}
