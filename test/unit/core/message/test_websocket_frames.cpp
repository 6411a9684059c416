// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/message/websocket_frames.hpp"

#include "catch.hpp"

#include <vector>

using namespace v6front;

namespace
{

std::string frame(std::uint8_t first, std::size_t size, bool masked = false)
{
    std::string text(1, static_cast<char>(first));
    const std::uint8_t mask = masked ? 0x80 : 0;
    const auto put = [&text](std::uint64_t n, int octets) {
        for (int i = octets - 1; i >= 0; --i)
            text += static_cast<char>(n >> (8 * i) & 0xff);
    };
    if (size < 126) {
        put(mask | size, 1);
    } else if (size < 65536) {
        put(mask | 126U, 1);
        put(size, 2);
    } else {
        put(mask | 127U, 1);
        put(size, 8);
    }
    return text + (masked ? "mask" : "") + std::string(size, '\x88'); // as a Close frame begins
}

struct row {
    std::string name;
    std::vector<std::string> frames;
    bool closes = false;
};

const std::vector<row>& rows()
{
    static const std::vector<row> table{
        {"text", {frame(0x81, 5)}},
        {"nothing in it", {frame(0x82, 0), frame(0x81, 0)}},
        {"the largest short one and the least with two octets", {frame(0x82, 125), frame(2, 126)}},
        {"the largest with two octets and the least with eight",
         {frame(0x82, 65535), frame(0x82, 65536)}},
        {"a message in parts, a ping between them",
         {frame(0x01, 3), frame(0x89, 4), frame(0x00, 300), frame(0x80, 1)}},
        {"compressed (RSV1)", {frame(0xc1, 77)}},
        {"masked, as from a client", {frame(0x81, 5, true), frame(0x82, 70000, true)}},
        {"closed without a reason", {frame(0x81, 1), frame(0x88, 0)}, true},
        {"closed with a code", {frame(0x88, 2)}, true},
    };
    return table;
}

} // namespace

TEST_CASE("Borders of WebSocket frames are found, however the bytes come", "[websocket]")
{
    for (const row& r : rows()) {
        for (const std::size_t piece : {1, 2, 3, 7, 1000, 200000}) {
            INFO(r.name << ", in pieces of " << piece);
            websocket_frames seen;
            CHECK(seen.is_between_frames());
            for (const std::string& f : r.frames) {
                for (std::size_t at = 0; at < f.size(); at += piece) {
                    REQUIRE(seen.is_between_frames() == (at == 0));
                    seen.pass(std::string_view(f).substr(at, piece));
                }
                REQUIRE(seen.is_between_frames());
            }
            CHECK(seen.has_closed() == r.closes);
            CHECK_FALSE(seen.is_lost());
        }
    }
}

TEST_CASE("Whole frames in what comes next", "[websocket]")
{
    const std::string one = frame(0x81, 10); // 12 octets
    websocket_frames seen;
    CHECK(seen.whole_frames_in("") == 0u);
    CHECK(seen.whole_frames_in(one) == 12u);
    CHECK(seen.whole_frames_in(one + one + one.substr(0, 5)) == 24u);
    CHECK(seen.whole_frames_in(one.substr(0, 1)) == 0u);
    seen.pass(one.substr(0, 7));
    CHECK_FALSE(seen.whole_frames_in(""));
    CHECK_FALSE(seen.whole_frames_in(one.substr(7, 4)));
    CHECK(seen.whole_frames_in(one.substr(7)) == 5u);
    CHECK(seen.whole_frames_in(one.substr(7) + one + "\x81") == 17u);
    CHECK_FALSE(seen.is_between_frames()); // to ask changes nothing
}

TEST_CASE("What are no frames has no border", "[websocket]")
{
    for (const std::string text : {"GET / HTTP/1.1\r\n", "\x83\x01x", "\x8b\x01",
                                   "\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xff"}) {
        websocket_frames seen;
        seen.pass(text);
        CHECK(seen.is_lost());
        CHECK_FALSE(seen.is_between_frames());
        CHECK_FALSE(seen.whole_frames_in(frame(0x81, 3)));
    }
}

TEST_CASE("A Close frame of a server", "[websocket]")
{
    const std::string text = websocket_close(1001);
    CHECK(text == std::string("\x88\x02\x03\xe9", 4));
    websocket_frames seen;
    seen.pass(text);
    CHECK(seen.is_between_frames());
    CHECK(seen.has_closed());
}
