// SPDX-License-Identifier: Apache-2.0
#include "chunked_decoder.hpp"

#include "core/base/ascii.hpp"
#include "core/base/quote.hpp"
#include "field_section.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace v6front
{
namespace
{

// Of a chunk's line, and of all trailers.
constexpr std::size_t max_line = 64 * 1024;

failure bad_chunk(std::string_view why, std::string_view line)
{
    return {reason::response_body_bad, {}, std::string(why) + ": " + quote_line(line)};
}

} // namespace

result<chunked_decoder::progress> chunked_decoder::decode(std::string_view input,
                                                          std::span<char> into)
{
    return decode(input, into.data(), into.size());
}

result<bool> chunked_decoder::ends_in(std::string_view input) const
{
    chunked_decoder trial(*this);
    const auto end = trial.decode(input, nullptr, std::numeric_limits<std::size_t>::max());
    if (!end)
        return end.error();
    const auto next = trial.decode(input.substr(end->used), nullptr, 0);
    if (!next)
        return next.error();
    return trial.is_over();
}

// Where `into` is null, nothing is copied.
result<chunked_decoder::progress> chunked_decoder::decode(std::string_view input, char* into,
                                                          std::size_t room)
{
    progress done;
    std::optional<failure> bad;
    while (at_ != part::over) {
        const std::string_view rest = input.substr(done.used);
        if (at_ == part::data) {
            const auto n = static_cast<std::size_t>(
                std::min<std::uint64_t>(left_, std::min(rest.size(), room - done.filled)));
            if (n > 0 && into)
                std::memcpy(into + done.filled, rest.data(), n);
            done.used += n;
            done.filled += n;
            left_ -= n;
            if (left_ > 0) {
                done.waits = n < rest.size() ? wait::for_room : wait::for_input;
                return done;
            }
            at_ = part::data_end;
            continue;
        }
        const std::size_t taken = at_ == part::size       ? take_line(rest, bad)
                                  : at_ == part::data_end ? take_data_end(rest, bad)
                                                          : take_trailers(rest, bad);
        if (bad && done.filled == 0)
            return *std::move(bad);
        if (taken == 0) {
            done.waits = bad ? wait::for_room : wait::for_input;
            return done;
        }
        done.used += taken;
    }
    done.waits = wait::for_nothing;
    return done;
}

std::size_t chunked_decoder::take_line(std::string_view input, std::optional<failure>& bad)
{
    if (const std::size_t plain = take_plain_line(input); plain > 0)
        return plain;
    if (!input.empty() && hex_value(input.front()) < 0) {
        bad = bad_chunk(is_blank(input.front()) ? "blanks before a chunk size"
                                                : "a chunk without a size",
                        input);
        return 0;
    }
    const auto lf = input.find('\n', searched_);
    if (lf == input.npos) {
        searched_ = input.size();
        if (input.size() > max_line)
            bad = bad_chunk("a chunk size line that does not end", input);
        return 0;
    }
    bad = take_size(input.substr(0, lf));
    if (bad)
        return 0;
    return lf + 1;
}

// What nearly every line is: a size and CRLF.
std::size_t chunked_decoder::take_plain_line(std::string_view input)
{
    constexpr std::size_t max_digits = 15;
    std::uint64_t size = 0;
    std::size_t digits = 0;
    for (; digits < std::min(input.size(), max_digits); ++digits) {
        const int value = hex_value(input[digits]);
        if (value < 0)
            break;
        size = size * 16 + static_cast<std::uint64_t>(value);
    }
    if (digits == 0 || input.substr(digits, 2) != "\r\n")
        return 0;
    begin_chunk(size);
    return digits + 2;
}

void chunked_decoder::begin_chunk(std::uint64_t size)
{
    left_ = size;
    searched_ = 0;
    at_ = size > 0 ? part::data : part::trailers;
}

std::optional<failure> chunked_decoder::take_size(std::string_view line)
{
    constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
    std::uint64_t size = 0;
    std::size_t digits = 0;
    for (; digits < line.size() && hex_value(line[digits]) >= 0; ++digits) {
        if (size > most >> 4U)
            return bad_chunk("a chunk size that is too large", line);
        size = size * 16 + static_cast<std::uint64_t>(hex_value(line[digits]));
    }
    std::string_view behind = line.substr(digits);
    const bool bare_lf = !behind.ends_with('\r');
    behind.remove_suffix(bare_lf ? 0 : 1);
    const auto extension = std::min(behind.find_first_not_of(" \t"), behind.size());
    if (extension == behind.size())
        irregular_ = irregular_ || bare_lf || extension > 0;
    else if (behind[extension] != ';')
        return bad_chunk("a chunk size followed by what is not an extension", line);
    else if (bare_lf)
        return bad_chunk("a chunk extension that ends in LF without CR", line);
    else if (behind.find('\r') != behind.npos || behind.find('\0') != behind.npos)
        return bad_chunk("a CR or NUL inside a chunk size line", line);
    begin_chunk(size);
    return std::nullopt;
}

std::size_t chunked_decoder::take_data_end(std::string_view input, std::optional<failure>& bad)
{
    std::size_t size = 2;
    if (input.starts_with("\r\n")) {
        at_ = part::size;
        return size;
    }
    if (input.starts_with('\n')) {
        irregular_ = true;
        size = 1;
    } else if (!std::string_view("\r\n").starts_with(input.substr(0, 2))) {
        bad = bad_chunk("a chunk's data is longer than its size", input);
        return 0;
    }
    if (input.size() < size)
        return 0;
    at_ = part::size;
    return size;
}

std::size_t chunked_decoder::take_trailers(std::string_view input, std::optional<failure>& bad)
{
    std::size_t end = input.starts_with('\n') ? 1 : input.starts_with("\r\n") ? 2 : input.npos;
    if (end == input.npos)
        end = end_of_field_section(input, searched_);
    if (end == input.npos) {
        if (input.size() > max_line)
            bad = bad_chunk("trailers larger than 64 KiB", input);
        return 0;
    }
    irregular_ = irregular_ || end == 1;
    if (end > 2)
        trailers_ = input.substr(0, end);
    at_ = part::over;
    return end;
}

} // namespace v6front
