// SPDX-License-Identifier: Apache-2.0
//
// Decodes a chunked body (RFC 9112 7.1) as its octets come. A value: a copy of it can be tried on
// what has come, and thrown away. Owned by the reader of the body, on its thread.
//
// Lines are taken whole; the caller keeps what was not used and passes it again, with more.
// Accepted beyond the grammar, and then no regular body: blanks after a size, lines that end in
// LF, trailers that are none (they go). Refused is what two readers would take for two things:
// blanks before a size, anything but an extension after it, an extension that ends in a bare LF,
// data that no line end follows; and a size that is no number or has none.
#pragma once

#include "core/base/failure.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace v6front
{

class chunked_decoder
{
public:
    enum class wait : std::uint8_t { for_input, for_room, for_nothing };
    struct progress {
        std::size_t used = 0;   // of the input
        std::size_t filled = 0; // of `into`
        wait waits = wait::for_input;
    };
    // As far as input and room go. What is wrong is told when all before it has been given out.
    result<progress> decode(std::string_view input, std::span<char> into);

    // Looks ahead, and decodes nothing: what is wrong in this input, or whether the body ends in
    // it.
    result<bool> ends_in(std::string_view input) const;

    bool is_over() const noexcept { return at_ == part::over; }
    bool is_regular() const noexcept { return !irregular_; }
    // The lines after the last chunk, with their empty line; for read_trailers.
    std::string_view trailer_lines() const noexcept { return trailers_; }

private:
    enum class part : std::uint8_t { size, data, data_end, trailers, over };

    result<progress> decode(std::string_view input, char* into, std::size_t room);
    // How much each takes of the input: 0 if it needs more, or cannot take it.
    std::size_t take_line(std::string_view input, std::optional<failure>& bad);
    std::size_t take_data_end(std::string_view input, std::optional<failure>& bad);
    std::size_t take_trailers(std::string_view input, std::optional<failure>& bad);
    std::size_t take_plain_line(std::string_view input);
    void begin_chunk(std::uint64_t size);
    std::optional<failure> take_size(std::string_view line);

    part at_ = part::size;
    bool irregular_ = false;
    std::uint64_t left_ = 0;   // of the chunk begun last
    std::size_t searched_ = 0; // of a line that is not whole yet
    std::string trailers_;
};

} // namespace v6front
