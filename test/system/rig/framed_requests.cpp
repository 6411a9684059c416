// SPDX-License-Identifier: Apache-2.0
#include "framed_requests.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace v6front
{

namespace
{

struct fault {
    std::string why;
};

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words)
{
    return std::find(words.begin(), words.end(), text) != words.end();
}

bool is_token(std::string_view text)
{
    return !text.empty() &&
           text.find_first_not_of("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == text.npos;
}

std::string trimmed(const std::string& text)
{
    const auto begin = std::min(text.find_first_not_of(" \t"), text.size());
    return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

// RFC 9113 8.2.1, and 9110 5.5 for the other control characters.
void check_field(const std::string& name, const std::string& value)
{
    if (!is_token(name) ||
        std::any_of(name.begin(), name.end(), [](unsigned char c) { return std::isupper(c); }))
        throw fault{"a name: " + name};
    const bool is_text = std::all_of(value.begin(), value.end(), [](unsigned char c) {
        return c == '\t' || (c >= 32 && c != 127);
    });
    if (!is_text)
        throw fault{"a value: " + value};
    if (is_one_of(name, {"connection", "proxy-connection", "keep-alive", "transfer-encoding",
                         "upgrade"}) ||
        (name == "te" && value != "trailers"))
        throw fault{"about the connection: " + name};
}

// The pseudo-fields, which come first and once (RFC 9113 8.3).
std::size_t read_line(const field_list& fields, strict_request& said)
{
    std::string scheme;
    std::size_t at = 0;
    for (; at < fields.size() && fields[at].first.starts_with(':'); ++at) {
        const auto& [name, value] = fields[at];
        std::string host;
        std::string* into = name == ":method"      ? &said.method
                            : name == ":path"      ? &said.target
                            : name == ":scheme"    ? &scheme
                            : name == ":authority" ? &host
                                                   : nullptr;
        if (!into || !into->empty() || value.empty() || (into == &host && !said.fields.empty()))
            throw fault{name};
        *into = value;
        if (into == &host)
            said.fields.emplace_back("host", host);
    }
    const bool is_path = std::all_of(said.target.begin(), said.target.end(), [](unsigned char c) {
        return c > 32 && c != 127 && c != '#';
    });
    if (!is_token(said.method) || said.method == "CONNECT" || !said.target.starts_with('/') ||
        !is_path || !is_one_of(scheme, {"http", "https"}))
        throw fault{"not a request line: " + said.method + " " + scheme + " " + said.target};
    return at;
}

bool is_authority(std::string_view text)
{
    return !text.empty() && text.find_first_of(" \t,/?#@\\\"<>^`{|}") == text.npos &&
           std::all_of(text.begin(), text.end(), [](unsigned char c) { return c > 32 && c < 127; });
}

// A name or an address that is somebody's, with a port; there are other authorities.
bool is_usual(std::string_view authority)
{
    const auto host = authority.substr(0, authority.rfind(':'));
    const auto port = authority.substr(host.size());
    return (host == "[::1]" || host.find_first_not_of("abcdefghijklmnopqrstuvwxyz"
                                                      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                      "0123456789.-") == host.npos) &&
           port.find_first_not_of("0123456789", 1) == port.npos && port.size() != 1;
}

// What any server can read as a path and a query (RFC 3986); another may be refused.
bool is_usual_target(std::string_view text)
{
    for (std::size_t at = text.find('%'); at != text.npos; at = text.find('%', at + 1)) {
        const auto digits = text.substr(at + 1, 2);
        if (digits.size() < 2 ||
            digits.find_first_not_of("0123456789abcdefABCDEF") != digits.npos || digits == "00")
            return false;
    }
    return text.find_first_of("\"<>\\^`{|}") == text.npos;
}

class reader
{
public:
    void take(const h2_frame& frame)
    {
        if (ended_)
            throw fault{"a frame behind the end"};
        if (frame.is == h2_frame::type::reset)
            throw fault{"a reset"};
        if (frame.is == h2_frame::type::data)
            result.said.body += frame.bytes;
        else if (!headed_)
            read_head(frame.fields);
        else
            read_trailers(frame);
        ended_ = frame.ends;
        measure();
    }

    framed_reading result;

private:
    void read_head(const field_list& fields)
    {
        strict_request& said = result.said;
        std::size_t at = read_line(fields, said);
        std::string host;
        for (; at < fields.size(); ++at) {
            const std::string& name = fields[at].first;
            const std::string value = checked(fields[at]);
            if (name == "host") {
                if (!host.empty())
                    throw fault{"two hosts"};
                if (!is_authority(value)) { // of no interest where there is an authority
                    result.fault = "not a host: " + value;
                }
                host = value;
            } else {
                said.fields.emplace_back(name, value);
            }
            if (name == "content-length")
                read_length(value);
        }
        if (!host.empty() && said.value("host").empty())
            said.fields.emplace_back("host", host);
        if (!is_authority(said.value("host")))
            throw fault{"not a host: " + said.value("host")};
        if (!is_usual(said.value("host")) || !is_usual_target(said.target))
            result.fault = "an unusual host or target";
        said.version = "1.1";
        headed_ = true;
        result.is = framed_reading::form::begun;
    }

    // Blanks about a value are malformed as well (RFC 9113 8.2.1), but mean the same to everybody.
    std::string checked(const std::pair<std::string, std::string>& field)
    {
        std::string value = trimmed(field.second);
        if (value.size() < field.second.size())
            result.fault = "blanks about a value";
        check_field(field.first, value);
        return value;
    }

    void read_length(std::string_view value)
    {
        if (length_ || value.empty() || value.size() > 18 ||
            value.find_first_not_of("0123456789") != value.npos)
            throw fault{"not a length"};
        length_ = static_cast<std::size_t>(std::stoull(std::string(value)));
    }

    void read_trailers(const h2_frame& frame)
    {
        result.is = frame.ends ? framed_reading::form::complete : result.is;
        for (const auto& field : frame.fields) {
            const std::string& name = field.first;
            result.said.trailers.emplace_back(name, checked(field));
            if (is_one_of(name, {"content-length", "host"})) { // which may just be dropped
                result.fault = "a trailer: " + name;
            }
        }
        if (!frame.ends)
            throw fault{"trailers without an end"};
    }

    // What comes too early or too late for the length is a fault, but that many octets have come
    // (RFC 9113 8.1.1).
    void measure()
    {
        std::string& body = result.said.body;
        if (length_ && body.size() >= *length_) {
            result.is = framed_reading::form::complete;
            result.early = result.early || !ended_;
        }
        if (length_ && body.size() > *length_) {
            body.resize(*length_);
            throw fault{"more than its length"};
        }
        if (ended_ && length_ && body.size() < *length_)
            throw fault{"less than its length"};
        if (ended_)
            result.is = framed_reading::form::whole;
    }

    std::optional<std::size_t> length_;
    bool headed_ = false;
    bool ended_ = false;
};

} // namespace

void send_frame(h2_client& client, std::uint32_t stream, const h2_frame& frame)
{
    switch (frame.is) {
    case h2_frame::type::head:
        client.headers(stream, frame.fields, frame.ends, frame.most);
        break;
    case h2_frame::type::data:
        client.data(stream, frame.bytes, frame.ends);
        break;
    case h2_frame::type::reset:
        client.reset(stream);
        break;
    }
}

framed_reading read_frames(const framed_request& frames)
{
    reader from;
    try {
        for (const h2_frame& frame : frames)
            from.take(frame);
    } catch (const fault& f) {
        from.result.fault = f.why;
    }
    return from.result;
}

} // namespace v6front
