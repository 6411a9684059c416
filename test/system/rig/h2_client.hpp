// SPDX-License-Identifier: Apache-2.0
//
// An HTTP/2 client made of raw frames (RFC 9113), with TLS or by prior knowledge: it can say what
// no library would. Fields go out as literals (RFC 7541 6.2.2); what comes back is unpacked by
// nghttp2, and is a message like any other of these tests.
#pragma once

#include "field_block.hpp"
#include "raw_client.hpp"

#include <map>
#include <string>

namespace v6front
{

class h2_client
{
public:
    using fields = field_list;

    // The preface and the settings are exchanged.
    explicit h2_client(std::uint16_t port, client_options options = {});

    // Cut into frames of that many octets; a frame can have no more (RFC 9113 4.2).
    void headers(std::uint32_t stream, const fields& list, bool end_stream,
                 std::size_t most = 16384);
    // One frame, whether the server has room for it or not.
    void data(std::uint32_t stream, std::string_view bytes, bool end_stream);
    // As many frames as the server takes at a time. False if the stream ended before.
    bool body(std::uint32_t stream, std::string_view bytes);
    // The same without waiting: as much as there is room for, after what has come was read.
    std::size_t body_that_fits(std::uint32_t stream, std::string_view bytes);
    void reset(std::uint32_t stream);
    // What comes is not made room for again: the server may fill its windows, and send no more.
    void takes_no_more(bool holds);

    struct answer : http_message { // complete: to the END_STREAM that its length promised
        bool ended = false;
        bool reset = false;
    };
    // Reads frames until the stream has so much body, or has ended, or the connection has.
    const answer& read(std::uint32_t stream, std::size_t octets = SIZE_MAX);
    // Until its final head is there.
    const answer& read_head(std::uint32_t stream);
    // Until there is one more interim response, or the final head.
    const answer& read_interim(std::uint32_t stream);
    // Until it is reset, which may be after its answer has ended.
    const answer& read_reset(std::uint32_t stream);
    // What has been read of it, by whatever call.
    const answer& so_far(std::uint32_t stream) { return get(stream).said; }
    // What read() left is no longer kept, so that a body can be larger than any memory.
    void forget_body(std::uint32_t stream) { streams_[stream].said.body.clear(); }

    bool is_over() const { return over_; }                  // the server has ended the connection
    bool goes_away() const { return goes_away_; }           // it takes no more requests on it
    bool offers_connect() const { return offers_connect_; } // RFC 8441
    raw_client& transport() { return client_; }

private:
    struct one_stream {
        answer said;
        std::int64_t credit = 65535; // octets that the server still takes
        bool to_head = false;        // the request was HEAD
        bool headed = false;         // the final head is there
        std::uint64_t octets = 0;    // of the body, forgotten ones too
        std::uint32_t received = 0;  // octets that the server has no credit for again
    };

    one_stream& get(std::uint32_t number);
    using condition = std::function<bool(const one_stream&)>;
    const answer& read_until(std::uint32_t stream, const condition& holds);
    bool has_frame(); // a whole one, without waiting
    bool read_frame();
    void on_frame(unsigned type, unsigned flags, std::uint32_t number, std::string_view payload);
    void on_settings(std::string_view payload);
    void on_data(unsigned flags, std::uint32_t number, std::string_view payload);
    void on_fields(one_stream& s, const fields& list);
    void on_end(one_stream& s);
    void on_credit(std::uint32_t number, std::string_view payload);
    void make_room(std::uint32_t number, one_stream& s);
    void give_credit(std::uint32_t number, std::uint32_t octets);
    void send_frame(unsigned type, unsigned flags, std::uint32_t number, std::string_view payload);
    bool fill(std::size_t octets);

    raw_client client_;
    field_unpacker unpacker_;
    std::string input_;
    std::string block_; // of a head that is not all there
    bool block_ends_stream_ = false;
    std::map<std::uint32_t, one_stream> streams_;
    std::int64_t credit_ = 65535; // of the connection
    std::uint32_t received_ = 0;
    std::int64_t first_credit_ = 65535; // of a stream
    bool holds_ = false;
    bool settled_ = false;
    bool over_ = false;
    bool goes_away_ = false;
    bool offers_connect_ = false;
};

} // namespace v6front
