// SPDX-License-Identifier: Apache-2.0
//
// Where frames of WebSocket begin and end in a stream of bytes (RFC 6455 5.2): a frame of our own
// fits between two of them and nowhere else. It is told all bytes of one direction, from the first
// after the 101. Part of a tunnel.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace v6front
{

class websocket_frames
{
public:
    void pass(std::string_view bytes) noexcept;

    // The bytes so far are whole frames.
    bool is_between_frames() const noexcept { return !is_lost_ && have_ == 0 && left_ == 0; }
    // How many of the bytes that come next are whole frames, with the rest of one that has begun;
    // nullopt if that one does not end in them.
    std::optional<std::size_t> whole_frames_in(std::string_view next) const noexcept;
    // A Close frame has begun: nothing may follow it (RFC 6455 5.5.1).
    bool has_closed() const noexcept { return has_closed_; }
    // These are no frames that we know: no place in them is known to be a border.
    bool is_lost() const noexcept { return is_lost_; }

private:
    std::size_t step(std::string_view bytes) noexcept;
    std::size_t head_size() const noexcept;
    void begin_payload() noexcept;

    std::array<std::uint8_t, 14> head_{};
    std::uint8_t have_ = 0;  // octets of head_
    std::uint64_t left_ = 0; // octets of the payload
    bool has_closed_ = false;
    bool is_lost_ = false;
};

// A Close frame as a server sends it, without a mask. 1001 is "going away" (RFC 6455 7.4.1).
std::string websocket_close(std::uint16_t code);

} // namespace v6front
