// SPDX-License-Identifier: Apache-2.0
//
// Reads HTTP/1.x messages for the tests: the scripted backend's requests, the raw client's
// responses. Written apart from the module's own parser, so that one mistake cannot hide in both.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace v6front
{

struct http_message {
    std::string start_line;
    std::vector<std::pair<std::string, std::string>> fields; // trailers among them
    std::string head;                                        // as it came, the empty line included
    std::string body;                                        // without the framing
    std::size_t pieces = 0;            // chunks, or frames, that had some of the body
    bool complete = false;             // by its own framing
    bool until_close = false;          // delimited by the end of the connection
    bool broken = false;               // not HTTP
    std::vector<http_message> interim; // 1xx that came before it

    // All values of that name, in order; joined with ", " by the second.
    std::vector<std::string> values(std::string_view name) const;
    std::string value(std::string_view name) const;
    bool has(std::string_view name) const { return !values(name).empty(); }

    int status() const;         // of a response; 0 if there is none
    std::string method() const; // of a request
    std::string target() const;
    // What was announced did not come: the reader can tell that something is missing.
    bool truncated() const { return !complete; }
};

class message_reader
{
public:
    enum class expecting { request, response, response_to_head };
    explicit message_reader(expecting what) : what_(what) {}

    // Takes what belongs to the message and says how much that was.
    std::size_t feed(std::string_view bytes);
    void end_of_stream();

    bool head_complete() const { return state_ != state::head; }
    bool complete() const { return state_ == state::done; }
    const http_message& message() const { return message_; }
    void forget_body() { message_.body.clear(); }
    http_message take() { return std::move(message_); }

private:
    enum class state {
        head,
        length,
        until_close,
        chunk_size,
        chunk_data,
        chunk_end,
        trailers,
        done
    };

    std::size_t feed_line(std::string_view bytes);
    std::size_t feed_data(std::string_view bytes);
    void line_complete();
    void head_line_complete();
    void decide_framing();
    void add_field(std::string_view line);
    void finish();
    void break_off();

    expecting what_;
    state state_ = state::head;
    std::string line_;
    std::uint64_t left_ = 0; // of the body or of the chunk
    http_message message_;
};

bool same_name(std::string_view a, std::string_view b);

} // namespace v6front
