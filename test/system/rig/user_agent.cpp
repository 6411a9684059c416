// SPDX-License-Identifier: Apache-2.0
#include "user_agent.hpp"

#include <algorithm>
#include <cctype>
#include <cstdio>

namespace v6front
{

namespace
{

std::string lower_case(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

} // namespace

user_agent::user_agent(const httpd_server& server, client_options options)
    : server_(server), options_(std::move(options))
{
    options_.tls = server.options().tls;
    connect();
}

void user_agent::connect()
{
    http1_.reset();
    http2_.reset();
    reader_.reset();
    left_over_.clear();
    stream_ = 0;
    if (server_.options().http2)
        http2_.emplace(server_.port(), options_);
    else
        http1_.emplace(server_.port(), options_);
}

void user_agent::send(const question& q)
{
    const bool has_body = !q.body.empty();
    if (http2_)
        begin_http2(q, q.chunked ? std::nullopt : std::optional(q.body.size()), !has_body);
    else
        begin_http1(q, q.chunked ? std::nullopt : std::optional(q.body.size()));
    // In pieces, so that the end of one is not the end of the body.
    for (std::size_t at = 0; at < q.body.size(); at += 50000) {
        if (!send_body(std::string_view(q.body).substr(at, 50000)))
            return;
    }
    if (http2_ ? has_body : q.chunked)
        end_body();
}

void user_agent::begin(const question& q, std::optional<std::uint64_t> length)
{
    http2_ ? begin_http2(q, length, false) : begin_http1(q, length);
}

void user_agent::begin_http1(const question& q, std::optional<std::uint64_t> length)
{
    if (!http1_ || (reader_ && (!reader_->complete() || reader_->message().until_close ||
                                reader_->message().value("Connection") == "close")))
        connect();
    reader_.emplace(q.method == "HEAD" ? message_reader::expecting::response_to_head
                                       : message_reader::expecting::response);
    chunked_ = !length;
    http1_->send(head_text(q, length));
}

void user_agent::begin_http2(const question& q, std::optional<std::uint64_t> length, bool no_body)
{
    if (http2_->is_over() || http2_->goes_away())
        connect();
    stream_ += stream_ == 0 ? 1 : 2;
    fields list{{":method", q.method}};
    if (q.method == "CONNECT") { // RFC 9113 8.5
        list.insert(list.end(), {{":authority", q.target}});
    } else {
        list.insert(list.end(), {{":scheme", options_.tls ? "https" : "http"},
                                 {":path", q.target},
                                 {":authority", q.host}});
    }
    for (const auto& [name, value] : q.fields) {
        if (!same_name(name, "Connection")) { // of which HTTP/2 knows nothing
            list.emplace_back(lower_case(name), value);
        }
    }
    if (length.value_or(0) > 0)
        list.emplace_back("content-length", std::to_string(*length));
    http2_->headers(stream_, list, no_body);
}

bool user_agent::send_body(std::string_view piece)
{
    if (http2_)
        return http2_->body(stream_, piece);
    if (!chunked_)
        return http1_->send(piece);
    char size[20];
    std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
    return http1_->send(size) && http1_->send(piece) && http1_->send("\r\n");
}

std::size_t user_agent::send_body_that_fits(std::string_view piece)
{
    return http2_ ? http2_->body_that_fits(stream_, piece) : http1_->send_what_fits(piece);
}

void user_agent::end_body(const fields& trailers)
{
    if (http2_ && trailers.empty()) {
        http2_->data(stream_, {}, true);
    } else if (http2_) {
        http2_->headers(stream_, trailers, true);
    } else if (chunked_) {
        std::string end = "0\r\n";
        for (const auto& [name, value] : trailers)
            end += name + ": " + value + "\r\n";
        http1_->send(end + "\r\n");
    }
}

// One read of HTTP/1.1; false at the end of the message or of the connection.
bool user_agent::read_more()
{
    if (reader_->complete())
        return false;
    const std::string bytes =
        left_over_.empty() ? http1_->read_some() : std::exchange(left_over_, {});
    if (bytes.empty()) {
        reader_->end_of_stream();
        return false;
    }
    left_over_ = bytes.substr(reader_->feed(bytes));
    return true;
}

http_message user_agent::read_response()
{
    if (http2_)
        return http2_->read(stream_);
    while (read_more()) {
    }
    return reader_->message();
}

const http_message& user_agent::read_head()
{
    if (http2_)
        return http2_->read_head(stream_);
    while (!reader_->head_complete() && read_more()) {
    }
    return reader_->message();
}

const http_message& user_agent::read_body(std::size_t octets)
{
    if (http2_)
        return http2_->read(stream_, octets);
    while (reader_->message().body.size() < octets && read_more()) {
    }
    return reader_->message();
}

const http_message& user_agent::read_interim()
{
    if (http2_)
        return http2_->read_interim(stream_);
    const std::size_t before = reader_->message().interim.size();
    while (!reader_->head_complete() && reader_->message().interim.size() == before &&
           read_more()) {
    }
    return reader_->message();
}

void user_agent::forget_body()
{
    http2_ ? http2_->forget_body(stream_) : reader_->forget_body();
}

bool user_agent::is_told_to_stop()
{
    return http2_ ? http2_->read(stream_).ended : http1_->closed_by_peer();
}

void user_agent::cancel()
{
    http2_ ? http2_->reset(stream_) : http1_->reset();
}

void user_agent::leave()
{
    http2_ ? http2_->transport().close() : http1_->close();
}

} // namespace v6front
