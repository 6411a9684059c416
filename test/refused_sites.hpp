// SPDX-License-Identifier: Apache-2.0
//
// What no front may make an answer of: it has two meanings, or none; and the words for which an
// operator finds it in the log, with the line that is at fault.
#pragma once

#include "old_sites.hpp"

namespace v6front::test
{

inline std::vector<refused_response> refused_heads()
{
    using namespace old;
    using namespace std::string_literals;
    const char* no_line = "the first line is not an HTTP/1 status line: ";
    const char* no_status = "the status line has no three-digit status of 100 or more: ";
    const char* no_length = "a Content-Length that is not a number: ";
    const char* no_coding = "a transfer coding other than chunked: ";
    return {
        {"another protocol", "SSH-2.0-OpenSSH_9.2p1\r\n", no_line, "\"SSH-2.0-OpenSSH_9.2p1\""},
        {"HTTP/0.9", "<html>hello", no_line, "\"<html>hello\""},
        {"HTTP/0.9 with a line", "HTTP/0.9 200 OK" + rest, no_line, "\"HTTP/0.9 200 OK\""},
        {"HTTP/2", "HTTP/2 200 OK" + rest, no_line, "\"HTTP/2 200 OK\""},
        {"HTTP/2.1", "HTTP/2.1 200 OK" + rest, no_line, "\"HTTP/2.1 200 OK\""},
        {"two digits", "HTTP/1.10 200 OK" + rest, no_line, "\"HTTP/1.10 200 OK\""},
        {"nothing between", "HTTP/1.1200 OK" + rest, no_line, "\"HTTP/1.1200 OK\""},
        {"ICY", "ICY 200 OK" + rest, no_line, "\"ICY 200 OK\""},
        {"line ends without end", std::string(100, '\n') + "HTTP/1.1 200 OK" + rest, no_line,
         "\"\""},
        {"TLS", "\x15\x03\x01\x00\x02\x02\x46"s,
         "the backend speaks TLS on this port (https:// in V6FrontPass): ", "\""},
        {"no status", "HTTP/1.1" + rest, no_status, "\"HTTP/1.1\""},
        {"a status of two digits", "HTTP/1.1 20 OK" + rest, no_status, "\"HTTP/1.1 20 OK\""},
        {"a status of four digits", "HTTP/1.1 2000 OK" + rest, no_status, "\"HTTP/1.1 2000 OK\""},
        {"a status of letters", "HTTP/1.1 2OO OK" + rest, no_status, "\"HTTP/1.1 2OO OK\""},
        {"a status below 100", "HTTP/1.1 099 No" + rest, no_status, "\"HTTP/1.1 099 No\""},
        {"a CR in the phrase", "HTTP/1.1 200 O\rK" + rest,
         "a NUL or CR inside the status line: ", "\"HTTP/1.1 200 O"},
        {"a NUL in the phrase", "HTTP/1.1 200 O\0K"s + rest,
         "a NUL or CR inside the status line: ", "\"HTTP/1.1 200 O"},
        {"no name", ok + ": y" + rest, "a field without a name: ", "\": y\""},
        {"a blank in a name", ok + "X Y: z" + rest,
         "invalid characters in a field name: ", "\"X Y: z\""},
        {"a bracket in a name", ok + "X(Y): z" + rest,
         "invalid characters in a field name: ", "\"X(Y): z\""},
        {"a first field that is folded", ok + " X: y" + rest,
         "a blank before the first field: ", "\" X: y\""},
        {"a page where a field should be", ok + "<html>" + rest,
         "the body begins before the end of the head: ", "\"<html>\""},
        {"a NUL in a value", ok + "X: y\0z"s + rest, "a NUL in a field: ", "\"X: y"},
        {"a NUL in a line without a colon", ok + "y\0z"s + rest, "a NUL in a line: ", "\"y"},
        {"a CR in a value", ok + "X: y\rz" + rest, "a CR inside a line: ", "\"X: y"},
        {"a CR in a line without a colon", ok + "y\rz" + rest, "a CR inside a line: ", "\"y"},
        {"a line of CRs", ok + "X: y\r\n\r" + rest,
         "a line of CRs only, which may or may not end the head: ", "\""},
        {"two lengths", ok + "Content-Length: 3" + rest,
         "a Content-Length that differs from \"3\": ", "\"Content-Length: 2\""},
        {"two lengths in a list", ok + "Content-Length: 2, 3\r\n\r\nhi!",
         "a Content-Length that differs from \"2\": ", "\"Content-Length: 2, 3\""},
        {"a length and none", ok + "Content-Length: -1" + rest,
         "a Content-Length with a number and one without: ", "\"Content-Length: 2\""},
        {"a length of letters", ok + "Content-Length: five\r\n\r\nhi", no_length,
         "\"Content-Length: five\""},
        {"a length with a tail", ok + "Content-Length: 2a\r\n\r\nhi", no_length,
         "\"Content-Length: 2a\""},
        {"a length with a sign", ok + "Content-Length: +2\r\n\r\nhi", no_length,
         "\"Content-Length: +2\""},
        {"a length below zero", ok + "Content-Length: -2\r\n\r\nhi", no_length,
         "\"Content-Length: -2\""},
        {"a length and a comma", ok + "Content-Length: 2,\r\n\r\nhi", no_length,
         "\"Content-Length: 2,\""},
        {"a vertical tab before chunked",
         coded("\x0b"
               "chunked"),
         "a control character in a field that sets the body's length: ", "\"Transfer-Encoding: "},
        {"DEL behind a length", ok + "Content-Length: 2\x7f\r\n\r\nhi",
         "a control character in a field that sets the body's length: ", "\"Content-Length: 2"},
        {"gzip", coded("gzip"), no_coding, "\"Transfer-Encoding: gzip\""},
        {"gzip, then chunks", coded("gzip, chunked"), no_coding,
         "\"Transfer-Encoding: gzip, chunked\""},
        // mod_proxy reads to the end of the connection here, Chromium reads chunks.
        {"chunks, then identity", coded("chunked, identity"), no_coding,
         "\"Transfer-Encoding: chunked, identity\""},
        {"chunked with a parameter", coded("chunked;x=y"), no_coding,
         "\"Transfer-Encoding: chunked;x=y\""},
        {"nearly chunked", coded("xchunked"), no_coding, "\"Transfer-Encoding: xchunked\""},
    };
}

inline std::vector<refused_response> refused_chunks()
{
    using namespace old;
    using namespace std::string_literals;
    const char* no_size = "a chunk without a size: ";
    const char* too_large = "a chunk size that is too large: ";
    const char* tail = "a chunk size followed by what is not an extension: ";
    const char* beyond = "a chunk's data is longer than its size: ";
    const char* inside = "a CR or NUL inside a chunk size line: ";
    return {
        {"no size", sized("\r\n"), no_size, "\"\""},
        {"a page in the place of chunks", chunked + "<html>hi</html>", no_size,
         "\"<html>hi</html>\""},
        {"a size with a sign", sized("+2\r\n"), no_size, "\"+2\""},
        {"blanks before a size", sized(" 2\r\n"), "blanks before a chunk size: ", "\" 2\""},
        {"a size with a prefix", sized("0x2\r\n"), tail, "\"0x2"},
        {"two sizes", sized("2 2\r\n"), tail, "\"2 2"},
        {"two CRs", sized("2\r\r\n"), tail, "\"2"},
        {"a size above 2^63", sized("8000000000000000\r\n"), too_large, "\"8000000000000000"},
        {"a size of many digits", sized("fffffffffffffffff2\r\n"), too_large,
         "\"fffffffffffffffff2"},
        // Some read on to a CR that is still to come.
        {"an extension that ends in LF", sized("2;a\n"),
         "a chunk extension that ends in LF without CR: ", "\"2;a\""},
        {"a CR in an extension", sized("2;a\rb\r\n"), inside, "\"2;a"},
        {"a NUL in an extension", sized("2;a\0b\r\n"s), inside, "\"2;a"},
        {"more data than the size says", chunked + "2\r\nhiho\r\n0\r\n\r\n", beyond, "\"ho\""},
        {"no line end behind data", chunked + "2\r\nhi0\r\n\r\n", beyond, "\"0\""},
        {"a line end too many", chunked + "2\r\nhi\r\n\r\n0\r\n\r\n", no_size, "\"\""},
        {"a line without end", chunked + "2;" + std::string(70000, 'x'),
         "a chunk size line that does not end: ", "\"2;xxx"},
        {"trailers without end", chunked + "0\r\nX: " + std::string(70000, 'x'),
         "trailers larger than 64 KiB: ", "\"X: xxx"},
    };
}

} // namespace v6front::test
