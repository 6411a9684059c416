// SPDX-License-Identifier: Apache-2.0
#include "strict_requests.hpp"

#include "http_message.hpp"
#include "scripted_backend.hpp"

#include <algorithm>
#include <optional>

namespace v6front
{

namespace
{

struct request_fault {
    std::string why;
};
struct missing {
};

bool is_token_text(std::string_view text)
{
    return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
        return std::isalnum(c) || std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) !=
                                      std::string_view::npos;
    });
}

bool is_value(std::string_view text)
{
    return std::all_of(text.begin(), text.end(),
                       [](unsigned char c) { return c == '\t' || (c >= 32 && c != 127); });
}

std::string_view without_blanks(std::string_view text)
{
    const auto begin = std::min(text.find_first_not_of(" \t"), text.size());
    return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

class strict_reader
{
public:
    strict_reader(std::string_view bytes, reading_of whom)
        : rest_(bytes),
          lenient_(whom != reading_of::front),
          folds_(whom == reading_of::client_that_folds)
    {
    }

    std::string_view rest() const { return rest_; }
    strict_request read(std::optional<strict_request>& begun)
    {
        strict_request r;
        begun.reset();
        request_line(r);
        fields(r.fields);
        check_host(r);
        const std::optional<std::uint64_t> length = framing(r);
        begun = r;
        length ? void(r.body = data(*length)) : chunks(r);
        begun.reset();
        return r;
    }

private:
    std::string_view line()
    {
        const auto end = rest_.find_first_of(std::string_view("\r\n\0", 3));
        if (end == rest_.npos || (rest_[end] == '\r' && end + 1 == rest_.size()))
            throw missing{};
        if (rest_.substr(end, 2) != "\r\n")
            throw request_fault{"a line that does not end in CRLF"};
        const auto text = rest_.substr(0, end);
        rest_.remove_prefix(end + 2);
        return text;
    }

    void request_line(strict_request& r)
    {
        if (lenient_) { // what lies between two messages is part of none
            rest_.remove_prefix(std::min(rest_.find_first_not_of("\r\n"), rest_.size()));
        }
        if (rest_.empty())
            throw missing{};
        const std::string_view text = line();
        const auto first = text.find(' ');
        const auto last = text.rfind(' ');
        if (first == text.npos || first == last)
            throw request_fault{"not a request line: " + std::string(text)};
        r.method = text.substr(0, first);
        r.target = text.substr(first + 1, last - first - 1);
        r.version = text.substr(last + 1);
        const bool is_visible = std::all_of(r.target.begin(), r.target.end(), [](unsigned char c) {
            return c > 32 && c != 127 && c != '#';
        });
        if (!is_token_text(r.method) || !is_visible || r.target.empty())
            throw request_fault{"not a method and a target: " + std::string(text)};
        if (r.version != "HTTP/1.1" && (!lenient_ || r.version != "HTTP/1.0"))
            throw request_fault{"not HTTP/1.1: " + std::string(text)};
        r.version.erase(0, 5);
    }

    void fields(std::vector<std::pair<std::string, std::string>>& into)
    {
        for (auto text = line(); !text.empty(); text = line()) {
            if (folds_ && (text[0] == ' ' || text[0] == '\t') && !into.empty() && is_value(text)) {
                auto& value = into.back().second; // which may have been empty
                value = std::string(without_blanks(value.append(" ").append(without_blanks(text))));
                continue;
            }
            const auto colon = text.find(':');
            auto value = colon == text.npos ? text : text.substr(colon + 1);
            if (colon == text.npos || !is_token_text(text.substr(0, colon)) || !is_value(value))
                throw request_fault{"not a field: " + std::string(text)};
            into.emplace_back(text.substr(0, colon), without_blanks(value));
        }
    }

    static std::vector<std::string> values(const strict_request& r, std::string_view name)
    {
        std::vector<std::string> found;
        for (const auto& [n, v] : r.fields) {
            if (same_name(n, name))
                found.push_back(v);
        }
        return found;
    }

    static void check_host(const strict_request& r)
    {
        const auto hosts = values(r, "Host");
        if (hosts.size() > 1 || (hosts.empty() && r.version == "1.1"))
            throw request_fault{std::to_string(hosts.size()) + " Host fields"};
        if (!hosts.empty() && hosts[0].find_first_of(" \t,/?#@\\\"<>^`{|}") != std::string::npos)
            throw request_fault{"not a host: " + hosts[0]};
    }

    static std::optional<std::uint64_t> number(std::string_view text, unsigned base)
    {
        std::uint64_t n = 0;
        if (text.empty() || text.size() > (base == 10 ? 18U : 15U)) { // no more than 2^63
            return std::nullopt;
        }
        for (const char c : text) {
            const auto digit =
                std::string_view("0123456789abcdef")
                    .find(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
            if (digit >= base)
                return std::nullopt;
            n = n * base + digit;
        }
        return n;
    }

    // The length of its body; none if that is in chunks.
    static std::optional<std::uint64_t> framing(const strict_request& r)
    {
        const auto lengths = values(r, "Content-Length");
        const auto codings = values(r, "Transfer-Encoding");
        if (codings.size() + lengths.size() > 1)
            throw request_fault{"more than one field about the body's length"};
        if (!codings.empty()) {
            if (!same_name(codings[0], "chunked") || r.version != "1.1")
                throw request_fault{"a coding: " + codings[0]};
            return std::nullopt;
        }
        const auto n = lengths.empty() ? 0 : number(lengths[0], 10);
        if (!n)
            throw request_fault{"not a length: " + lengths[0]};
        return n;
    }

    void chunks(strict_request& r)
    {
        for (;;) {
            std::string_view size = line();
            const auto extension = size.find(';');
            if (extension != size.npos && (!lenient_ || !is_value(size)))
                throw request_fault{"a chunk extension"};
            size = size.substr(0, extension);
            if (lenient_) { // blanks before an extension (RFC 9112 7.1.1), and what has none
                size = size.substr(0, size.find_last_not_of(" \t") + 1);
            }
            const auto n = number(size, 16);
            if (!n)
                throw request_fault{"not a chunk size: " + std::string(size)};
            if (*n == 0)
                break;
            r.body += data(*n);
            if (!line().empty())
                throw request_fault{"no line end behind a chunk"};
        }
        fields(r.trailers);
        for (const auto& [name, value] : r.trailers) {
            if (!lenient_ && (same_name(name, "Content-Length") ||
                              same_name(name, "Transfer-Encoding") || same_name(name, "Host")))
                throw request_fault{"a trailer about framing or routing"};
        }
    }

    std::string data(std::uint64_t n)
    {
        if (rest_.size() < n)
            throw missing{};
        const std::string text(rest_.substr(0, n));
        rest_.remove_prefix(n);
        return text;
    }

    std::string_view rest_;
    bool lenient_;
    bool folds_;
};

} // namespace

std::string strict_request::value(std::string_view name) const
{
    const auto it = std::find_if(fields.begin(), fields.end(),
                                 [&](const auto& f) { return same_name(f.first, name); });
    return it == fields.end() ? "" : it->second;
}

strict_reading read_strictly(std::string_view bytes, reading_of whom)
{
    strict_reading all;
    strict_reader from(bytes, whom);
    try {
        while (!from.rest().empty()) {
            all.requests.push_back(from.read(all.begun));
            all.taken = bytes.size() - from.rest().size();
        }
    } catch (const request_fault& f) {
        all.fault = f.why;
    } catch (const missing&) {
    }
    return all;
}

strict_site::strict_site() : site_([this](site_connection& peer) { serve(peer); }) {}

void strict_site::serve(site_connection& peer)
{
    std::string input = peer.head();
    bool invited = false;
    for (;;) {
        const strict_reading got = read_strictly(input, reading_of::front);
        input.erase(0, got.taken);
        {
            const std::lock_guard lock(mutex_);
            requests_.insert(requests_.end(), got.requests.begin(), got.requests.end());
            if (!got.fault.empty())
                faults_.push_back(got.fault + "\n" + input);
        }
        for (const auto& r : got.requests) {
            peer.send(response(r.method == "HEAD" ? "" : r.target));
            invited = false;
        }
        if (got.begun && !invited && !got.begun->value("Expect").empty()) {
            peer.send("HTTP/1.1 100 Continue\r\n\r\n");
            invited = true;
        }
        const std::string more = got.fault.empty() ? peer.read_some() : "";
        if (more.empty()) {
            if (got.begun) {
                const std::lock_guard lock(mutex_);
                begun_.push_back(*got.begun);
            }
            return;
        }
        input += more;
    }
}

std::vector<strict_request> strict_site::requests() const
{
    const std::lock_guard lock(mutex_);
    return requests_;
}

std::vector<strict_request> strict_site::begun() const
{
    const std::lock_guard lock(mutex_);
    return begun_;
}

std::vector<std::string> strict_site::faults() const
{
    const std::lock_guard lock(mutex_);
    return faults_;
}

void strict_site::forget()
{
    const std::lock_guard lock(mutex_);
    requests_.clear();
    begun_.clear();
    faults_.clear();
}

} // namespace v6front
