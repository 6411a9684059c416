// SPDX-License-Identifier: Apache-2.0

#include "upload.hpp"

#include "core/message/trailers.hpp"
#include "net/loop/beside.hpp"

#include <boost/asio/error.hpp>

#include <charconv>

namespace v6front
{

namespace
{

// RFC 9112 7.1; the last chunk follows the last piece.
std::string_view as_chunk(const client::body_piece& next, const client& from, std::string& out)
{
    out.clear();
    if (!next.bytes.empty()) {
        char size[16];
        out.append(size, std::to_chars(size, size + sizeof size, next.bytes.size(), 16).ptr);
        out.append("\r\n").append(next.bytes).append("\r\n");
    }
    if (next.last)
        append_last_chunk(out, from.trailers());
    return out;
}

} // namespace

task<std::optional<failure>> upload::buffer(std::uint64_t most)
{
    bool last = false;
    client_.invite_body();
    while (!last) {
        const auto next = co_await client_.read_body();
        if (!next)
            co_return next.error();
        if (whole_.size() + next->bytes.size() > most)
            co_return failure{reason::client_body_too_large, {}, "bufferbody"};
        whole_ += next->bytes;
        last = next->last;
    }
    taken_ = whole_.size();
    how_ = {framing_kind::length, whole_.size()};
    buffered_ = true;
    begin_again();
    co_return std::nullopt;
}

void upload::begin_again() noexcept
{
    sent_ = false;
    if (!buffered_)
        return; // nothing has been sent, else there would be no other attempt
    piece_ = whole_;
    last_taken_ = true;
    done_ = piece_.empty();
}

// What filters of httpd have made longer or shorter than the client announced would end in the
// middle of the next request, or of this one (RFC 9112 6.3).
task<std::optional<failure>> upload::take_piece()
{
    const auto next = co_await client_.read_body();
    co_return take(next);
}

std::optional<failure> upload::take(const result<client::body_piece>& next)
{
    if (!next)
        return next.error();
    taken_ += next->bytes.size();
    last_taken_ = next->last;
    if (how_.kind == framing_kind::length &&
        (taken_ > how_.length || (next->last && taken_ < how_.length)))
        return failure{reason::client_body_malformed, {}, "its length differs from Content-Length"};
    piece_ = how_.kind == framing_kind::chunked ? as_chunk(*next, client_, chunk_) : next->bytes;
    return std::nullopt;
}

std::optional<failure> upload::take_at_hand()
{
    if (done_ || !piece_.empty() || last_taken_ || taken_ > 0)
        return std::nullopt;
    const auto next = client_.body_at_hand();
    return next ? take(*next) : std::nullopt;
}

void upload::note_sent(std::size_t octets) noexcept
{
    piece_.remove_prefix(octets);
    sent_ = sent_ || octets > 0;
    done_ = done_ || (last_taken_ && piece_.empty());
}

task<std::optional<failure>> upload::send(backend_connection& to, std::chrono::milliseconds timeout)
{
    while (!done_) {
        if (piece_.empty() && !last_taken_) {
            auto failed = co_await take_piece();
            if (failed)
                co_return failed;
        }
        if (!piece_.empty()) {
            const auto sent = co_await to.write_some(piece_, timeout);
            note_sent(sent.size);
            if (sent.error)
                co_return send_failure(sent);
        }
        note_sent(0);
    }
    co_return std::nullopt;
}

task<void> upload::send_rest(backend_connection& to, executor on)
{
    constexpr std::chrono::milliseconds moment{5};
    steady_timer end(on, moment);
    auto sending = end_of(send(to, moment));
    auto waiting = end_of(end.async_wait(use_task));
    co_await run_beside(on, beside::until_one_ends, std::move(sending), std::move(waiting));
}

failure send_failure(const io_result& sent)
{
    if (sent.error == asio::error::timed_out)
        return {reason::send_timed_out, {}, {}};
    return {reason::send_failed, sent.error, {}};
}

} // namespace v6front
