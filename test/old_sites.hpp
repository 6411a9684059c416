// SPDX-License-Identifier: Apache-2.0
//
// What old sites send, and what has to become of it: one table for the parser and for the whole
// way. A row is a response as octets; `who` names those in front of whom it works as it is (asked
// were nginx 1.22, HAProxy 2.6, mod_proxy_http 2.4.71, Chromium, Node 18 and curl 7.88, with their
// defaults), or the RFC's word for it.
#pragma once

#include <string>
#include <vector>

namespace v6front::test
{

struct old_response {
    const char* what;
    const char* who;
    std::string bytes;
    // The normal form: "200 OK|X=y;|hi": status and phrase, fields without those that frame, body.
    std::string normal;
    bool kept = false;    // the connection may serve another request
    bool close = false;   // the body ends with the connection
    bool to_head = false; // the answer to a HEAD request
};

struct refused_response {
    const char* what;
    std::string bytes;
    const char* words;  // in the log
    const char* quoted; // as it stands there behind the words; httpd escapes the rest
};

namespace old
{
inline const std::string ok = "HTTP/1.1 200 OK\r\n";
inline const std::string rest = "\r\nContent-Length: 2\r\n\r\nhi";
inline const std::string hi = "200 OK||hi";
inline const std::string chunked = ok + "Transfer-Encoding: chunked\r\n\r\n";
inline std::string coded(const std::string& coding)
{
    return ok + "Transfer-Encoding: " + coding + "\r\n\r\n2\r\nhi\r\n0\r\n\r\n";
}
inline std::string sized(const std::string& line)
{
    return chunked + line + "hi\r\n0\r\n\r\n";
}
} // namespace old

inline std::vector<old_response> old_status_lines()
{
    using namespace old;
    const bool kept = true;
    return {
        {"no blank behind the status", "all", "HTTP/1.1 200" + rest, "200||hi", kept},
        {"no phrase", "all", "HTTP/1.1 200 " + rest, "200||hi", kept},
        {"two blanks", "nginx, HAProxy, Chromium, curl", "HTTP/1.1  200 OK" + rest, hi, kept},
        {"tabs", "HAProxy, Chromium; RFC 9112 4", "HTTP/1.1\t200\tOK" + rest, hi, kept},
        {"a blank before", "Chromium; RFC 9112 4", " HTTP/1.1 200 OK" + rest, hi},
        {"CRLF before", "HAProxy, mod_proxy, Chromium, Node", "\r\n\r\nHTTP/1.1 200 OK" + rest, hi},
        {"LF before", "HAProxy, mod_proxy, Chromium, Node", "\nHTTP/1.1 200 OK" + rest, hi},
        {"lower case", "Chromium, curl", "http/1.1 200 OK" + rest, hi, kept},
        {"HTTP/1.2", "all but curl; RFC 9110 2.5", "HTTP/1.2 200 OK" + rest, hi, kept},
        {"HTTP/2.0", "all but mod_proxy", "HTTP/2.0 200 OK" + rest, hi},
        {"no blank before the phrase", "mod_proxy, Chromium, curl", "HTTP/1.1 200OK" + rest, hi,
         kept},
        {"a status of IIS", "mod_proxy, Chromium, curl", "HTTP/1.1 403.14 Forbidden" + rest,
         "403 Forbidden||hi", kept},
        {"obs-text in the phrase", "all", "HTTP/1.1 200 Sch\xf6n" + rest, "200 Sch\xf6n||hi", kept},
        {"a control character in the phrase", "all; it says nothing, RFC 9112 4",
         "HTTP/1.1 200 O\x01K" + rest, "200||hi", kept},
    };
}

inline std::vector<old_response> old_lines()
{
    using namespace old;
    const bool kept = true;
    const std::string x = "200 OK|X=y;|hi";
    const std::string x_and_y = "200 OK|X=y z;|hi";
    return {
        {"LF ends all lines", "all but Node", "HTTP/1.1 200 OK\nX: y\nContent-Length: 2\n\nhi", x},
        {"LF ends one line", "all but Node", ok + "X: y\nContent-Length: 2\r\n\r\nhi", x},
        {"LF is the last line", "all but Node", ok + "X: y\r\nContent-Length: 2\r\n\nhi", x},
        {"LF before the last line", "all but Node", ok + "X: y\r\nContent-Length: 2\n\r\nhi", x},
        {"LF ends the status line", "all but Node", "HTTP/1.1 200 OK\nX: y" + rest, x},
        {"LF, and nothing but a status", "all but Node", "HTTP/1.1 200 OK\n\nhi", hi, false, true},
        {"two CRs", "nginx, mod_proxy, Chromium, curl", ok + "X: y\r\r" + rest.substr(1), x},
        {"a blank before a colon", "Chromium, curl; RFC 9112 5.1", ok + "X : y" + rest, x},
        {"a tab before a colon", "Chromium, curl; RFC 9112 5.1", ok + "X\t: y" + rest, x},
        {"a blank before the length's colon", "Chromium, curl; RFC 9112 5.1",
         ok + "Content-Length : 2\r\n\r\nhi", hi},
        {"no blank behind a colon", "all", ok + "X:y" + rest, x, kept},
        {"many blanks behind a colon", "all", ok + "X: \t  y \t" + rest, x, kept},
        {"no value", "all", ok + "X:" + rest, "200 OK|X=;|hi", kept},
        {"a line without a colon", "nginx, Chromium, the latter for any such line",
         ok + "garbage\r\nX: y" + rest, x},
        {"words without a colon", "Chromium", ok + "some words\r\n of it\r\nX: y" + rest, x},
        {"a second status line", "mod_proxy (ap_proxy_read_headers has it from IIS), Chromium",
         ok + "HTTP/1.0 200 OK\r\nX: y" + rest, x},
        {"a folded value", "all but nginx, Node; RFC 9112 5.2", ok + "X: y\r\n  z" + rest, x_and_y,
         kept},
        {"a value folded by LF", "as both of it", ok + "X: y\n\tz" + rest, x_and_y},
        {"a long folded value", "HAProxy, Chromium, curl",
         ok + "X: " + std::string(5000, 'y') + "\r\n " + std::string(9000, 'z') + rest,
         "200 OK|X=" + std::string(5000, 'y') + " " + std::string(9000, 'z') + ";|hi", kept},
        {"a value that begins on the next line", "HAProxy, mod_proxy, Chromium, curl",
         ok + "X:\r\n y" + rest, x, kept},
        {"a folded line of blanks", "HAProxy, mod_proxy, Chromium, curl",
         ok + "X: y\r\n \r\n z" + rest, x_and_y, kept},
        {"a folded length", "HAProxy, mod_proxy, Chromium", ok + "Content-Length:\r\n 2\r\n\r\nhi",
         hi},
        {"a control character in a value",
         "nginx, HAProxy, Chromium, curl; a blank is what RFC 9110 5.5 makes of worse",
         ok + "X: y\x01z" + rest, x_and_y, kept},
        {"DEL and a vertical tab in a value", "nginx, HAProxy, Chromium, curl",
         ok + "X: y\x7fz\x0b" + rest, x_and_y, kept},
        {"obs-text in a value", "all", ok + "X: sch\xf6n" + rest, "200 OK|X=sch\xf6n;|hi", kept},
        {"Connection with a semicolon", "all", ok + "Connection: Keep-Alive;" + rest, hi, kept},
        {"Connection that ends in commas", "all", ok + "Connection: close, ," + rest, hi},
        {"Connection with an open quote", "all", ok + "Connection: (x) \"y" + rest, hi, kept},
        {"Keep-Alive of no form", "all", ok + "Keep-Alive: timeout=5;max=\"100" + rest, hi, kept},
        {"Upgrade of no form", "all", ok + "Upgrade: h2,h2c;;" + rest, hi, kept},
    };
}

inline std::vector<old_response> old_framing()
{
    using namespace old;
    const bool kept = true;
    const bool close = true;
    return {
        {"a length, then chunks", "all but Node; RFC 9112 6.3",
         ok + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", hi},
        {"chunks, then a length", "all but Node; RFC 9112 6.3",
         ok + "Transfer-Encoding: chunked\r\nContent-Length: 12\r\n\r\n2\r\nhi\r\n0\r\n\r\n", hi},
        {"identity", "mod_proxy, Chromium, Node, curl; RFC 2616 3.6",
         ok + "Transfer-Encoding: identity\r\n\r\nhi", hi, false, close},
        {"identity with a length", "mod_proxy, Chromium, curl; RFC 2616 4.4",
         ok + "Transfer-Encoding: identity" + rest, hi},
        {"identity, then chunks", "mod_proxy, Chromium, Node, curl", coded("identity, chunked"),
         hi},
        {"chunked in two lines", "nginx, mod_proxy, Chromium, Node, curl",
         ok + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"
              "2\r\nhi\r\n0\r\n\r\n",
         hi},
        {"chunked twice in a list", "nginx, mod_proxy, Chromium, Node, curl; RFC 9112 7.1",
         coded("chunked, chunked"), hi},
        {"chunked and an empty element", "nginx, HAProxy, Chromium, curl; RFC 9110 5.6.1",
         coded("chunked,"), hi},
        {"8bit, as in mail", "nginx, mod_proxy, Chromium, Node",
         ok + "Transfer-Encoding: 8bit\r\n\r\nhi", hi, false, close},
        {"7bit, as in mail", "nginx, mod_proxy, Chromium, Node",
         ok + "Transfer-Encoding: 7BIT\r\n\r\nhi", hi, false, close},
        {"none", "nginx, mod_proxy, Chromium, Node, curl", ok + "Transfer-Encoding: none\r\n\r\nhi",
         hi, false, close},
        {"a charset", "nginx, mod_proxy, Chromium, Node", ok + "Transfer-Encoding: UTF-8\r\n\r\nhi",
         hi, false, close},
        {"binary with a length", "nginx, Chromium", ok + "Transfer-Encoding: binary" + rest, hi},
        {"binary, then chunks", "mod_proxy, Chromium, Node", coded("binary, chunked"), hi},
        {"no coding", "all", ok + "Transfer-Encoding:\r\n\r\nhi", hi, false, close},
        {"no coding, and a length", "all", ok + "Transfer-Encoding: " + rest, hi},
        {"a length twice", "all but Node", ok + "Content-Length: 2" + rest, hi, kept},
        {"a length twice in a list", "HAProxy, Chromium, curl; RFC 9110 8.6",
         ok + "Content-Length: 2, 2\r\n\r\nhi", hi, kept},
        {"an empty length", "nginx, Chromium", ok + "Content-Length:\r\n\r\nhi", hi, false, close},
        {"a length of -1: not known", "nginx, Chromium", ok + "Content-Length: -1\r\n\r\nhi", hi,
         false, close},
        {"a length with a zero before", "all", ok + "Content-Length: 02\r\n\r\nhi", hi, kept},
    };
}

// Where nothing follows the head, a field that says how much does not matter (RFC 9112 6.3).
inline std::vector<old_response> old_without_body()
{
    using namespace old;
    const bool kept = true;
    const std::string unchanged = "HTTP/1.1 304 Not Modified\r\n";
    const std::string changed_nothing = "304 Not Modified||";
    const std::string none = "HTTP/1.1 204 No Content\r\n";
    const std::string lengths = "Content-Length: 3\r\nContent-Length: 2\r\n\r\n";
    const std::string no_number = "Content-Length: unknown\r\n\r\n";
    const std::string gzip = "Transfer-Encoding: gzip\r\n\r\n";
    return {
        {"304, no number", "nginx, mod_proxy", unchanged + no_number, changed_nothing},
        {"304, two lengths", "nginx, mod_proxy", unchanged + lengths, changed_nothing},
        {"304, gzip", "nginx, mod_proxy", unchanged + gzip, changed_nothing},
        {"304, a length", "all", unchanged + "Content-Length: 5\r\n\r\n", changed_nothing, kept},
        {"304, chunks", "all", unchanged + "Transfer-Encoding: chunked\r\n\r\n", changed_nothing,
         kept},
        {"204, no number", "nginx, mod_proxy", none + no_number, "204 No Content||"},
        {"204, two lengths", "nginx, mod_proxy", none + lengths, "204 No Content||"},
        {"HEAD, no number", "nginx, mod_proxy", ok + no_number, "200 OK||", false, false, true},
        {"HEAD, two lengths", "nginx, mod_proxy", ok + lengths, "200 OK||", false, false, true},
        {"HEAD, gzip", "nginx, mod_proxy", ok + gzip, "200 OK||", false, false, true},
        {"HEAD, a length and gzip", "nginx, mod_proxy", ok + "Content-Length: 2\r\n" + gzip,
         "200 OK||", false, false, true},
        {"HEAD, chunks", "all", chunked, "200 OK||", kept, false, true},
        {"HEAD, neither", "all", ok + "\r\n", "200 OK||", kept, false, true},
    };
}

inline std::vector<old_response> old_chunks()
{
    using namespace old;
    const bool kept = true;
    return {
        {"blanks behind a size", "all but Node", sized("2  \r\n"), hi},
        {"blanks behind the last size", "all but Node", chunked + "2\r\nhi\r\n0 \r\n\r\n", hi},
        {"a tab behind a size", "nginx, HAProxy, mod_proxy, curl", sized("2\t\r\n"), hi},
        {"LF behind a size", "nginx, HAProxy, Chromium, curl", sized("2\n"), hi},
        {"LF behind data", "nginx, HAProxy, Chromium, curl", chunked + "2\r\nhi\n0\r\n\r\n", hi},
        {"LF everywhere", "nginx, HAProxy, Chromium, curl", chunked + "2\nhi\n0\n\n", hi},
        {"LF ends the body", "nginx, HAProxy, Chromium, curl", chunked + "2\r\nhi\r\n0\r\n\n", hi},
        {"an extension", "all", sized("2;a=b;c=\"d\"\r\n"), hi, kept},
        {"an extension behind blanks", "all but Node; RFC 9112 7.1.1", sized("2 ; a=b\r\n"), hi,
         kept},
        {"an extension of no form", "nginx, HAProxy, Chromium, curl", sized("2;\x01=\"\r\n"), hi,
         kept},
        {"many zeros", "all but curl", sized("0000000000000000000002\r\n"), hi, kept},
        {"a last chunk of many zeros", "all", chunked + "2\r\nhi\r\n000\r\n\r\n", hi, kept},
        {"a trailer without a colon", "nginx, Chromium; RFC 9110 6.5.1",
         chunked + "2\r\nhi\r\n0\r\nX y\r\n\r\n", hi},
        {"a trailer with a CR", "as what else is no trailer",
         chunked + "2\r\nhi\r\n0\r\nX: y\rz\r\n\r\n", hi},
    };
}

inline std::vector<old_response> old_responses()
{
    std::vector<old_response> all;
    for (const auto& part :
         {old_status_lines(), old_lines(), old_framing(), old_without_body(), old_chunks()})
        all.insert(all.end(), part.begin(), part.end());
    return all;
}

} // namespace v6front::test
