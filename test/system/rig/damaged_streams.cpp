// SPDX-License-Identifier: Apache-2.0
#include "damaged_streams.hpp"

#include <algorithm>
#include <sstream>
#include <vector>

namespace v6front
{

std::string damaged_streams::next()
{
    std::string bytes;
    const std::size_t requests = 1 + below(3);
    for (std::size_t i = 0; i < requests; ++i)
        bytes += request();
    for (std::size_t damages = below(4); damages > 0; --damages)
        damage(bytes);
    return bytes;
}

std::string damaged_streams::request()
{
    std::string head = one_of({"GET", "POST", "PUT", "HEAD", "OPTIONS", "DELETE", "PATCH"});
    head += " /";
    head += std::to_string(++number_);
    head += one_of({"", "", "?a=b", "/c/d", "/%41%2f", "?", "//x", "/a;b"});
    if (below(20) == 0) { // which is nobody's but the client's own
        head += one_of({"#", "#f", "?q#f"});
    }
    head += std::string(" ") + one_of({"HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0"}) + "\r\n";
    head += "Host: site.test\r\n";
    for (std::size_t more = below(4); more > 0; --more)
        head += field();
    return head + body();
}

std::string damaged_streams::field()
{
    if (below(5) == 0) { // one for the front alone
        return one_of({"Connection: X-N\r\nX-N: n\r\n", "X-n: n\r\nconnection:\tx-N ,,a\r\n",
                       "Connection: keep-alive, X-N, TE\r\nX-N: n\r\nx-n: m\r\n",
                       "Connection: a\r\nX-N:\r\nConnection: b,x-n\r\n"});
    }
    return std::string(one_of({"X-A", "Accept", "Cookie", "Connection", "TE", "Via", "X_A",
                               "User-Agent", "Upgrade", "Trailer", "X-Forwarded-For", "Keep-Alive",
                               "Proxy-Connection", "Proxy-Authorization"})) +
           one_of({":", ": ", ":\t"}) +
           one_of({"", "x", "a, b", "\"q\\\"uoted, x\"", "keep-alive", "chunked", "0", "trailers",
                   "1.1 front", "websocket", "X-A", "\xc3\xa4"}) +
           "\r\n";
}

std::string damaged_streams::body()
{
    const std::string text = one_of({"", "hello", "0\r\n\r\n", "GET /inside HTTP/1.1\r\n\r\n",
                                     "5\r\nhello\r\n0\r\n\r\n", "\r\n\r\n"});
    switch (below(4)) {
    case 0:
        return "\r\n";
    case 1:
        return "Transfer-Encoding: chunked\r\n\r\n" + chunks(text);
    case 2: // and what an attacker would add
        return "Content-Length: " + std::to_string(text.size()) + "\r\n" +
               one_of({"", "Transfer-Encoding: chunked\r\n", "Content-Length: 0\r\n",
                       "X-Length: 3\r\n", "X-Length: 0\r\n", "Transfer-Encoding : chunked\r\n",
                       "Transfer-Encoding:\x0b"
                       "chunked\r\n"}) +
               "\r\n" + text;
    default:
        return "Content-Length: " + std::to_string(text.size()) + "\r\n\r\n" + text;
    }
}

std::string damaged_streams::chunks(const std::string& text)
{
    std::ostringstream out;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t n = 1 + below(text.size() - at);
        out << std::hex << n << one_of({"", "", ";x", ";a=\"b\""}) << "\r\n"
            << text.substr(at, n) << "\r\n";
        at += n;
    }
    out << "0\r\n" << one_of({"", "", "X-T: y\r\n"}) << "\r\n";
    return out.str();
}

void damaged_streams::damage(std::string& bytes)
{
    static const std::vector<std::string> pieces{"\r",
                                                 "\n",
                                                 "\r\n",
                                                 "\r\n\r\n",
                                                 " ",
                                                 "\t",
                                                 ":",
                                                 ",",
                                                 ";",
                                                 "0",
                                                 "1",
                                                 "-",
                                                 "+",
                                                 "0x",
                                                 "\x0b",
                                                 "\x7f",
                                                 "\xff",
                                                 "_",
                                                 "\"",
                                                 "/",
                                                 "Content-Length: 3\r\n",
                                                 "Transfer-Encoding: chunked\r\n",
                                                 "\r\n ",
                                                 "Host: x\r\n",
                                                 "#",
                                                 std::string(1, '\0')};
    const std::size_t at = below(bytes.size() + 1);
    const std::string& piece = pieces[below(pieces.size())];
    switch (below(5)) {
    case 0:
        bytes.insert(at, piece);
        break;
    case 1:
        bytes.erase(at, 1 + below(3));
        break;
    case 2:
        bytes.replace(at, std::min<std::size_t>(1, bytes.size() - at), piece);
        break;
    case 3: // a line twice, or away
    {
        const std::size_t begin = bytes.rfind('\n', at) + 1; // npos + 1 is 0
        const std::size_t end = std::min(bytes.find('\n', at), bytes.size() - 1) + 1;
        const std::string line = begin < end ? bytes.substr(begin, end - begin) : "";
        below(2) ? bytes.insert(begin, line) : bytes.erase(begin, line.size());
        break;
    }
    default: // where lines end, where it hurts
    {
        const std::size_t line = bytes.find("\r\n", at);
        if (line != bytes.npos)
            bytes.replace(line, 2, pieces[below(4)]);
    }
    }
}

} // namespace v6front
