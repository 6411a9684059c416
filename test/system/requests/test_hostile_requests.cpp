// SPDX-License-Identifier: Apache-2.0
//
// Requests that two readers could understand differently: refused, or forwarded in one form. Each
// row is followed by a victim's request, and hides one for /evil: the site must never see that.
#include "catch.hpp"
#include "strict_requests.hpp"
#include "ways.hpp"

#include <map>
#include <sstream>

using namespace v6front;

namespace
{

// What the site sees of the row and of the victim's request behind it: nothing, both, the row (what
// follows is no request then, and refused), the victim's (the row's end was clear).
enum class fate_of_row { refused, forwarded, alone, passed_over };

struct hostile_row {
    const char* name;
    std::string bytes;
    fate_of_row becomes = fate_of_row::refused;
    std::string body{}; // what the site gets with it
};

const std::string start = "POST /row HTTP/1.1\r\nHost: site.test\r\n";
const std::string get_start = "GET /row HTTP/1.1\r\nHost: site.test\r\n";
const std::string hidden_request = "GET /evil HTTP/1.1\r\nHost: site.test\r\n\r\n";
const std::string victim = "GET /after HTTP/1.1\r\nHost: site.test\r\nConnection: close\r\n\r\n";

std::string in_chunk(const std::string& text)
{
    std::ostringstream out;
    out << std::hex << text.size() << "\r\n" << text << "\r\n";
    return out.str();
}

// A request with a length of that text, whose body of five octets hides nothing if it is taken for
// five, and evil if it is taken for none.
hostile_row length(const char* name, const std::string& text,
                   fate_of_row becomes = fate_of_row::refused)
{
    return {name, start + "Content-Length:" + text + "\r\n\r\nhello", becomes, "hello"};
}

hostile_row coding(const char* name, const std::string& lines,
                   fate_of_row becomes = fate_of_row::refused)
{
    return {name, start + lines + "\r\n\r\n" + in_chunk(hidden_request) + "0\r\n\r\n", becomes,
            hidden_request};
}

std::vector<hostile_row> lengths()
{
    const std::string n = std::to_string(hidden_request.size());
    return {
        {"a length and chunks",
         start + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" +
             hidden_request},
        {"chunks and a length",
         start + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" +
             hidden_request},
        {"two lengths",
         start + "Content-Length: 0\r\nContent-Length: " + n + "\r\n\r\n" + hidden_request},
        {"two lengths in a list", start + "Content-Length: 0, " + n + "\r\n\r\n" + hidden_request},
        length("plain", " 5", fate_of_row::forwarded),
        length("without a space", "5", fate_of_row::forwarded),
        length("behind a tab", "\t5 ", fate_of_row::forwarded),
        length("twice the same", " 5\r\nContent-Length: 5"),
        length("a sign", " +5"),
        length("below zero", " -5"),
        length("hexadecimal", " 0x5"),
        length("an underscore", " 5_0"),
        length("two words", " 5 5"),
        length("a decimal point", " 5.0"),
        length("an exponent", " 5e0"),
        length("quoted", " \"5\""),
        length("a comma", " 5,"),
        length("a form feed", "\x0c"
                              "5"),
        length("empty", " "),
        length("above 2^64", " 18446744073709551621"),
        length("above 2^63", " 9223372036854775813"),
        length("folded", "\r\n 5", fate_of_row::forwarded),
        {"a length, nominated",
         start + "Connection: Content-Length\r\nContent-Length: 5\r\n\r\nhello",
         fate_of_row::forwarded, "hello"},
        {"a GET with a body", get_start + "Content-Length: " + n + "\r\n\r\n" + hidden_request,
         fate_of_row::forwarded, hidden_request},
        {"a space before the colon", start + "Content-Length : " + n + "\r\n\r\n" + hidden_request},
        {"a tab before the colon", start + "Content-Length\t: " + n + "\r\n\r\n" + hidden_request},
        {"a CR before the colon", start + "Content-Length\r: " + n + "\r\n\r\n" + hidden_request},
    };
}

std::vector<hostile_row> codings()
{
    const std::string te = "Transfer-Encoding: ";
    return {
        coding("plain", te + "chunked", fate_of_row::forwarded),
        coding("in capitals", "TRANSFER-ENCODING: CHUNKED", fate_of_row::forwarded),
        coding("behind a tab", "Transfer-Encoding:\tchunked", fate_of_row::forwarded),
        coding("nominated", "Connection: Transfer-Encoding\r\n" + te + "chunked",
               fate_of_row::forwarded),
        {"what httpd refuses by itself", // and would read on behind it
         "POST /row%2f HTTP/1.1\r\nHost: site.test\r\nTransfer-Encoding: chunked\r\n"
         "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" +
             hidden_request},
        coding("an OPTIONS' chunks", te + "chunked", fate_of_row::forwarded),
        coding("nearly", te + "xchunked"),
        coding("nearly, behind", te + "chunkedx"),
        coding("identity", te + "identity"),
        coding("identity first", te + "identity, chunked"),
        coding("identity behind", te + "chunked, identity"),
        coding("twice", te + "chunked, chunked"),
        coding("in two lines", te + "chunked\r\n" + te + "chunked"),
        coding("in two lines, one unknown", te + "chunked\r\n" + te + "x"),
        coding("unknown first", te + "x\r\n" + te + "chunked"),
        coding("empty first", te + "\r\n" + te + "chunked"),
        coding("a comma before", te + ", chunked"),
        coding("a comma behind", te + "chunked,"),
        coding("quoted", te + "\"chunked\""),
        coding("with a parameter", te + "chunked;a=b"),
        coding("behind a vertical tab", "Transfer-Encoding:\x0b"
                                        "chunked"),
        coding("behind a form feed", "Transfer-Encoding:\x0c"
                                     "chunked"),
        coding("behind 0xa0", "Transfer-Encoding:\xa0"
                              "chunked"),
        coding("a vertical tab behind", te + "chunked\x0b"),
        coding("a NUL behind", te + "chunked" + std::string(1, '\0')),
        coding("a bare CR behind", te + "chunked\r\r"),
        coding("a space before the colon", "Transfer-Encoding : chunked"),
        coding("a line end before the colon", "Transfer-Encoding\n: chunked"),
        {"a tab before the name", // which makes it a part of X
         start + "X: y\r\n\tTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", fate_of_row::alone},
        coding("behind a bare LF", "X: y\nTransfer-Encoding: chunked"),
        coding("behind a bare CR", "X: y\rTransfer-Encoding: chunked"),
        coding("gzip", te + "gzip, chunked"),
        {"a GET with chunks", // whose body other readers leave on the connection
         get_start + te + "chunked\r\n\r\n" + in_chunk(hidden_request) + "0\r\n\r\n",
         fate_of_row::forwarded, hidden_request},
        {"an OPTIONS with chunks",
         "OPTIONS /row HTTP/1.1\r\nHost: site.test\r\n" + te + "chunked\r\n\r\n" +
             in_chunk(hidden_request) + "0\r\n\r\n",
         fate_of_row::forwarded, hidden_request},
        {"a DELETE with chunks",
         "DELETE /row HTTP/1.1\r\nHost: site.test\r\n" + te + "chunked\r\n\r\n" +
             in_chunk(hidden_request) + "0\r\n\r\n",
         fate_of_row::forwarded, hidden_request},
        {"chunks of HTTP/1.0", "POST /row HTTP/1.0\r\nHost: site.test\r\nConnection: keep-alive\r\n"
                               "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" +
                                   hidden_request},
    };
}

std::vector<hostile_row> chunks()
{
    const std::string head = start + "Transfer-Encoding: chunked\r\n\r\n";
    const auto size = [&](const char* name, const std::string& text,
                          fate_of_row becomes = fate_of_row::refused) {
        return hostile_row{name, head + text + "\r\nhello\r\n0\r\n\r\n", becomes, "hello"};
    };
    return {
        size("plain", "5", fate_of_row::forwarded),
        size("leading zeros", "0005", fate_of_row::forwarded),
        size("an extension", "5;a=b;c=\"d\"", fate_of_row::forwarded),
        size("a prefix", "0x5"),
        size("an underscore", "0_5"),
        size("a sign", "+5"),
        size("below zero", "-5"),
        size("behind a space", " 5"),
        size("above 2^64", "10000000000000005"),
        size("above 2^63", "8000000000000005"),
        size("above 2^128", "100000000000000000000000000000005"),
        size("empty", ""),
        size("a letter", "g"),
        size("two words", "5 5"),
        size("an extension with a bare CR", "5;a\rb"),
        {"an extension with a bare LF", head + "5;a\nhello\r\n0\r\n\r\n" + hidden_request},
        {"an extension with a hidden chunk",
         head + "2;\nxx\r\n" + in_chunk("0\r\n\r\n" + hidden_request) + "0\r\n\r\n"},
        {"a size that ends in LF", head + "5\nhello\r\n0\r\n\r\n" + hidden_request},
        {"a size that ends in CR", head + "5\rhello\r\n0\r\n\r\n" + hidden_request},
        {"a size that ends in CR, more", head + "5\rXhello\r\n0\r\n\r\n" + hidden_request},
        {"no line end behind the data", head + "5\r\nhello0\r\n\r\n" + hidden_request},
        {"LF behind the data", head + "5\r\nhello\n0\r\n\r\n" + hidden_request},
        {"two octets instead of a line end", head + "5\r\nhelloXX0\r\n\r\n" + hidden_request},
        {"more data than the size", head + "5\r\nhello, you\r\n0\r\n\r\n" + hidden_request},
        {"a length as a trailer",
         head + "5\r\nhello\r\n0\r\nContent-Length: 99\r\nHost: evil.test\r\n\r\n",
         fate_of_row::forwarded, "hello"},
        {"a trailer that is none", head + "5\r\nhello\r\n0\r\nGET /evil HTTP/1.1\r\n\r\n"},
        {"a last chunk of LF", head + "5\r\nhello\r\n0\n\n" + hidden_request},
    };
}

std::vector<hostile_row> lines()
{
    const std::string host = "Host: site.test\r\n\r\n";
    return {
        {"LF alone", "GET /row HTTP/1.1\nHost: site.test\n\n"},
        {"LF alone behind the request line", "GET /row HTTP/1.1\n" + host},
        {"LF alone at the end", "GET /row HTTP/1.1\r\nHost: site.test\r\n\n" + hidden_request},
        {"CR alone", "GET /row HTTP/1.1\rHost: site.test\r\r"},
        {"a bare CR in a value", get_start + "X: a\rb\r\n\r\n"},
        {"a bare CR before CRLF", get_start + "X: a\r\r\n\r\n"},
        {"a NUL in a value", get_start + std::string("X: a\0b\r\n\r\n", 10)},
        {"a NUL in a name", get_start + std::string("X\0: b\r\n\r\n", 9)},
        {"a NUL in the target", std::string("GET /row\0 HTTP/1.1\r\n", 20) + host},
        {"a folded value", get_start + "X: a\r\n b\r\n\r\n", fate_of_row::forwarded},
        {"a folded request", get_start + "X: a\r\n GET /evil HTTP/1.1\r\n\r\n",
         fate_of_row::forwarded},
        {"a fold before the first field", "GET /row HTTP/1.1\r\n X: y\r\n" + host},
        {"no colon", get_start + "X y\r\n\r\n"},
        {"no name", get_start + ": y\r\n\r\n"},
        {"a name with a space", get_start + "X Y: z\r\n\r\n"},
        {"a name in quotes", get_start + "\"X\": z\r\n\r\n"},
        {"a control character", get_start + "X: \x07\r\n\r\n"},
        {"two spaces", "GET  /row HTTP/1.1\r\n" + host},
        {"a tab", "GET\t/row\tHTTP/1.1\r\n" + host},
        {"a space behind", "GET /row HTTP/1.1 \r\n" + host},
        {"a space before", " GET /row HTTP/1.1\r\n" + host},
        {"a method with a colon", "GET: /row HTTP/1.1\r\n" + host},
        {"a version in the target", "GET /row HTTP/1.1 HTTP/1.1\r\n" + host},
        {"HTTP/2.0", "GET /row HTTP/2.0\r\n" + host, fate_of_row::passed_over},
        {"HTTP/1.10", "GET /row HTTP/1.10\r\n" + host},
        {"http/1.1", "GET /row http/1.1\r\n" + host},
        {"no Host", "GET /row HTTP/1.1\r\n\r\n"},
        {"two Hosts", get_start + "Host: evil.test\r\n\r\n"},
        {"twice the same Host", get_start + "Host: site.test\r\n\r\n"},
        {"two Hosts in a list", "GET /row HTTP/1.1\r\nHost: site.test, evil.test\r\n\r\n"},
        {"a Host with a path", "GET /row HTTP/1.1\r\nHost: site.test/evil\r\n\r\n"},
        {"a Host with a user", "GET /row HTTP/1.1\r\nHost: evil@site.test\r\n\r\n"},
        {"a Host with a space", "GET /row HTTP/1.1\r\nHost: site.test evil\r\n\r\n"},
        {"a Host, nominated", get_start + "Connection: Host\r\n\r\n", fate_of_row::forwarded},
        {"an empty line first", "\r\n" + get_start + "\r\n", fate_of_row::forwarded},
        {"a refused upgrade, and a request behind it",
         get_start + "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n", fate_of_row::forwarded},
        {"a refused upgrade with a body",
         start + "Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: " +
             std::to_string(hidden_request.size()) + "\r\n\r\n" + hidden_request,
         fate_of_row::forwarded, hidden_request},
    };
}

std::string seen_by(const strict_site& site)
{
    std::string seen;
    for (const auto& r : site.requests())
        seen += r.target + " ";
    return seen;
}

void check_row(const httpd_server& front, strict_site& site, const hostile_row& r)
{
    site.forget();
    raw_client client(front.port(), client_for(front));
    client.send(r.bytes + victim);
    const std::string answers = client.read_until_close();
    INFO(answers.substr(0, answers.find("\r\n")));
    const std::string seen = seen_by(site);
    for (const auto& f : site.faults()) {
        // A body that broke off: the site can tell that it is not whole.
        FAIL_CHECK(f);
    }
    CHECK(seen.find("/evil") == std::string::npos);
    static const std::map<fate_of_row, std::string> expected{
        {fate_of_row::refused, ""},
        {fate_of_row::forwarded, "/row /after "},
        {fate_of_row::alone, "/row "},
        {fate_of_row::passed_over, "/after "}};
    CHECK(seen == expected.at(r.becomes));
    if (seen.starts_with("/row")) {
        CHECK(site.requests()[0].body == r.body);
    } else {
        const int status = answers.size() > 12 ? std::atoi(answers.c_str() + 9) : 0;
        CHECK(((status >= 400 && status < 600) || answers.starts_with("<!DOCTYPE")));
    }
}

} // namespace

TEST_CASE("Requests that could be understood in two ways", "[hostile]")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    strict_site site;
    httpd_options options = options_for(w, "V6FrontPass / " + site.url());
    options.global = "Timeout 3";
    httpd_server front(options);
    using table = std::pair<const char*, std::vector<hostile_row>>;
    for (const table& t : {table{"length", lengths()}, table{"coding", codings()},
                           table{"chunk", chunks()}, table{"line", lines()}}) {
        for (const hostile_row& r : t.second) {
            INFO(t.first << ": " << r.name);
            check_row(front, site, r);
        }
    }
}
