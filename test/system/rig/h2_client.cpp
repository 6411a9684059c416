// SPDX-License-Identifier: Apache-2.0
#include "h2_client.hpp"

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <utility>

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
    type_window = 8,
    type_continuation = 9
};
enum : unsigned { flag_end_stream = 1, flag_ack = 1, flag_end_headers = 4, flag_padded = 8 };
enum : unsigned { flag_priority = 32 };
enum : unsigned { setting_window = 4, setting_connect = 8 };
constexpr std::size_t largest_frame = 16384; // RFC 9113 4.2, unless the server says otherwise
constexpr std::uint32_t window = 1 << 20;    // what the server may send unasked
const std::string method_name = ":method", head_method = "HEAD";

void put_number(std::string& out, std::uint32_t n, int octets)
{
    for (int shift = 8 * (octets - 1); shift >= 0; shift -= 8)
        out += static_cast<char>(n >> shift & 0xff);
}

std::uint32_t value_of(std::string_view octets)
{
    return std::accumulate(octets.begin(), octets.end(), std::uint32_t{0},
                           [](auto n, char c) { return n << 8 | static_cast<unsigned char>(c); });
}

client_options speaking_h2(client_options options)
{
    options.alpn = "h2";
    return options;
}

} // namespace

h2_client::h2_client(std::uint16_t port, client_options options)
    : client_(port, speaking_h2(options))
{
    client_.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    std::string settings;
    put_number(settings, setting_window, 2);
    put_number(settings, window, 4);
    send_frame(type_settings, 0, 0, settings);
    give_credit(0, window - 65535);
    while (!settled_ && read_frame()) {
    }
}

h2_client::one_stream& h2_client::get(std::uint32_t number)
{
    const auto [at, is_new] = streams_.try_emplace(number);
    if (is_new)
        at->second.credit = first_credit_;
    return at->second;
}

void h2_client::headers(std::uint32_t number, const fields& list, bool end_stream, std::size_t most)
{
    const std::string block = packed(list);
    const auto method = std::find(list.begin(), list.end(), std::pair{method_name, head_method});
    get(number).to_head = method != list.end();
    const std::string_view all = block;
    std::size_t at = std::min(all.size(), most);
    send_frame(type_headers,
               (at == all.size() ? flag_end_headers : 0U) | (end_stream ? flag_end_stream : 0U),
               number, all.substr(0, at));
    while (at < all.size()) {
        const std::string_view piece = all.substr(at, most);
        at += piece.size();
        send_frame(type_continuation, at == all.size() ? flag_end_headers : 0U, number, piece);
    }
}

void h2_client::data(std::uint32_t number, std::string_view bytes, bool end_stream)
{
    const auto octets = static_cast<std::int64_t>(bytes.size());
    get(number).credit -= octets;
    credit_ -= octets;
    send_frame(type_data, end_stream ? flag_end_stream : 0U, number, bytes);
}

bool h2_client::body(std::uint32_t number, std::string_view bytes)
{
    const one_stream& s = get(number);
    while (!bytes.empty()) {
        const std::int64_t room =
            std::min({s.credit, credit_, static_cast<std::int64_t>(largest_frame)});
        if (s.said.ended || (room <= 0 && !read_frame()))
            return false;
        if (room > 0) {
            const auto piece = bytes.substr(0, static_cast<std::size_t>(room));
            data(number, piece, false);
            bytes.remove_prefix(piece.size());
        }
    }
    return true;
}

std::size_t h2_client::body_that_fits(std::uint32_t number, std::string_view bytes)
{
    const one_stream& s = get(number);
    std::size_t sent = 0;
    while (sent < bytes.size() && !s.said.ended) {
        const std::int64_t room =
            std::min({s.credit, credit_, static_cast<std::int64_t>(largest_frame)});
        if (room > 0) {
            const auto piece = bytes.substr(sent, static_cast<std::size_t>(room));
            data(number, piece, false);
            sent += piece.size();
        } else if (!has_frame() || !read_frame()) {
            break;
        }
    }
    return sent;
}

void h2_client::reset(std::uint32_t number)
{
    send_frame(type_reset, 0, number, {"\0\0\0\x08", 4}); // CANCEL
}

const h2_client::answer& h2_client::read_until(std::uint32_t number, const condition& holds)
{
    const one_stream& s = get(number);
    while (!holds(s) && read_frame()) {
    }
    return s.said;
}

const h2_client::answer& h2_client::read(std::uint32_t number, std::size_t octets)
{
    return read_until(number, [octets](const one_stream& s) {
        return s.said.ended || s.said.body.size() >= octets;
    });
}

const h2_client::answer& h2_client::read_head(std::uint32_t number)
{
    return read_until(number, [](const one_stream& s) { return s.said.ended || s.headed; });
}

const h2_client::answer& h2_client::read_interim(std::uint32_t number)
{
    return read_until(number, [before = get(number).said.interim.size()](const one_stream& s) {
        return s.said.ended || s.headed || s.said.interim.size() > before;
    });
}

const h2_client::answer& h2_client::read_reset(std::uint32_t number)
{
    return read_until(number, [](const one_stream& s) { return s.said.reset; });
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

bool h2_client::has_frame()
{
    const auto is_whole = [this] {
        return input_.size() >= 9 &&
               input_.size() >= 9 + value_of(std::string_view(input_).substr(0, 3));
    };
    while (!is_whole() && client_.has_input() && fill(input_.size() + 1)) {
    }
    return is_whole();
}

bool h2_client::read_frame()
{
    if (over_ || !fill(9) || !fill(9 + value_of(std::string_view(input_).substr(0, 3))))
        return false;
    const std::string frame = input_.substr(0, 9 + value_of(std::string_view(input_).substr(0, 3)));
    input_.erase(0, frame.size());
    const std::string_view text = frame;
    on_frame(static_cast<unsigned char>(frame[3]), static_cast<unsigned char>(frame[4]),
             value_of(text.substr(5, 4)) & 0x7fffffff, text.substr(9));
    return true;
}

void h2_client::on_frame(unsigned type, unsigned flags, std::uint32_t number,
                         std::string_view payload)
{
    if ((type == type_headers || type == type_data) && (flags & flag_padded)) {
        const auto padding = static_cast<unsigned char>(payload[0]);
        payload = payload.substr(1, payload.size() - 1 - padding);
    }
    if (type == type_settings && !(flags & flag_ack)) {
        on_settings(payload);
    } else if (type == type_ping && !(flags & flag_ack)) {
        send_frame(type_ping, flag_ack, 0, payload);
    } else if (type == type_headers || type == type_continuation) {
        if (type == type_headers) {
            block_.clear();
            block_ends_stream_ = flags & flag_end_stream;
            payload.remove_prefix(flags & flag_priority ? 5 : 0);
        }
        block_ += payload;
        if (flags & flag_end_headers)
            on_fields(get(number), unpacker_.unpack(block_));
    } else if (type == type_data) {
        on_data(flags, number, payload);
    } else if (type == type_reset) {
        get(number).said.ended = get(number).said.reset = true;
    } else if (type == type_window) {
        on_credit(number, payload);
    } else if (type == type_goaway) { // what it has begun, it still ends
        goes_away_ = true;
        for (auto& [number_of, s] : streams_)
            s.said.ended = s.said.ended || number_of > value_of(payload.substr(0, 4));
    }
}

void h2_client::on_settings(std::string_view payload)
{
    for (std::size_t at = 0; at + 6 <= payload.size(); at += 6) {
        const std::uint32_t name = value_of(payload.substr(at, 2));
        const std::uint32_t value = value_of(payload.substr(at + 2, 4));
        offers_connect_ = offers_connect_ || (name == setting_connect && value == 1);
        if (name == setting_window) {
            for (auto& [number_of, s] : streams_)
                s.credit += value - first_credit_;
            first_credit_ = value;
        }
    }
    settled_ = true;
    send_frame(type_settings, flag_ack, 0, {});
}

void h2_client::on_data(unsigned flags, std::uint32_t number, std::string_view payload)
{
    one_stream& s = get(number);
    s.said.body += payload;
    s.said.pieces += payload.empty() ? 0 : 1;
    s.octets += payload.size();
    received_ += static_cast<std::uint32_t>(payload.size());
    s.received += static_cast<std::uint32_t>(payload.size());
    make_room(number, s);
    if (flags & flag_end_stream)
        on_end(s);
}

// Interim heads, the final one, or trailers.
void h2_client::on_fields(one_stream& s, const fields& list)
{
    http_message head = head_of(list);
    if (s.headed) {
        s.said.fields.insert(s.said.fields.end(), head.fields.begin(), head.fields.end());
    } else if (head.status() < 200) {
        s.said.interim.push_back(head);
    } else {
        head.interim = std::move(s.said.interim);
        static_cast<http_message&>(s.said) = std::move(head);
        s.headed = true;
    }
    if (block_ends_stream_)
        on_end(s);
}

// A response without a body may announce one (HEAD, 304), and one with a body has what it announced
// (RFC 9113 8.1.1).
void h2_client::on_end(one_stream& s)
{
    s.said.ended = true;
    const std::string length = s.said.value("content-length");
    s.said.complete = s.headed && (length.empty() || s.to_head || s.said.status() == 304 ||
                                   s.octets == std::strtoull(length.c_str(), nullptr, 10));
}

void h2_client::on_credit(std::uint32_t number, std::string_view payload)
{
    const std::int64_t more = value_of(payload) & 0x7fffffff;
    (number == 0 ? credit_ : get(number).credit) += more;
}

void h2_client::make_room(std::uint32_t number, one_stream& s)
{
    if (!holds_ && received_ > window / 4)
        give_credit(0, std::exchange(received_, 0));
    if (!holds_ && s.received > window / 4)
        give_credit(number, std::exchange(s.received, 0));
}

void h2_client::takes_no_more(bool holds)
{
    holds_ = holds;
    for (auto& [number, s] : streams_)
        make_room(number, s);
}

void h2_client::give_credit(std::uint32_t number, std::uint32_t octets)
{
    std::string credit;
    put_number(credit, octets, 4);
    send_frame(type_window, 0, number, credit);
}

void h2_client::send_frame(unsigned type, unsigned flags, std::uint32_t number,
                           std::string_view payload)
{
    std::string frame;
    put_number(frame, static_cast<std::uint32_t>(payload.size()), 3);
    put_number(frame, type, 1);
    put_number(frame, flags, 1);
    put_number(frame, number, 4);
    frame += payload;
    client_.send(frame);
}

} // namespace v6front
