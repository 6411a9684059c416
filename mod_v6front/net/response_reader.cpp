// SPDX-License-Identifier: Apache-2.0

#include "response_reader.hpp"

#include "core/field_section.hpp"

#include <boost/asio/error.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <cstring>

namespace v6front
{

namespace http = boost::beast::http;

// Trailers among them.
constexpr std::size_t most_chunk_header = 64 * 1024;

// Beast's parser, writing fields as views and decoded chunks into the reader's current destination.
class response_reader::parser : public http::basic_parser<false>
{
public:
    parser(response_head& head, field_list& trailers, std::string_view text)
        : head_(head), trailers_(trailers), text_(text)
    {
        header_limit(static_cast<std::uint32_t>(text.size() + most_chunk_header));
        body_limit(boost::none); // the default would cut a download at 8 MiB
        head_.fields.reserve(usual_fields);
    }

    std::span<char> into{}; // where decoded chunk data goes
    std::size_t filled = 0;

    // Decodes what is at hand, as far as there is room for it. No error, or need_more: all is used.
    error_code decode(backend_connection& from)
    {
        error_code ec;
        // Beast asserts that the last chunk comes to it with no fewer octets than "0\r\n\r\n" has.
        while (!ec && !is_done() && from.input().size() >= (chunk_left_ > 0 ? 1 : 5)) {
            const auto input = from.input();
            from.consume(put(asio::buffer(input.data(), input.size()), ec));
        }
        return ec;
    }

private:
    static constexpr std::size_t usual_fields = 24;
    using beast_text = boost::beast::string_view;
    static std::string_view view(beast_text t) { return {t.data(), t.size()}; }

    void on_request_impl(http::verb, beast_text, beast_text, int, error_code&) override {}
    void on_response_impl(int code, beast_text phrase, int version, error_code&) override
    {
        head_.status = code;
        head_.phrase = view(phrase);
        head_.version = version;
    }
    void on_field_impl(http::field, beast_text name, beast_text value, error_code&) override
    {
        if (!in_body_)
            head_.fields.push_back({view(name), kept(value)});
        else // the buffer goes on to the next read, so these are copies
            trailers_.push_back({head_.rewritten.emplace_back(view(name)),
                                 head_.rewritten.emplace_back(view(value))});
    }
    // An obsolete folded value (RFC 9112 5.2) is unfolded by Beast in a buffer of its own, which
    // the next field overwrites.
    std::string_view kept(beast_text value)
    {
        if (value.data() >= text_.data() && value.data() < text_.data() + text_.size())
            return view(value);
        return head_.rewritten.emplace_back(value.data(), value.size());
    }
    void on_header_impl(error_code&) override { in_body_ = true; }
    void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}
    std::size_t on_body_impl(beast_text, error_code&) override { return 0; }
    void on_chunk_header_impl(std::uint64_t size, beast_text, error_code&) override
    {
        chunk_left_ = size;
    }
    std::size_t on_chunk_body_impl(std::uint64_t, beast_text data, error_code& ec) override
    {
        const auto n = std::min(data.size(), into.size() - filled);
        if (n > 0) // into may be empty, and memcpy takes no null
            std::memcpy(into.data() + filled, data.data(), n);
        filled += n;
        chunk_left_ -= n;
        if (n < data.size())
            ec = http::error::need_buffer;
        return n;
    }
    void on_finish_impl(error_code&) override {}

    response_head& head_;
    field_list& trailers_;
    std::string_view text_;
    bool in_body_ = false;
    std::uint64_t chunk_left_ = 0; // of the chunk begun last
};

response_reader::response_reader(backend_connection& connection, bool to_head_request,
                                 std::size_t most_head_bytes)
    : connection_(connection), to_head_request_(to_head_request), most_head_bytes_(most_head_bytes)
{
}

response_reader::~response_reader() = default;

failure response_reader::head_failure(error_code ec) const
{
    if (ec == asio::error::timed_out)
        return {reason::response_timed_out, {}, {}};
    if (!saw_bytes_)
        return {reason::no_response, ec, {}};
    if (ec == asio::error::eof || ec == asio::error::connection_reset)
        return {reason::response_head_cut, ec, {}};
    return {reason::bad_response, ec, {}};
}

namespace
{

// What cannot become HTTP/1 is known from its first bytes, long before a deadline.
bool may_be_http(std::string_view input)
{
    constexpr std::string_view prefix = "HTTP/1.";
    const auto n = std::min(input.size(), prefix.size());
    return input.substr(0, n) == prefix.substr(0, n);
}

// Line ends too many, behind the response before: skipped, as RFC 9112 2.2 has it for requests.
std::size_t leading_line_ends(std::string_view input)
{
    return std::min(input.find_first_not_of("\r\n"), input.size());
}

} // namespace

bool response_reader::has_head_at_hand() const noexcept
{
    auto input = connection_.input();
    input.remove_prefix(leading_line_ends(input));
    std::size_t searched = 0;
    return !may_be_http(input) || end_of_field_section(input, searched) != input.npos;
}

// The head is parsed in one go once all of it is there, so that its views stay where they are.
task<result<response_head*>> response_reader::read_head(std::chrono::milliseconds timeout)
{
    const auto until = deadline::clock::now() + timeout;
    std::size_t searched = 0;
    for (;;) {
        connection_.consume(searched == 0 ? leading_line_ends(connection_.input()) : 0);
        const auto input = connection_.input();
        saw_bytes_ = saw_bytes_ || !input.empty();
        if (!may_be_http(input))
            co_return failure{reason::bad_response, {}, "does not begin with HTTP/1."};
        // A bare LF ends it as well, so that Beast can refuse it now.
        const auto end = end_of_field_section(input, searched);
        if (end != input.npos ? end > most_head_bytes_ : input.size() > most_head_bytes_)
            co_return failure{reason::response_head_too_large, {}, {}};
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
    parser_ = std::make_unique<parser>(head_, trailers_, text);
    parser_->skip(to_head_request_);
    error_code ec;
    const auto used = parser_->put(asio::buffer(text.data(), text.size()), ec);
    if (ec || !parser_->is_header_done() || used != text.size())
        return failure{reason::bad_response, ec, {}};
    if (head_.status < 100) // neither interim nor final (RFC 9110 15)
        return failure{reason::bad_response, {}, "status " + std::to_string(head_.status)};
    // Anything but chunked would leave coded bytes that nobody decodes (RFC 9112 6.1).
    if (const auto* coding = find(head_.fields, "Transfer-Encoding");
        coding && !iequals(coding->value, "chunked"))
        return failure{
            reason::bad_response, {}, "Transfer-Encoding: " + std::string(coding->value)};
    connection_.consume(used);
    begin_body();
    return &head_;
}

// RFC 9112 6.3, for the final head; an interim one has no body.
void response_reader::begin_body()
{
    const auto length = parser_->content_length();
    if (length)
        head_.content_length = *length;
    // Whether chunks of an HTTP/1.0 server are what they seem, the end of the connection tells (RFC
    // 9112 6.1).
    head_.keep_alive = parser_->keep_alive() && (head_.version > 10 || !parser_->chunked());
    if (head_.status < 200)
        body_ = body::none;
    else if (to_head_request_ || head_.status == 204 || head_.status == 304)
        body_ = body::over;
    else if (parser_->chunked())
        body_ = body::chunked;
    else if (length)
        body_ = *length > 0 ? body::length : body::over;
    else
        body_ = body::until_close;
    left_ = length ? *length : 0;
}

task<result<std::size_t>> response_reader::read_body(std::span<char> into,
                                                     std::chrono::milliseconds timeout)
{
    if (body_ == body::over)
        co_return std::size_t{0};
    if (body_ == body::chunked)
        co_return co_await read_chunked(into, timeout);
    co_return co_await read_plain(into, timeout);
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

task<result<std::size_t>> response_reader::read_plain(std::span<char> into,
                                                      std::chrono::milliseconds timeout)
{
    if (body_ == body::length && into.size() > left_)
        into = into.first(static_cast<std::size_t>(left_));
    std::size_t n = 0;
    if (const auto input = connection_.input(); !input.empty()) {
        n = std::min(into.size(), input.size());
        std::memcpy(into.data(), input.data(), n);
        connection_.consume(n);
    } else {
        const auto got = co_await connection_.read_into(into, timeout);
        n = got.size;
        if (n == 0 && got.error == asio::error::eof && body_ == body::until_close) {
            body_ = body::over;
            co_return std::size_t{0};
        }
        if (n == 0)
            co_return body_failure(got.error);
    }
    if (body_ == body::length && (left_ -= n) == 0)
        body_ = body::over;
    co_return n;
}

task<result<std::size_t>> response_reader::read_chunked(std::span<char> into,
                                                        std::chrono::milliseconds timeout)
{
    parser_->into = into;
    parser_->filled = 0;
    for (;;) {
        const auto bad = parser_->decode(connection_);
        if (bad && bad != http::error::need_more && bad != http::error::need_buffer)
            co_return failure{reason::response_body_bad, bad, {}};
        if (parser_->is_done())
            body_ = body::over;
        if (parser_->filled > 0 || body_ == body::over)
            co_return parser_->filled;
        if (connection_.input().size() > most_chunk_header)
            co_return failure{reason::response_body_bad, {}, "endless chunk header"};
        const auto ec = co_await connection_.readable(timeout);
        if (ec)
            co_return body_failure(ec);
    }
}

// What lies in the buffer may be framing only, such as the line end behind a chunk: the parser goes
// over that, and stops where data would have to go somewhere.
bool response_reader::has_more_at_hand()
{
    if (body_ == body::chunked) {
        parser_->into = {};
        parser_->filled = 0;
        const auto stopped = parser_->decode(connection_);
        if (parser_->is_done())
            body_ = body::over;
        return body_ == body::over || (stopped && stopped != http::error::need_more);
    }
    return body_ == body::over || !connection_.input().empty();
}

bool response_reader::is_complete() const noexcept
{
    return body_ == body::over;
}

bool response_reader::may_reuse() const noexcept
{
    return body_ == body::over && head_.keep_alive && connection_.input().empty() &&
           !connection_.is_reading();
}

} // namespace v6front
