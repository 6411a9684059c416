// SPDX-License-Identifier: Apache-2.0
#include "quote.hpp"

namespace v6front
{

std::string quote(std::string_view text)
{
    constexpr std::size_t most = 100;
    std::string out(1, '"');
    for (const char c : text.substr(0, most)) {
        if (c == '\0')
            out += "\\0";
        else
            out += c;
    }
    out += '"';
    if (text.size() > most)
        out.append("... (").append(std::to_string(text.size())).append(" octets)");
    return out;
}

std::string quote_line(std::string_view text)
{
    const std::string_view line = text.substr(0, text.find('\n'));
    return quote(line.substr(0, line.size() - (line.ends_with('\r') ? 1 : 0)));
}

} // namespace v6front
