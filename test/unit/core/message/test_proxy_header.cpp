// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/message/proxy_header.hpp"

#include "catch.hpp"

#include <arpa/inet.h>

#include <string_view>

using namespace v6front;
using namespace std::string_literals;

namespace
{

ip_endpoint at(const char* address, std::uint16_t port)
{
    ip_endpoint made{{}, port};
    REQUIRE(inet_pton(AF_INET6, address, made.address.octets.data()) == 1);
    return made;
}

const std::string signature = "\x0d\x0a\x0d\x0a\x00\x0d\x0a\x51\x55\x49\x54\x0a"s;

std::string octets(const char* address, bool ipv4)
{
    const auto a = at(address, 0).address.octets;
    return std::string(a.begin() + (ipv4 ? 12 : 0), a.end());
}

} // namespace

TEST_CASE("a PROXY header has one family, whatever its two ends have", "[proxy_header]")
{
    struct row {
        const char* from;
        const char* to;
        bool ipv4;
        const char* version_1; // without the ports
    };
    const row rows[]{
        {"2001:db8::1", "2001:db8:1::443", false, "PROXY TCP6 2001:db8::1 2001:db8:1::443"},
        {"::ffff:192.0.2.1", "::ffff:198.51.100.7", true, "PROXY TCP4 192.0.2.1 198.51.100.7"},
        // Mixed: both are promoted.
        {"2001:db8::1", "::ffff:198.51.100.7", false, "PROXY TCP6 2001:db8::1 ::ffff:198.51.100.7"},
        {"::ffff:192.0.2.1", "2001:db8::7", false, "PROXY TCP6 ::ffff:192.0.2.1 2001:db8::7"},
        {"::1", "::1", false, "PROXY TCP6 ::1 ::1"},
        {"::", "::", false, "PROXY TCP6 :: ::"},
    };
    for (const auto& r : rows) {
        CAPTURE(r.from, r.to);
        const auto from = at(r.from, 56324), to = at(r.to, 443);
        CHECK(proxy_header(proxy_protocol::off, from, to).empty());
        CHECK(proxy_header(proxy_protocol::v1, from, to) == r.version_1 + " 56324 443\r\n"s);
        const auto begin = signature + (r.ipv4 ? "\x21\x11\x00\x0c"s : "\x21\x21\x00\x24"s);
        CHECK(proxy_header(proxy_protocol::v2, from, to) ==
              begin + octets(r.from, r.ipv4) + octets(r.to, r.ipv4) + "\xdc\x04\x01\xbb"s);
    }
}

TEST_CASE("a PROXY header's ports are written as they are", "[proxy_header]")
{
    const auto from = at("::ffff:192.0.2.1", 65535), to = at("::ffff:192.0.2.2", 0);
    CHECK(proxy_header(proxy_protocol::v1, from, to) ==
          "PROXY TCP4 192.0.2.1 192.0.2.2 65535 0\r\n");
    CHECK(proxy_header(proxy_protocol::v2, from, to).substr(24) == "\xff\xff\x00\x00"s);
}

TEST_CASE("a PROXY header is no longer than its version allows", "[proxy_header]")
{
    const auto longest = at("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 65535);
    const auto line = proxy_header(proxy_protocol::v1, longest, longest);
    CHECK(line.size() == 104); // of 107, with the longest UNKNOWN
    CHECK(line.ends_with(" 65535 65535\r\n"));
    CHECK(proxy_header(proxy_protocol::v2, longest, longest).size() == 52);
    const auto ipv4 = at("::ffff:255.255.255.255", 65535);
    CHECK(proxy_header(proxy_protocol::v1, ipv4, ipv4).size() == 56);
    CHECK(proxy_header(proxy_protocol::v2, ipv4, ipv4).size() == 28);
}

TEST_CASE("a connection for no client says that it is one", "[proxy_header]")
{
    const auto from = at("::ffff:192.0.2.1", 1000), to = at("::ffff:192.0.2.2", 80);
    CHECK(proxy_header_for_nobody(proxy_protocol::off, from, to).empty());
    CHECK(proxy_header_for_nobody(proxy_protocol::v1, from, to) ==
          "PROXY TCP4 192.0.2.1 192.0.2.2 1000 80\r\n");
    CHECK(proxy_header_for_nobody(proxy_protocol::v2, from, to) == signature + "\x20\x00\x00\x00"s);
}
