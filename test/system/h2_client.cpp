// SPDX-License-Identifier: Apache-2.0
#include "h2_client.hpp"

namespace v6front
{

namespace
{

enum : unsigned {
    type_data = 0,
    type_headers = 1,
    type_reset = 3,
    type_settings = 4,
    type_ping = 6,
    type_goaway = 7,
    type_window = 8
};
enum : unsigned { flag_end_stream = 1, flag_ack = 1, flag_end_headers = 4, flag_padded = 8 };

void put_number(std::string& out, std::uint32_t n, int octets)
{
    for (int shift = 8 * (octets - 1); shift >= 0; shift -= 8) {
        out += static_cast<char>(n >> shift & 0xff);
    }
}

std::uint32_t number(std::string_view octets)
{
    std::uint32_t n = 0;
    for (const char c : octets) {
        n = n << 8 | static_cast<unsigned char>(c);
    }
    return n;
}

// A string of RFC 7541 5.2, its length with a prefix of 7 bits, without Huffman.
void put_string(std::string& out, const std::string& text)
{
    std::size_t n = text.size();
    if (n < 127) {
        out += static_cast<char>(n);
    } else {
        out += '\x7f';
        for (n -= 127; n >= 128; n /= 128) {
            out += static_cast<char>(n % 128 + 128);
        }
        out += static_cast<char>(n);
    }
    out += text;
}

// Three digits in the code of RFC 7541 appendix B: 0 to 2 have five bits, the others six.
int huffman_digits(std::string_view octets)
{
    int value = 0;
    std::uint32_t bits = number(octets) << (32 - 8 * octets.size());
    for (int i = 0; i < 3; ++i) {
        const bool is_short = bits >> 27 < 3;
        value = value * 10 + static_cast<int>(is_short ? bits >> 27 : (bits >> 26) - 0x19 + 3);
        bits <<= is_short ? 5 : 6;
    }
    return value;
}

// The first field of a response's block, which is :status; the dynamic table is never used.
int status_of(std::string_view block)
{
    while (!block.empty() && (block[0] & 0xe0) == 0x20) { // the table's size
        block.remove_prefix(1);
    }
    static constexpr int known[] = {200, 204, 206, 304, 400, 404, 500};
    const auto first = static_cast<unsigned char>(block.empty() ? 0 : block[0]);
    if (first >= 0x88 && first <= 0x8e) {
        return known[first - 0x88];
    }
    const bool huffman = block.size() > 1 && (block[1] & 0x80);
    const std::size_t length = block.size() > 1 ? block[1] & 0x7f : 0;
    const std::string_view text = block.substr(std::min<std::size_t>(2, block.size()), length);
    if (text.size() != length || length < 2 || length > 3) {
        return -1;
    }
    return huffman ? huffman_digits(text) : std::stoi(std::string(text));
}

} // namespace

h2_client::h2_client(std::uint16_t port) : client_(port)
{
    client_.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    std::string settings;
    put_number(settings, 1, 2); // SETTINGS_HEADER_TABLE_SIZE
    put_number(settings, 0, 4);
    send_frame(type_settings, 0, 0, settings);
    while (!settled_ && read_frame()) {
    }
}

void h2_client::headers(std::uint32_t stream, const fields& list, bool end_stream)
{
    std::string block;
    for (const auto& [name, value] : list) {
        block += '\0';
        put_string(block, name);
        put_string(block, value);
    }
    send_frame(type_headers, flag_end_headers | (end_stream ? flag_end_stream : 0U), stream, block);
}

void h2_client::data(std::uint32_t stream, std::string_view bytes, bool end_stream)
{
    send_frame(type_data, end_stream ? flag_end_stream : 0U, stream, bytes);
}

const h2_client::answer& h2_client::read(std::uint32_t stream, std::size_t octets)
{
    answer& a = answers_[stream];
    while (!a.ended && a.body.size() < octets && read_frame()) {
    }
    return a;
}

const h2_client::answer& h2_client::read_head(std::uint32_t stream)
{
    answer& a = answers_[stream];
    while (!a.ended && a.status < 200 && read_frame()) {
    }
    return a;
}

bool h2_client::fill(std::size_t octets)
{
    while (input_.size() < octets) {
        const std::string more = client_.read_some();
        if (more.empty()) {
            over_ = true;
            return false;
        }
        input_ += more;
    }
    return true;
}

bool h2_client::read_frame()
{
    if (over_ || !fill(9)) {
        return false;
    }
    const std::size_t length = number(std::string_view(input_).substr(0, 3));
    if (!fill(9 + length)) {
        return false;
    }
    const std::string frame = input_.substr(0, 9 + length);
    input_.erase(0, 9 + length);
    const std::string_view text = frame;
    on_frame(static_cast<unsigned char>(frame[3]), static_cast<unsigned char>(frame[4]),
             number(text.substr(5, 4)) & 0x7fffffff, text.substr(9));
    return true;
}

void h2_client::on_frame(unsigned type, unsigned flags, std::uint32_t stream,
                         std::string_view payload)
{
    if (type == type_settings && !(flags & flag_ack)) {
        for (std::size_t at = 0; at + 6 <= payload.size(); at += 6) {
            offers_connect_ = offers_connect_ || (number(payload.substr(at, 2)) == 8 &&
                                                  number(payload.substr(at + 2, 4)) == 1);
        }
        settled_ = true;
        send_frame(type_settings, flag_ack, 0, {});
    } else if (type == type_ping && !(flags & flag_ack)) {
        send_frame(type_ping, flag_ack, 0, payload);
    } else if (type == type_headers || type == type_data) {
        answer& a = answers_[stream];
        if (flags & flag_padded) {
            const auto padding = static_cast<unsigned char>(payload[0]);
            payload = payload.substr(1, payload.size() - 1 - padding);
        }
        if (type == type_headers && a.status < 200) {
            a.status = status_of(payload);
        } else if (type == type_data && !payload.empty()) {
            a.body += payload;
            for (const std::uint32_t whose : {0U, stream}) {
                std::string credit;
                put_number(credit, static_cast<std::uint32_t>(payload.size()), 4);
                send_frame(type_window, 0, whose, credit);
            }
        }
        a.ended = a.ended || (flags & flag_end_stream);
    } else if (type == type_reset) {
        answers_[stream].ended = answers_[stream].reset = true;
    } else if (type == type_goaway) {
        for (auto& [number_of, a] : answers_) {
            a.ended = true;
        }
        over_ = true;
    }
}

void h2_client::send_frame(unsigned type, unsigned flags, std::uint32_t stream,
                           std::string_view payload)
{
    std::string frame;
    put_number(frame, static_cast<std::uint32_t>(payload.size()), 3);
    put_number(frame, type, 1);
    put_number(frame, flags, 1);
    put_number(frame, stream, 4);
    frame += payload;
    client_.send(frame);
}

} // namespace v6front
