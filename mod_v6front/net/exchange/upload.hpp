// SPDX-License-Identifier: Apache-2.0
//
// The client's body on its way up. Made with the exchange and alive through all of its attempts, so
// that it knows what of the body is still here to be sent again: everything if it was buffered, all
// while nothing has left. Never sends more or less than the framing says.
#pragma once

#include "core/message/framing.hpp"
#include "net/backends/backend_connection.hpp"
#include "client.hpp"

#include <optional>
#include <string>

namespace v6front
{

class upload
{
public:
    upload(client& from, const framing& how) : client_(from), how_(how)
    {
        done_ = how.kind == framing_kind::none;
    }

    const framing& how() const noexcept { return how_; }

    // Takes the whole body into memory, at most `most` octets; its length is known then.
    task<std::optional<failure>> buffer(std::uint64_t most);

    // What of it is here already, without waiting, is taken to be sent with the head.
    std::optional<failure> take_at_hand();
    std::string_view at_hand() const noexcept { return piece_; }
    void note_sent(std::size_t octets) noexcept;

    // Ends when all of the body is sent, or with a failure. Where it was cancelled, a later call
    // goes on.
    task<std::optional<failure>> send(backend_connection& to, std::chrono::milliseconds timeout);

    // After a final response: a site that answers before it has the body may have been quicker than
    // what is on its way to it, and a form is not worth a new connection. What takes longer than a
    // moment in coming is.
    task<void> send_rest(backend_connection& to, executor on);

    bool is_done() const noexcept { return done_; }
    // Something of it has left the client, and cannot be sent once more.
    bool is_gone() const noexcept { return sent_ && !buffered_; }
    // There is one, and the backend has seen nothing of it.
    bool is_unsent() const noexcept
    {
        return how_.kind != framing_kind::none && !empty() && !sent_;
    }
    // Can be sent again however far it got.
    bool is_replayable() const noexcept { return how_.kind == framing_kind::none || buffered_; }
    std::uint64_t taken() const noexcept { return taken_; } // octets, from the client

    // Before another attempt, which sends what is still here from its start.
    void begin_again() noexcept;

private:
    bool empty() const noexcept { return how_.kind == framing_kind::length && how_.length == 0; }
    task<std::optional<failure>> take_piece();
    std::optional<failure> take(const result<client::body_piece>& next);

    client& client_;
    framing how_;
    bool done_;
    bool buffered_ = false;
    bool sent_ = false; // by the attempt under way
    bool last_taken_ = false;
    std::uint64_t taken_ = 0;
    std::string_view piece_{}; // taken, not yet sent
    std::string chunk_{};      // what piece_ refers to when it is sent chunked
    std::string whole_{};      // the buffered body
};

// What a failed write means.
failure send_failure(const io_result& sent);

} // namespace v6front
