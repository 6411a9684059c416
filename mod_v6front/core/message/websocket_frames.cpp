// SPDX-License-Identifier: Apache-2.0
#include "websocket_frames.hpp"

#include <algorithm>

namespace v6front
{

namespace
{

constexpr std::uint8_t opcode_bits = 0x0f;
constexpr std::uint8_t length_bits = 0x7f;
constexpr std::uint8_t mask_bit = 0x80;
constexpr std::uint8_t opcode_close = 0x8;

// Continuation, text, binary; close, ping, pong. The others are reserved.
bool is_known(std::uint8_t opcode)
{
    return opcode <= 0x2 || (opcode >= opcode_close && opcode <= 0xa);
}

std::size_t size_of_length(std::uint8_t second_octet)
{
    const auto length = second_octet & length_bits;
    return length == 126 ? 2U : length == 127 ? 8U : 0U;
}

} // namespace

// As far as it is known: the second octet tells the rest.
std::size_t websocket_frames::head_size() const noexcept
{
    if (have_ < 2)
        return 2;
    return 2 + size_of_length(head_[1]) + ((head_[1] & mask_bit) != 0 ? 4U : 0U);
}

void websocket_frames::begin_payload() noexcept
{
    const std::uint8_t opcode = head_[0] & opcode_bits;
    std::uint64_t length = head_[1] & length_bits;
    if (const std::size_t octets = size_of_length(head_[1]); octets > 0) {
        length = 0;
        for (std::size_t i = 0; i < octets; ++i)
            length = length << 8 | head_[2 + i];
    }
    is_lost_ = !is_known(opcode) || length >> 63 != 0;
    has_closed_ = has_closed_ || opcode == opcode_close;
    left_ = length;
    have_ = 0;
}

// Takes bytes up to the next border; how many these were.
std::size_t websocket_frames::step(std::string_view bytes) noexcept
{
    std::size_t taken = 0;
    while (taken < bytes.size() && left_ == 0 && !is_lost_) {
        head_[have_++] = static_cast<std::uint8_t>(bytes[taken++]);
        if (have_ < head_size())
            continue;
        begin_payload();
        if (is_between_frames())
            return taken;
    }
    if (is_lost_)
        return bytes.size();
    const auto rest = std::min<std::uint64_t>(left_, bytes.size() - taken);
    left_ -= rest;
    return taken + static_cast<std::size_t>(rest);
}

void websocket_frames::pass(std::string_view bytes) noexcept
{
    while (!bytes.empty())
        bytes.remove_prefix(step(bytes));
}

std::optional<std::size_t> websocket_frames::whole_frames_in(std::string_view next) const noexcept
{
    auto ahead = *this;
    std::optional<std::size_t> whole;
    std::size_t at = 0;
    for (;;) {
        if (ahead.is_between_frames())
            whole = at;
        if (at == next.size())
            return whole;
        at += ahead.step(next.substr(at));
    }
}

std::string websocket_close(std::uint16_t code)
{
    return {static_cast<char>(0x80 | opcode_close), 2, static_cast<char>(code >> 8),
            static_cast<char>(code & 0xff)};
}

} // namespace v6front
