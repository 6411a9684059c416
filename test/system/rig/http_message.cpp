// SPDX-License-Identifier: Apache-2.0
#include "http_message.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace v6front
{

bool same_name(std::string_view a, std::string_view b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
        return std::tolower(x) == std::tolower(y);
    });
}

namespace
{

std::string_view trimmed(std::string_view text)
{
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
        text.remove_suffix(1);
    return text;
}

std::string word(const std::string& line, int wanted)
{
    std::size_t at = 0;
    for (; wanted > 0 && at != std::string::npos; --wanted) {
        at = line.find(' ', at);
        at = at == std::string::npos ? at : at + 1;
    }
    return at == std::string::npos ? "" : line.substr(at, line.find(' ', at) - at);
}

} // namespace

std::vector<std::string> http_message::values(std::string_view name) const
{
    std::vector<std::string> found;
    for (const auto& [field_name, field_value] : fields) {
        if (same_name(field_name, name))
            found.push_back(field_value);
    }
    return found;
}

std::string http_message::value(std::string_view name) const
{
    std::string joined;
    for (const std::string& one : values(name))
        joined += (joined.empty() ? "" : ", ") + one;
    return joined;
}

int http_message::status() const
{
    return start_line.starts_with("HTTP/") ? std::atoi(word(start_line, 1).c_str()) : 0;
}

std::string http_message::method() const
{
    return word(start_line, 0);
}

std::string http_message::target() const
{
    return word(start_line, 1);
}

std::size_t message_reader::feed(std::string_view bytes)
{
    std::size_t taken = 0;
    while (taken < bytes.size() && state_ != state::done) {
        const std::string_view rest = bytes.substr(taken);
        const bool data =
            state_ == state::length || state_ == state::until_close || state_ == state::chunk_data;
        taken += data ? feed_data(rest) : feed_line(rest);
    }
    return taken;
}

void message_reader::end_of_stream()
{
    if (state_ == state::until_close)
        finish();
}

std::size_t message_reader::feed_line(std::string_view bytes)
{
    const std::size_t end = bytes.find('\n');
    const std::size_t taken = end == std::string_view::npos ? bytes.size() : end + 1;
    line_.append(bytes.substr(0, taken));
    if (state_ == state::head)
        message_.head.append(bytes.substr(0, taken));
    if (end != std::string_view::npos) {
        line_complete();
        line_.clear();
    }
    return taken;
}

std::size_t message_reader::feed_data(std::string_view bytes)
{
    const std::size_t taken =
        state_ == state::until_close
            ? bytes.size()
            : static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
    message_.body.append(bytes.substr(0, taken));
    left_ -= state_ == state::until_close ? 0 : taken;
    if (left_ == 0 && state_ == state::length)
        finish();
    else if (left_ == 0 && state_ == state::chunk_data)
        state_ = state::chunk_end;
    return taken;
}

void message_reader::line_complete()
{
    const std::string_view line = trimmed(std::string_view(line_).substr(0, line_.size() - 1));
    switch (state_) {
    case state::chunk_size: {
        char* end = nullptr;
        left_ = std::strtoull(line_.c_str(), &end, 16);
        if (end == line_.c_str()) {
            break_off();
        } else {
            state_ = left_ == 0 ? state::trailers : state::chunk_data;
            message_.pieces += left_ == 0 ? 0 : 1;
        }
        break;
    }
    case state::chunk_end:
        if (line.empty())
            state_ = state::chunk_size;
        else
            break_off();
        break;
    case state::trailers:
        if (line.empty())
            finish();
        else
            add_field(line);
        break;
    default:
        head_line_complete();
    }
}

void message_reader::head_line_complete()
{
    const std::string_view line = trimmed(std::string_view(line_).substr(0, line_.size() - 1));
    if (message_.start_line.empty()) {
        if (line.empty()) {
            return; // RFC 9112 2.2: an empty line before a request
        }
        message_.start_line = line;
        if (what_ != expecting::request && !line.starts_with("HTTP/"))
            break_off();
    } else if (line.empty()) {
        decide_framing();
    } else {
        add_field(line);
    }
}

void message_reader::decide_framing()
{
    const int status = message_.status();
    if (what_ != expecting::request && status >= 100 && status < 200 && status != 101) {
        http_message interim = std::move(message_);
        message_ = {};
        message_.interim = std::move(interim.interim);
        interim.interim.clear();
        message_.interim.push_back(std::move(interim));
        return;
    }
    const bool bodiless =
        what_ == expecting::response_to_head || status == 204 || status == 304 || status == 101;
    if (bodiless) {
        finish();
    } else if (message_.has("Transfer-Encoding")) {
        state_ = state::chunk_size;
    } else if (message_.has("Content-Length")) {
        left_ = std::strtoull(message_.values("Content-Length").front().c_str(), nullptr, 10);
        state_ = state::length;
        if (left_ == 0)
            finish();
    } else if (what_ == expecting::request) {
        finish();
    } else {
        message_.until_close = true;
        state_ = state::until_close;
    }
}

void message_reader::add_field(std::string_view line)
{
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
        break_off();
        return;
    }
    message_.fields.emplace_back(line.substr(0, colon), trimmed(line.substr(colon + 1)));
}

void message_reader::finish()
{
    message_.complete = true;
    state_ = state::done;
}

void message_reader::break_off()
{
    message_.broken = true;
    state_ = state::done;
}

} // namespace v6front
