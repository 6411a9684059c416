// SPDX-License-Identifier: Apache-2.0
//
// An HTTP/2 client made of raw frames (RFC 9113), on plain TCP with prior knowledge: it can say
// what no library would. Fields go out as literals (RFC 7541 6.2.2); of what comes back it
// understands the status.
#pragma once

#include "raw_client.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace v6front
{

class h2_client
{
public:
    using fields = std::vector<std::pair<std::string, std::string>>;

    explicit h2_client(std::uint16_t port); // the preface and the settings are exchanged

    void headers(std::uint32_t stream, const fields& list, bool end_stream);
    void data(std::uint32_t stream, std::string_view bytes, bool end_stream);

    struct answer {
        int status = 0;
        std::string body;
        bool ended = false;
        bool reset = false;
    };
    // Reads frames until the stream has so much body, or has ended, or the connection has.
    const answer& read(std::uint32_t stream, std::size_t octets = SIZE_MAX);
    // Until its final head is there.
    const answer& read_head(std::uint32_t stream);
    bool is_over() const { return over_; }                  // the server has ended the connection
    bool offers_connect() const { return offers_connect_; } // RFC 8441

private:
    bool read_frame();
    void on_frame(unsigned type, unsigned flags, std::uint32_t stream, std::string_view payload);
    void send_frame(unsigned type, unsigned flags, std::uint32_t stream, std::string_view payload);
    bool fill(std::size_t octets);

    raw_client client_;
    std::string input_;
    std::map<std::uint32_t, answer> answers_;
    bool settled_ = false;
    bool over_ = false;
    bool offers_connect_ = false;
};

} // namespace v6front
