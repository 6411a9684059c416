// SPDX-License-Identifier: Apache-2.0
//
// Reads one backend's response off a connection: heads (interim ones and the final one), then the
// body, piece by piece. What is HTTP and what is not, core/message/response_parser and
// core/message/chunked_decoder decide. Part of an attempt; refers to its connection, owns nothing
// of it.
#pragma once

#include "core/base/failure.hpp"
#include "core/message/chunked_decoder.hpp"
#include "core/message/response_body.hpp"
#include "net/backends/backend_connection.hpp"
#include "net/loop/at_once.hpp"

#include <optional>
#include <span>

namespace v6front
{

class response_reader
{
public:
    // No body is expected after the final head of a response to HEAD.
    response_reader(backend_connection& connection, bool to_head_request,
                    std::size_t max_head_bytes);
    response_reader(const response_reader&) = delete;
    response_reader& operator=(const response_reader&) = delete;

    // The next head, interim or final; valid until the next call. The deadline is for the whole
    // head.
    task<result<response_head*>> read_head(std::chrono::milliseconds timeout);
    // read_head() has all that it needs.
    bool has_head_at_hand() const noexcept;
    // After the final head: what is wrong with the part of the body that has arrived, or that the
    // backend has closed too early. Reads nothing.
    std::optional<failure> look_ahead();
    // Fills with the next decoded bytes what `room` gives once there are any; 0 at the end of the
    // message. `room` lives until then.
    at_once<result<std::size_t>> read_body(const body_room& room,
                                           std::chrono::milliseconds timeout);
    task<result<std::size_t>> read_body(std::span<char> into, std::chrono::milliseconds timeout);
    // Body bytes can be had without waiting for the backend, or the message is over.
    bool has_more_at_hand();
    // The message is over.
    bool is_complete() const noexcept { return is_over_; }
    // After the end of the message: the connection can carry another request.
    bool may_reuse() const noexcept;
    bool is_chunked() const noexcept { return body_.at == body_end::chunked && !is_over_; }
    // Behind the last chunk (RFC 9112 7.1.2), once the message is over.
    std::span<const field> trailers() const noexcept { return trailers_; }
    // Of a response: line ends before it do not count.
    bool saw_bytes() const noexcept { return saw_bytes_; }

private:
    result<response_head*> parse_head(std::string_view text);
    failure head_failure(error_code ec) const;
    result<chunked_decoder::progress> decode(std::span<char> into);
    std::size_t took_plain(std::size_t n);
    task<result<std::size_t>> read_chunked(const body_room& room,
                                           std::chrono::milliseconds timeout);
    task<result<std::size_t>> read_plain(const body_room& room, std::size_t most,
                                         std::chrono::milliseconds timeout);

    backend_connection& connection_;
    response_head head_;
    field_list trailers_;
    bool to_head_request_;
    std::size_t max_head_bytes_;
    bool saw_bytes_ = false;
    bool is_regular_ = true; // all heads say, and leave no doubt, where the next response begins
    bool is_over_ = false;
    response_body body_; // its length: what is left of it
    chunked_decoder chunks_;
};

} // namespace v6front
