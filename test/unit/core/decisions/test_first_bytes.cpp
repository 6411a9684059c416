// SPDX-License-Identifier: Apache-2.0
//
// Whose connection it is, octet by octet: until enough is there the answer is "more", and from then
// on it stays what it is.
#include "mod_v6front/core/decisions/first_bytes.hpp"

#include "catch.hpp"

#include <string>
#include <vector>

using namespace v6front;
using namespace std::string_literals;

namespace
{

std::string number(std::size_t n, int octets)
{
    std::string out;
    for (int i = octets - 1; i >= 0; --i)
        out += static_cast<char>(n >> (8 * i));
    return out;
}

std::string vector(const std::string& bytes, int length_octets)
{
    return number(bytes.size(), length_octets) + bytes;
}

std::string extension(unsigned type, const std::string& body)
{
    return number(type, 2) + vector(body, 2);
}

std::string alpn(const std::vector<std::string>& names)
{
    std::string list;
    for (const auto& name : names)
        list += vector(name, 1);
    return extension(16, vector(list, 2));
}

std::string hello_message(const std::string& extensions)
{
    const std::string body = "\x03\x03"s + std::string(32, 'r') + vector(std::string(32, 's'), 1) +
                             vector("\x13\x01\x13\x02"s, 2) + vector("\0"s, 1) +
                             (extensions.empty() ? "" : vector(extensions, 2));
    return "\x01"s + vector(body, 3);
}

std::string record(const std::string& message)
{
    return "\x16\x03\x01"s + vector(message, 2);
}

std::string hello(const std::string& extensions)
{
    return record(hello_message(extensions));
}

const std::string name_extension = extension(0, vector("\0"s + vector("site.test", 2), 2));

constexpr offered_protocols nothing{}, h2{.h2 = true}, h2c{.h2c = true}, both{true, true};

struct row {
    const char* what;
    std::string bytes;
    offered_protocols offered;
    first_bytes whose;
    std::size_t after; // so many octets
};

const std::string preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const std::string proxy_local = "\r\n\r\n\0\r\nQUIT\n\x20\0\0\0"s;
const std::string longest_line = "PROXY UNKNOWN " + std::string(91, 'f') + "\r\n";
const std::string proxy_v1 = "PROXY TCP6 ::1 ::1 1 2\r\n";
const std::string proxy_v2 = "\r\n\r\n\0\r\nQUIT\n\x21\x21\0\x24"s + std::string(36, 'a');

const std::vector<row>& rows()
{
    constexpr auto ours = first_bytes::http1, other = first_bytes::other;
    static const std::string plain = hello(name_extension);
    static const std::string with_h2 = hello(name_extension + alpn({"h2", "http/1.1"}));
    static const std::string http1 = hello(alpn({"http/1.1"}) + name_extension);
    static const std::string acme = hello(alpn({"acme-tls/1"}));
    static const std::string grease = hello(alpn({"\x0a\x0a", "\xfa\xfa", "http/1.1"}));
    static const std::string no_extensions = hello("");
    static const std::string lies = hello(extension(16, "\xff\xff\x02h2"s));
    static const std::string long_name = hello(extension(16, vector("\xffh2"s, 2)));
    static const std::string many = hello(extension(21, std::string(2000, '\0')) + alpn({"h2"}));
    static const std::string split = record(hello_message(alpn({"h2"})).substr(0, 60));
    static const std::vector<row> all{
        {"a request", "GET / HTTP/1.1\r\n", nothing, ours, 1},
        {"a request where HTTP/2 is offered", "GET / HTTP/1.1\r\n", both, ours, 1},
        {"a request that begins as the preface does", "PROPFIND / HTTP/1.1", both, ours, 4},
        {"a request with P", "POST / HTTP/1.1", both, ours, 2},
        {"an empty line before a request", "\r\nGET / HTTP/1.1", both, ours, 3},
        {"two of them", "\r\n\r\nGET / HTTP/1.1", both, ours, 5},
        {"the preface", preface, h2c, other, preface.size()},
        {"the preface, where it is not spoken", preface, nothing, ours, 1},
        {"the preface, where only TLS speaks HTTP/2", preface, h2, ours, 3},
        {"a PROXY header", proxy_v1 + "GET / HTTP/1.1", both, ours, proxy_v1.size() + 1},
        {"a PROXY header without HTTP/2", proxy_v1, nothing, ours, 1},
        {"a PROXY header of version 2", proxy_v2 + "GET /", both, ours, proxy_v2.size() + 1},
        {"a PROXY header and the preface", proxy_v1 + preface, h2c, other,
         proxy_v1.size() + preface.size()},
        {"one of version 2 and the preface", proxy_v2 + preface, h2c, other,
         proxy_v2.size() + preface.size()},
        {"a PROXY header and a hello", proxy_v2 + with_h2, h2, other,
         proxy_v2.size() + with_h2.size()},
        {"a PROXY header and a hello of HTTP/1.1", proxy_v1 + http1, h2, ours,
         proxy_v1.size() + http1.size()},
        {"the longest line", longest_line + preface, h2c, other, 107 + preface.size()},
        {"one without addresses", proxy_local + preface, h2c, other, 16 + preface.size()},
        {"one with too many", "\r\n\r\n\0\r\nQUIT\n\x21\x31\0\xd9"s, h2c, ours, 16},
        {"two PROXY headers", proxy_v1 + proxy_v2, both, ours, proxy_v1.size() + 1},
        {"a PROXY header without an end", "PROXY " + std::string(101, 'x'), both, ours, 107},
        {"a hello without ALPN", plain, both, ours, plain.size()},
        {"a hello without extensions", no_extensions, both, ours, no_extensions.size()},
        {"a hello for HTTP/2", with_h2, both, other, with_h2.size()},
        {"a hello for HTTP/2 that is not offered", with_h2, h2c, ours, with_h2.size()},
        {"a hello for HTTP/1.1", http1, both, ours, http1.size()},
        {"a hello of a certificate authority", acme, nothing, other, acme.size()},
        {"a hello with names that nobody has", grease, both, ours, grease.size()},
        {"a hello with a long extension before ALPN", many, h2, other, many.size()},
        {"a hello in two records", split, h2, other, 9},
        {"a hello in two records without HTTP/2", split, nothing, ours, 9},
        {"a list of names longer than it is", lies, both, ours, lies.size()},
        {"a name longer than the list", long_name, both, ours, long_name.size()},
        {"another handshake message", record("\x02"s + vector("x", 3)), both, ours, 9},
        {"a record of no TLS that there was", "\x16\x01\x00\x00\x10"s, both, ours, 5},
        {"an empty record", "\x16\x03\x01\x00\x00"s, both, ours, 5},
        {"a record that is too long", "\x16\x03\x01\xff\xff"s, both, ours, 5},
        {"an alert", "\x15\x03\x01\x00\x02\x02\x28"s, both, ours, 1},
        {"SSL 2", "\x80\x2e\x01\x00\x02"s, both, ours, 1},
    };
    return all;
}

} // namespace

TEST_CASE("whose connection it is, by its first bytes", "[first_bytes]")
{
    for (const auto& r : rows()) {
        CAPTURE(r.what);
        const std::string longer = r.bytes + "what follows";
        for (std::size_t n = 0; n <= longer.size(); ++n) {
            CAPTURE(n);
            const auto wanted = n < r.after ? first_bytes::more : r.whose;
            CHECK(judge_first_bytes(std::string_view(longer).substr(0, n), r.offered) == wanted);
        }
    }
}

TEST_CASE("a hello that is cut off inside lengths of its own is an engine's", "[first_bytes]")
{
    const std::string whole = hello_message(name_extension + alpn({"h2"}));
    // So much of its body, with lengths of message and record that say it is all.
    for (std::size_t n = 0; n + 4 < whole.size(); ++n) {
        CAPTURE(n);
        const std::string cut = record("\x01"s + vector(whole.substr(4, n), 3));
        CHECK(judge_first_bytes(cut, both) == first_bytes::http1);
    }
}

TEST_CASE("Who could be served with HTTP/1", "[first_bytes]")
{
    struct row {
        const char* what;
        std::string bytes;
        bool may;
    };
    const row r = GENERATE(
        row{"nothing", "", true}, row{"a request", "GET / HTTP/1.1\r\n", true},
        row{"the preface", preface, false}, row{"behind a PROXY header", proxy_v1 + preface, false},
        row{"the preface and more", preface + "\0\0"s, false},
        row{"a PROXY header", "PROXY TCP4", true}, row{"no ALPN", hello(name_extension), true},
        row{"no extensions", hello(""), true},
        row{"a browser", hello(name_extension + alpn({"h2", "http/1.1"})), true},
        row{"HTTP/1 alone", hello(alpn({"http/1.1"})), true},
        row{"HTTP/2 alone", hello(name_extension + alpn({"h2"})), false},
        row{"another protocol", hello(alpn({"acme-tls/1"})), false},
        row{"a hello that goes on in another record",
            record(hello_message(alpn({"h2"})).substr(0, 60)), true});
    INFO(r.what);
    CHECK(may_speak_http1(r.bytes) == r.may);
}
