// SPDX-License-Identifier: Apache-2.0
//
// Responses of backends as octets, and what a reader has to make of each.
#pragma once

#include "mod_v6front/core/base/failure.hpp"

#include <string>
#include <vector>

namespace v6front::test
{

struct response {
    const char* what;
    std::string bytes;
    std::string interim;
    int status;
    std::string fields;
    std::string body;
    bool reuse;
    bool to_head = false;
    bool until_close = false;
};

inline std::vector<response> good_responses()
{
    return {
        {"length", "HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 5\r\n\r\nhello", "", 200,
         "A=b;Content-Length=5;", "hello", true},
        {"no body", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "", 200, "Content-Length=0;",
         "", true},
        {"no phrase, no space", "HTTP/1.1 404 \r\nContent-Length:1\r\n\r\nx", "", 404,
         "Content-Length=1;", "x", true},
        {"the same length twice",
         "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nhi", "", 200,
         "Content-Length=2;Content-Length=2;", "hi", true},
        {"close asked for", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi",
         "", 200, "Connection=close;Content-Length=2;", "hi", false},
        {"HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", "", 200, "Content-Length=2;",
         "hi", false},
        {"chunked",
         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n7\r\n, "
         "world\r\n0\r\n\r\n",
         "", 200, "Transfer-Encoding=chunked;", "hello, world", true},
        {"chunk extensions and trailers",
         "HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n"
         "5;a=b;c=\"d\"\r\nhello\r\n00a\r\n0123456789\r\n0;last\r\nX-Sum: 1\r\nY: 2\r\n\r\n",
         "", 200, "transfer-encoding=Chunked;", "hello0123456789", true},
        {"no chunk but the last", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
         "", 200, "Transfer-Encoding=chunked;", "", true},
        {"until close", "HTTP/1.1 200 OK\r\nA: b\r\n\r\nall of it\r\n", "", 200, "A=b;",
         "all of it\r\n", false, false, true},
        {"HEAD with a length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "", 200,
         "Content-Length=5;", "", true, true},
        {"HEAD, chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "", 200,
         "Transfer-Encoding=chunked;", "", true, true},
        {"204", "HTTP/1.1 204 No Content\r\nA: b\r\n\r\n", "", 204, "A=b;", "", true},
        {"304 with a length", "HTTP/1.1 304 Not Modified\r\nContent-Length: 50\r\n\r\n", "", 304,
         "Content-Length=50;", "", true},
        {"interim heads first",
         "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
         "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
         "100 103 ", 200, "Content-Length=2;", "hi", true},
        {"folded value",
         "HTTP/1.1 200 OK\r\nA: one\r\n two\r\n\tthree\r\nB: b\r\nContent-Length: 1\r\n\r\nx", "",
         200, "A=one two three;B=b;Content-Length=1;", "x", true},
        {"two folded values",
         "HTTP/1.1 200 OK\r\nA: one\r\n two\r\nB: three\r\n four\r\nContent-Length: 0\r\n\r\n", "",
         200, "A=one two;B=three four;Content-Length=0;", "", true},
    };
}

struct bad {
    const char* what;
    std::string bytes;
    reason why;
    bool leave_open = true; // refused without waiting for the end of the connection
};

inline std::vector<bad> bad_responses()
{
    const auto refused = reason::bad_response;
    const std::string ok = "HTTP/1.1 200 OK\r\n";
    return {
        {"lengths that differ", ok + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
         refused},
        {"lengths that differ, listed", ok + "Content-Length: 5, 6\r\n\r\nhello!", refused},
        {"a length that is none", ok + "Content-Length: 5x\r\n\r\nhello", refused},
        {"a negative length", ok + "Content-Length: -5\r\n\r\nhello", refused},
        {"another coding", ok + "Transfer-Encoding: gzip\r\n\r\n", refused},
        {"another coding first", ok + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", refused},
        {"another coding in a field before",
         ok + "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", refused},
        {"another coding in a field behind",
         ok + "Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n\r\n0\r\n\r\n", refused},
        {"no HTTP", "SSH-2.0-OpenSSH_9.2p1\r\n", refused},
        {"HTTP/0.9", "<html>hello", refused},
        {"HTTP/2", "HTTP/2 200 OK\r\n\r\n", refused},
        {"a status of two digits", "HTTP/1.1 20 OK\r\n\r\n", refused},
        {"a field without a name", ok + ": b\r\n\r\n", refused},
        {"a NUL in a value", ok + std::string("A: b\0c\r\n\r\n", 10), refused},
        {"a chunk size that is none", ok + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
         reason::response_body_bad},
        {"a chunk that is longer than announced",
         ok + "Transfer-Encoding: chunked\r\n\r\n3\r\nhello\r\n0\r\n\r\n",
         reason::response_body_bad},
        {"a chunk size beyond all bounds",
         ok + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nx",
         reason::response_body_bad},
        {"a chunk header without end",
         ok + "Transfer-Encoding: chunked\r\n\r\n5;" + std::string(70000, 'x'),
         reason::response_body_bad},
        {"a field without end", ok + "A: " + std::string(70000, 'x'),
         reason::response_head_too_large},
        {"a head a little too large", ok + "A: " + std::string(65536 - 23, 'x') + "\r\n\r\n",
         reason::response_head_too_large},
        {"cut before the first byte", "", reason::no_response, false},
        {"cut in the status line", "HTTP/1.1 20", reason::response_head_cut, false},
        {"cut behind an interim head", "HTTP/1.1 103 Hints\r\n\r\n", reason::response_head_cut,
         false},
        {"cut in the empty line", ok + "Content-Length: 0\r\n\r", reason::response_head_cut, false},
        {"cut in a body with a length", ok + "Content-Length: 5\r\n\r\nhell",
         reason::response_body_cut, false},
        {"cut before a body with a length", ok + "Content-Length: 5\r\n\r\n",
         reason::response_body_cut, false},
        {"cut in a chunk", ok + "Transfer-Encoding: chunked\r\n\r\n5\r\nhel",
         reason::response_body_cut, false},
        {"cut between chunks", ok + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
         reason::response_body_cut, false},
        {"cut in the trailers", ok + "Transfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n",
         reason::response_body_cut, false},
    };
}

} // namespace v6front::test
