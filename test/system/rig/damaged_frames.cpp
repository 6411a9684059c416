// SPDX-License-Identifier: Apache-2.0
#include "damaged_frames.hpp"

#include <algorithm>

namespace v6front
{

namespace
{

using type = h2_frame::type;

const std::string inside = "GET /inside HTTP/1.1\r\nHost: site.test\r\n\r\n";

} // namespace

framed_request damaged_frames::good()
{
    h2_frame head{type::head, request_line()};
    add_fields(head.fields);
    framed_request r{head};
    add_body(r);
    for (h2_frame& f : r) {
        // So that CONTINUATION has some of it, but no more frames than a server has patience for.
        if (f.is == type::head && below(3) == 0)
            f.most = std::max<std::size_t>(packed(f.fields).size() / (1 + below(4)), 1);
    }
    if (below(12) == 0) { // the client changes its mind
        r.resize(1 + below(r.size()));
        r.back().ends = false;
        r.push_back({type::reset});
    }
    return r;
}

framed_request damaged_frames::damaged()
{
    framed_request r = good();
    for (std::size_t damages = 1 + below(2); damages > 0; --damages)
        damage(r);
    // Nobody waits for the end of a stream for good.
    if (std::none_of(r.begin(), r.end(),
                     [](const h2_frame& f) { return f.ends || f.is == type::reset; }))
        r.push_back({type::reset});
    return r;
}

field_list damaged_frames::request_line()
{
    std::string path = "/" + std::to_string(++number_) + "/";
    path += one_of({"", "", "?a=b", "c/d", "%41%20", "?", "/x", "a;b", "?q=%0d%0aX:%20y", "a:b@c",
                    "http://x/", "HTTP/1.1", "\xc3\xa4"});
    if (below(20) == 0)
        path.append("?").append(200 + below(5000), 'q');
    const char* method = one_of({"GET", "GET", "POST", "POST", "PUT", "HEAD", "OPTIONS", "DELETE",
                                 "PATCH", "PROPFIND", "M-SEARCH", "get", "!#$%&'*+-.^_`|~0"});
    field_list line{{":method", method},
                    {":scheme", "https"},
                    {":path", path},
                    {":authority", one_of({"site.test", "site.test", "site.test", "site.test:443",
                                           "Site.Test", "other.test", "[::1]:8443"})}};
    std::shuffle(line.begin(), line.end(), random_);
    return line;
}

void damaged_frames::add_fields(field_list& fields)
{
    for (std::size_t more = below(5); more > 0; --more) {
        const char* name =
            one_of({"x-a", "x-n", "x_a", "accept", "user-agent", "x-!#$%&'*+-.^_`|~0", "via",
                    "forwarded", "trailer", "x-forwarded-for", "x-forwarded-host",
                    "proxy-authorization", "authorization", "cache-control", "content-type", "a"});
        std::string value = one_of({"", "x", "a, b", "\"q\\\"uoted, x\"", "chunked", "0",
                                    "trailers", "1.1 front", "a: b", "a\tb  c", "\xc3\xa4\xff\x80",
                                    "GET / HTTP/1.1", "content-length: 0", "close", ",", "x-t"});
        if (below(10) == 0)
            value.append(1, 'v').append(below(2500), 'v');
        fields.emplace_back(name, value);
    }
    if (below(6) == 0) {
        for (std::size_t crumbs = 1 + below(3); crumbs > 0; --crumbs)
            fields.emplace_back("cookie", one_of({"a=b", "c=d; e=f", "g=\"h, i\"", "j="}));
    }
    if (below(8) == 0)
        fields.emplace_back("te", "trailers");
}

void damaged_frames::add_body(framed_request& r)
{
    std::string text =
        below(3) == 0
            ? inside
            : one_of({"", "", "hello", "0\r\n\r\n", "5\r\nhello\r\n0\r\n\r\n", "\r\n\r\n"});
    if (below(4) == 0)
        text.append(below(3000), 'b').append(inside);
    if (below(2))
        r[0].fields.emplace_back("content-length", std::to_string(text.size()));
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t n = below(8) ? 1 + below(text.size() - at) : 0;
        r.push_back({type::data, {}, {}, text.substr(at, n)});
        at += n;
    }
    end(r);
}

void damaged_frames::end(framed_request& r)
{
    switch (below(4)) {
    case 0: // empty, as many clients do
        r.push_back({type::data});
        break;
    case 1:
        r.push_back({type::head});
        for (std::size_t more = below(3); more > 0; --more) {
            r.back().fields.emplace_back(one_of({"x-t", "x-u", "x-t", "cookie", "via", "digest"}),
                                         one_of({"", "y", "a, b", "\xc3\xa4", "0"}));
        }
        break;
    default:
        break;
    }
    r.back().ends = true;
}

void damaged_frames::damage(framed_request& r)
{
    switch (below(8)) {
    case 0:
    case 1:
        return damage_text(r[0].fields);
    case 2:
        return damage_line(r[0].fields);
    case 3:
    case 4:
        return damage_fields(r[0].fields);
    case 5:
        return damage_order(r[0].fields);
    case 6:
        return damage_frames(r);
    default:
        return damage_end(r);
    }
}

// Anywhere in a name or a value, pseudo-fields too.
void damaged_frames::damage_text(field_list& fields)
{
    static const std::string octets("\r\n \t:,;0-+X\x0b\x7f\xff\"/#@\\?\0", 21);
    const std::string words = one_of({"\r\n", "\r\n\r\n", "\r\n ", "\r\nTransfer-Encoding: chunked",
                                      ": x\r\ncontent-length", " HTTP/1.1\r\nX: y\r\n\r\n",
                                      "\r\n\r\nGET /inside HTTP/1.1\r\nHost: site.test\r\n\r\n"});
    const std::string piece = below(4) ? octets.substr(below(octets.size()), 1) : words;
    if (fields.empty())
        return;
    auto& [name, value] = fields[below(fields.size())];
    std::string& text = below(3) == 0 ? name : value;
    const std::size_t at = below(3) ? below(text.size() + 1) : text.size();
    switch (below(4)) {
    case 0:
        text.erase(at, 1 + below(2));
        break;
    case 1:
        text.replace(at, std::min<std::size_t>(1, text.size() - at), piece);
        break;
    default:
        text.insert(at, piece);
    }
}

void damaged_frames::damage_line(field_list& fields)
{
    const field_list others{
        {":method", "CONNECT"},
        {":method", "GET /evil HTTP/1.1\r\nHost: site.test\r\n\r\nPOST"},
        {":method", ""},
        {":path", ""},
        {":path", "*"},
        {":path", "evil"},
        {":path", "http://site.test/evil"},
        {":path", "/evil HTTP/1.1\r\nX: y\r\n\r\nGET /evil"},
        {":path", "/evil /evil"},
        {":scheme", "http"},
        {":scheme", "ftp"},
        {":scheme", ""},
        {":scheme", "https://evil.test/evil?"},
        {":scheme", "https\r\nX: y"},
        {":authority", ""},
        {":authority", "evil@site.test"},
        {":authority", "site.test evil"},
        {":authority", "site.test/evil"},
        {":authority", "site.test\r\nX: y"},
        {":authority", "site.test, evil.test"},
    };
    const auto& [name, value] = others[below(others.size())];
    for (auto& [n, v] : fields) {
        if (n == name)
            v = value;
    }
}

void damaged_frames::damage_fields(field_list& fields)
{
    const field_list more{
        {"transfer-encoding", "chunked"},
        {"transfer-encoding", "identity"},
        {"Transfer-Encoding", "chunked"},
        {"transfer-encoding ", "chunked"},
        {"transfer-encoding:", "chunked"},
        {"content-length", "0"},
        {"content-length", "5"},
        {"content-length", "+5"},
        {"content-length", "5, 5"},
        {"content-length", ""},
        {"content-length", "18446744073709551621"},
        {"content-length ", "0"},
        {"Content-Length", "0"},
        {"connection", "close"},
        {"connection", "x-a, content-length"},
        {"keep-alive", "timeout=5"},
        {"proxy-connection", "keep-alive"},
        {"upgrade", "websocket"},
        {"http2-settings", "AAMAAABkAAQAAP__"},
        {"te", "gzip"},
        {"te", "trailers, chunked"},
        {"host", "site.test"},
        {"host", "evil.test"},
        {"host", "evil.test/evil"},
        {"Host", "evil.test"},
        {"x-a", "y\r\nTransfer-Encoding: chunked"},
        {"x-a", "y\nContent-Length: 0"},
        {"x-a", std::string("y\0z", 3)},
        {"x-a", " y"},
        {"x-a", "y\t"},
        {"", "y"},
        {":", "y"},
        {":path", "/evil"},
        {":method", "GET"},
        {":authority", "evil.test"},
        {":status", "200"},
        {":protocol", "websocket"},
        {":x", "y"},
        {"x y", "z"},
        {"x\r\ntransfer-encoding", "chunked"},
        {"x: y\r\ntransfer-encoding", "chunked"},
        {"\xc3\xa4", "y"},
    };
    const auto at = fields.begin() + static_cast<std::ptrdiff_t>(below(fields.size() + 1));
    const auto& one = more[below(more.size())];
    below(2) ? fields.insert(at, one) : fields.insert(fields.end(), one);
}

// A field away, twice, or at another place, which for a pseudo-field may be behind others.
void damaged_frames::damage_order(field_list& fields)
{
    if (fields.empty())
        return;
    const auto at = fields.begin() + static_cast<std::ptrdiff_t>(below(fields.size()));
    switch (below(3)) {
    case 0:
        fields.erase(at);
        break;
    case 1: {
        const auto copy = *at;
        fields.push_back(copy);
        break;
    }
    default:
        std::rotate(at, at + 1, fields.end());
    }
}

// One away, twice, of another content, or a reset; the first head stays the first.
void damaged_frames::damage_frames(framed_request& r)
{
    const std::size_t at = 1 + below(r.size());
    const auto place = r.begin() + static_cast<std::ptrdiff_t>(at);
    switch (below(5)) {
    case 0:
        if (place != r.end())
            r.erase(place);
        break;
    case 1: {
        const h2_frame copy = r[at - 1];
        r.insert(place, copy);
        break;
    }
    case 2:
        r.insert(place, {type::data, {}, {}, inside, below(2) == 0});
        break;
    case 3:
        r.insert(place, {type::reset});
        break;
    default:
        r.insert(place, {type::head, {{"x-t", inside}}, 16384, {}, below(2) == 0});
    }
}

void damaged_frames::damage_end(framed_request& r)
{
    h2_frame& frame = r[below(r.size())];
    switch (below(3)) {
    case 0:
        frame.ends = !frame.ends && frame.is != type::reset;
        break;
    case 1:
        r.back().ends = false;
        r.push_back({type::reset});
        break;
    default:
        r.back().ends = false;
        r.push_back({type::head, {{"x-t", "y"}}, 16384, {}, true});
        damage_fields(r.back().fields);
    }
}

} // namespace v6front
