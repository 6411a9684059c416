// SPDX-License-Identifier: Apache-2.0
//
// Any octets in the place of a chunked body. What is accepted as a whole one has to be what a
// second decoder makes of it, written to RFC 9112 7.1 and to what is accepted beside it: LF for
// CRLF, but behind an extension, and blanks behind a size.
#include "read_response.hpp"

#include <optional>

namespace
{

std::optional<std::size_t> size_of(std::string_view line) // without its LF
{
    const bool whole = line.ends_with('\r');
    line.remove_suffix(whole ? 1 : 0);
    if (line.find(';') != line.npos && !whole)
        return std::nullopt;
    if (line.find_first_of(std::string_view("\r\0", 2)) != line.npos)
        return std::nullopt;
    line = line.substr(0, line.find(';'));
    while (!line.empty() && (line.back() == ' ' || line.back() == '\t'))
        line.remove_suffix(1);
    std::size_t n = 0;
    for (const char c : line) {
        const auto digit = std::string_view("0123456789abcdefABCDEF").find(c);
        if (digit == line.npos || n >> 59)
            return std::nullopt;
        n = n * 16 + (digit > 15 ? digit - 6 : digit);
    }
    return line.empty() ? std::nullopt : std::optional(n);
}

// Nothing where this is no chunked body, up to its last chunk.
std::optional<std::string> decode(std::string_view rest)
{
    std::string body;
    for (;;) {
        const auto end = rest.find('\n');
        const auto n = end == rest.npos ? std::nullopt : size_of(rest.substr(0, end));
        if (!n)
            return std::nullopt;
        if (*n == 0)
            return body;
        rest.remove_prefix(end + 1);
        if (rest.size() < *n)
            return std::nullopt;
        body += rest.substr(0, *n);
        rest.remove_prefix(*n);
        if (!rest.starts_with('\n') && !rest.starts_with("\r\n"))
            return std::nullopt;
        rest.remove_prefix(rest.find('\n') + 1);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto got = v6front::test::read_as_backend(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(bytes));
    if (got.complete && got.body != decode(bytes))
        std::abort();
    return 0;
}
