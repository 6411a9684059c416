// SPDX-License-Identifier: Apache-2.0
#include "trailers.hpp"

#include "token.hpp"

#include <algorithm>
#include <array>

namespace v6front
{

bool may_trail(std::string_view name) noexcept
{
    static constexpr std::array<std::string_view, 40> never{"content-length",
                                                            "content-encoding",
                                                            "content-type",
                                                            "content-range",
                                                            "host",
                                                            "via",
                                                            "forwarded",
                                                            "max-forwards",
                                                            "expect",
                                                            "range",
                                                            "authorization",
                                                            "www-authenticate",
                                                            "cookie",
                                                            "set-cookie",
                                                            "cache-control",
                                                            "pragma",
                                                            "age",
                                                            "expires",
                                                            "date",
                                                            "location",
                                                            "retry-after",
                                                            "vary",
                                                            "warning",
                                                            "if",
                                                            "if-match",
                                                            "if-none-match",
                                                            "if-modified-since",
                                                            "if-unmodified-since",
                                                            "if-range",
                                                            "destination",
                                                            "x-forwarded-for",
                                                            "x-forwarded-host",
                                                            "x-forwarded-proto",
                                                            "x-forwarded-server",
                                                            "x-forwarded-port",
                                                            "x-request-id",
                                                            "x-pseudo-ipv4",
                                                            "x-connecting-ipv6",
                                                            "proxy",
                                                            "status"};
    return !name.empty() && !is_hop_by_hop(name) &&
           std::none_of(never.begin(), never.end(),
                        [name](std::string_view other) { return is_read_as(name, other); });
}

bool accepts_trailers(const field& f) noexcept
{
    return f.name.size() == 2 && iequals(f.name, "te") && list_contains(f.value, "trailers");
}

void append_trailers(std::string& out, std::span<const field> trailers)
{
    for (const field& f : trailers) {
        if (may_trail(f.name) && is_one_line(f.name) && is_one_line(f.value))
            out.append(f.name).append(": ").append(f.value).append("\r\n");
    }
}

void append_last_chunk(std::string& out, std::span<const field> trailers)
{
    out += "0\r\n";
    append_trailers(out, trailers);
    out += "\r\n";
}

} // namespace v6front
