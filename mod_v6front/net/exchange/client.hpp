// SPDX-License-Identifier: Apache-2.0
//
// The client side of one exchange, as the exchange sees it: body bytes in, head and body bytes out.
// Who implements it knows what a client is; the exchange does not. One exchange, one thread, no
// overlap of calls but reading the body may continue while the response is sent.
#pragma once

#include "core/base/failure.hpp"
#include "core/message/response_head.hpp"
#include "net/loop/asio.hpp"
#include "upgraded_client.hpp"

#include <functional>
#include <optional>
#include <span>
#include <string_view>

namespace v6front
{

class client
{
public:
    virtual ~client() = default;

    struct body_piece {
        std::string_view bytes; // valid until the next call; may be empty only with `last`
        bool last = false;
    };
    // Waits for the next piece of the request's body, decoded. Can be cancelled without loss.
    virtual task<result<body_piece>> read_body() = 0;
    // The same without waiting, at the body's beginning: what is there goes out with the head.
    // Nothing: it has to be waited for.
    virtual std::optional<result<body_piece>> body_at_hand() { return std::nullopt; }
    // A client that waits for "100 Continue" gets it when its body is next waited for.
    virtual void invite_body() = 0;
    // What came after the last piece (RFC 9110 6.5); valid as long as the client.
    virtual field_list trailers() const { return {}; }

    // An interim response (1xx but 101), for a client that can take it.
    virtual void send_interim(const response_head& head) = 0;
    // Passes a 101 on, after which the client's side is bytes; it belongs to the client and lives
    // as long. nullptr if that cannot be, which request_view::may_upgrade tells beforehand.
    virtual upgraded_client* switch_protocols(const response_head&) { return nullptr; }
    // The final head, edited. It may be held back to travel with the first of the body.
    virtual void send_head(const response_head& head) = 0;
    // Where the next bytes of the response's body go, which are there and not more than `most`: at
    // least 1.
    virtual std::span<char> body_space(std::size_t most) = 0;
    // Hands the first n bytes of body_space() down. May be held back when `more` follows at once.
    enum class flow : std::uint8_t { more, pause };
    virtual result<void> send_body(std::size_t n, flow next) = 0;
    // It has said that it takes trailers; and here they are, after the last of the body.
    virtual bool takes_trailers() const { return false; }
    virtual void send_trailers(std::span<const field>) {}
    // From now on, while nobody reads from the client: called once if it goes away. nullptr ends
    // the watch. A client that has closed its sending side is taken for one that is gone, as nginx
    // does.
    virtual void watch_for_departure(std::function<void()> gone) = 0;
    virtual bool has_departed() const = 0;
    // More was handed down than the client has taken: wait until it has caught up.
    virtual bool is_behind() const = 0;
    virtual task<result<void>> caught_up() = 0;
};

} // namespace v6front
