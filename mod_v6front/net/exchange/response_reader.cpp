// SPDX-License-Identifier: Apache-2.0

#include "response_reader.hpp"

#include "core/message/field_lines.hpp"
#include "core/message/field_section.hpp"
#include "core/message/response_parser.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <cstring>

namespace v6front
{

// Line ends and blanks that a site has said too many, before a head.
constexpr std::size_t max_before_head = 64;

response_reader::response_reader(backend_connection& connection, bool to_head_request,
                                 std::size_t max_head_bytes)
    : connection_(connection), to_head_request_(to_head_request), max_head_bytes_(max_head_bytes)
{
}

failure response_reader::head_failure(error_code ec) const
{
    const auto input = connection_.input();
    auto detail = input.empty() ? std::string() : describe_cut_head(input);
    if (ec == asio::error::timed_out)
        return {reason::response_timed_out, {}, std::move(detail)};
    if (!saw_bytes_)
        return {reason::no_response, ec, {}};
    if (ec == asio::error::eof || ec == asio::error::connection_reset)
        return {reason::response_head_cut, ec, std::move(detail)};
    return {reason::bad_response, ec, {}};
}

bool response_reader::has_head_at_hand() const noexcept
{
    auto input = connection_.input();
    input.remove_prefix(before_status_line(input, max_before_head));
    std::size_t searched = 0;
    return !may_be_response(input) || end_of_field_section(input, searched) != input.npos;
}

// The head is parsed in one go once all of it is there, so that its views stay where they are.
task<result<response_head*>> response_reader::read_head(std::chrono::milliseconds timeout)
{
    const auto until = deadline::clock::now() + timeout;
    std::size_t skipped = 0;
    std::size_t searched = 0;
    for (;;) {
        if (searched == 0) {
            const auto n = before_status_line(connection_.input(), max_before_head - skipped);
            connection_.consume(n);
            skipped += n;
        }
        const auto input = connection_.input();
        saw_bytes_ = saw_bytes_ || !input.empty();
        // What cannot become HTTP/1 is known from its first bytes, long before a deadline.
        if (!may_be_response(input))
            co_return no_response_line(input);
        const auto end = end_of_field_section(input, searched);
        if (end != input.npos ? end > max_head_bytes_ : input.size() > max_head_bytes_)
            co_return failure{reason::response_head_too_large,
                              {},
                              describe_large_head(input.substr(0, end), max_head_bytes_)};
        is_regular_ = is_regular_ && skipped == 0;
        if (end != input.npos)
            co_return parse_head(input.substr(0, end));
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(until - deadline::clock::now());
        const auto ec = co_await connection_.readable(std::max(left, std::chrono::milliseconds(0)));
        if (ec)
            co_return head_failure(ec);
    }
}

result<response_head*> response_reader::parse_head(std::string_view text)
{
    head_.clear();
    const auto framed = parse_response_head(text, to_head_request_, head_);
    if (!framed)
        return framed.error();
    connection_.consume(text.size());
    is_regular_ = is_regular_ && head_.keep_alive;
    body_ = *framed;
    is_over_ = head_.status >= 200 &&
               (body_.at == body_end::none || (body_.at == body_end::length && body_.length == 0));
    return &head_;
}

namespace
{

// No more than was asked for: what follows a message is not its body.
std::span<char> room_for(const body_room& room, std::size_t most)
{
    const auto space = room(most);
    return space.first(std::min(space.size(), most));
}

} // namespace

at_once<result<std::size_t>> response_reader::read_body(const body_room& room,
                                                        std::chrono::milliseconds timeout)
{
    if (is_over_)
        return result<std::size_t>(std::size_t{0});
    if (body_.at == body_end::chunked) {
        if (!has_more_at_hand())
            return read_chunked(room, timeout);
        if (is_over_)
            return result<std::size_t>(std::size_t{0});
        const auto done = decode(room(connection_.input().size()));
        if (!done)
            return result<std::size_t>(done.error());
        if (done->filled > 0 || is_over_)
            return result<std::size_t>(done->filled);
        return read_chunked(room, timeout);
    }
    const auto most =
        body_.at == body_end::length
            ? static_cast<std::size_t>(std::min<std::uint64_t>(body_.length, SIZE_MAX))
            : SIZE_MAX;
    const auto input = connection_.input();
    if (input.empty())
        return read_plain(room, most, timeout);
    const auto into = room_for(room, std::min(most, input.size()));
    const auto n = std::min(into.size(), input.size());
    std::memcpy(into.data(), input.data(), n);
    connection_.consume(n);
    return result<std::size_t>(took_plain(n));
}

std::size_t response_reader::took_plain(std::size_t n)
{
    if (body_.at == body_end::length && (body_.length -= n) == 0)
        is_over_ = true;
    return n;
}

task<result<std::size_t>> response_reader::read_body(std::span<char> into,
                                                     std::chrono::milliseconds timeout)
{
    const body_room all_of_it = [&into](std::size_t) { return into; };
    const auto n = co_await read_body(all_of_it, timeout);
    co_return n;
}

namespace
{

failure body_failure(error_code ec)
{
    if (ec == asio::error::timed_out)
        return {reason::response_body_timed_out, {}, {}};
    return {reason::response_body_cut, ec, {}};
}

} // namespace

task<result<std::size_t>> response_reader::read_plain(const body_room& room, std::size_t most,
                                                      std::chrono::milliseconds timeout)
{
    const body_room up_to_end = [&room](std::size_t wanted) { return room_for(room, wanted); };
    const auto got = co_await connection_.read_into(up_to_end, most, timeout);
    if (got.size == 0 && got.error == asio::error::eof && body_.at == body_end::close) {
        is_over_ = true;
        co_return std::size_t{0};
    }
    if (got.size == 0)
        co_return body_failure(got.error);
    co_return took_plain(got.size);
}

result<chunked_decoder::progress> response_reader::decode(std::span<char> into)
{
    auto done = chunks_.decode(connection_.input(), into);
    if (done)
        connection_.consume(done->used);
    if (chunks_.is_over() && !is_over_) {
        is_over_ = true;
        is_regular_ = is_regular_ && chunks_.is_regular();
        field_section section{trailers_, head_.rewritten, false};
        read_trailers(chunks_.trailer_lines(), section);
        is_regular_ = is_regular_ && !section.irregular;
    }
    return done;
}

task<result<std::size_t>> response_reader::read_chunked(const body_room& room,
                                                        std::chrono::milliseconds timeout)
{
    for (;;) {
        const auto ec = co_await connection_.readable(timeout);
        if (ec)
            co_return body_failure(ec);
        if (!has_more_at_hand())
            continue;
        if (is_over_)
            co_return std::size_t{0};
        const auto done = decode(room(connection_.input().size()));
        if (!done)
            co_return done.error();
        if (done->filled > 0 || is_over_)
            co_return done->filled;
    }
}

// What lies in the buffer may be framing only, such as the line end after a chunk: the decoder
// goes over that, and stops where data would have to go somewhere.
bool response_reader::has_more_at_hand()
{
    if (!is_over_ && body_.at == body_end::chunked) {
        const auto done = decode({});
        return !done || done->waits != chunked_decoder::wait::for_input;
    }
    return is_over_ || !connection_.input().empty();
}

std::optional<failure> response_reader::look_ahead()
{
    const auto input = connection_.input();
    if (is_over_ || body_.at == body_end::close)
        return std::nullopt;
    result<bool> ends = input.size() >= body_.length;
    if (body_.at == body_end::chunked)
        ends = chunks_.ends_in(input);
    if (!ends)
        return ends.error();
    if (!*ends && connection_.has_ended())
        return body_failure(asio::error::eof);
    return std::nullopt;
}

bool response_reader::may_reuse() const noexcept
{
    return is_over_ && is_regular_ && connection_.input().empty() && !connection_.is_reading();
}

} // namespace v6front
