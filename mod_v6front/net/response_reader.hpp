// SPDX-License-Identifier: Apache-2.0
//
// Reads one backend's response off a connection: heads (interim ones and the final one), then the
// body, piece by piece, as framed by RFC 9112 6.3. Beast's parser decides what is HTTP and what is
// not. Part of an attempt; refers to its connection, owns nothing of it.
#pragma once

#include "core/failure.hpp"
#include "core/response_head.hpp"
#include "backend_connection.hpp"

#include <memory>
#include <span>

namespace v6front
{

class response_reader
{
public:
    // No body is expected after the final head of a response to HEAD.
    response_reader(backend_connection& connection, bool to_head_request,
                    std::size_t most_head_bytes);
    ~response_reader();
    response_reader(const response_reader&) = delete;
    response_reader& operator=(const response_reader&) = delete;

    // The next head, interim or final; valid until the next call. The deadline is for the whole
    // head.
    task<result<response_head*>> read_head(std::chrono::milliseconds timeout);
    // read_head() has all that it needs.
    bool has_head_at_hand() const noexcept;
    // Fills `into` with the next decoded bytes; 0 at the end of the message.
    task<result<std::size_t>> read_body(std::span<char> into, std::chrono::milliseconds timeout);
    // Body bytes can be had without waiting for the backend, or the message is over.
    bool has_more_at_hand();
    // The message is over.
    bool is_complete() const noexcept;
    // After the end of the message: the connection can carry another request.
    bool may_reuse() const noexcept;
    bool is_chunked() const noexcept { return body_ == body::chunked; } // and not at its end
    // Behind the last chunk (RFC 9112 7.1.2), once the message is over.
    std::span<const field> trailers() const noexcept { return trailers_; }
    bool saw_bytes() const noexcept { return saw_bytes_; }

private:
    class parser;

    result<response_head*> parse_head(std::string_view text);
    failure head_failure(error_code ec) const;
    task<result<std::size_t>> read_chunked(std::span<char> into, std::chrono::milliseconds timeout);
    task<result<std::size_t>> read_plain(std::span<char> into, std::chrono::milliseconds timeout);
    void begin_body();

    backend_connection& connection_;
    std::unique_ptr<parser> parser_;
    response_head head_;
    field_list trailers_;
    bool to_head_request_;
    std::size_t most_head_bytes_;
    bool saw_bytes_ = false;
    enum class body { none, length, chunked, until_close, over } body_ = body::none;
    std::uint64_t left_ = 0; // of a body with a length
};

} // namespace v6front
