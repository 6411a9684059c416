// SPDX-License-Identifier: Apache-2.0
#include "framing.hpp"

#include "core/base/ascii.hpp"
#include "core/base/numbers.hpp"

#include <limits>

namespace v6front
{
namespace
{

failure ambiguous(const field& f)
{
    // A value can be as long as a client likes; the log needs its beginning.
    constexpr std::size_t most = 120;
    std::string detail(f.name);
    detail += ": ";
    detail += f.value.substr(0, most);
    detail += f.value.size() > most ? "..." : "";
    return {reason::ambiguous_framing, {}, std::move(detail)};
}

// True if every element of the list is a valid length and the same as `seen`, which is set by the
// first. Compared as text: "5" and "05" are one number, but not to every reader.
bool take_lengths(std::string_view list, std::optional<std::string_view>& seen) noexcept
{
    do {
        const bool last = list.find(',') == std::string_view::npos;
        const std::string_view text = take_element(list);
        if (!parse_content_length(text) || (seen && *seen != text))
            return false;
        seen = text;
        if (last)
            return true;
    } while (true);
}

} // namespace

std::optional<std::uint64_t> parse_content_length(std::string_view text) noexcept
{
    return parse_number<std::uint64_t>(text, 0, std::numeric_limits<std::int64_t>::max());
}

result<framing> request_framing(std::span<const field> fields)
{
    const field* coding = nullptr;
    std::optional<std::string_view> length;
    for (const field& f : fields) {
        if (iequals(f.name, "transfer-encoding")) {
            if (coding || length || !iequals(trim(f.value), "chunked"))
                return ambiguous(f);
            coding = &f;
        } else if (iequals(f.name, "content-length")) {
            if (coding || !take_lengths(f.value, length))
                return ambiguous(f);
        }
    }
    if (coding)
        return framing{framing_kind::chunked, 0};
    if (length)
        return framing{framing_kind::length, *parse_content_length(*length)};
    return framing{};
}

} // namespace v6front
