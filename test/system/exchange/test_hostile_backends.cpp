// SPDX-License-Identifier: Apache-2.0
//
// Answers that two readers could understand differently, and bytes that nobody asked for: refused,
// or passed on in one form, and never delivered to anyone else. A row is what the site sends.
#include "catch.hpp"
#include "tunnel_site.hpp"
#include "user_agent.hpp"
#include "ways.hpp"

#include <atomic>

using namespace v6front;

namespace
{

struct bad_answer {
    const char* name;
    std::string bytes;
    int status = 502; // what the client gets
    std::string body{};
    bool cut = false; // the client may also get the beginning of it, visibly cut
};

const std::string ok = "HTTP/1.1 200 OK\r\n";
const std::string chunked = ok + "Transfer-Encoding: chunked\r\n\r\n";
const std::string evil = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nEVIL";

std::vector<bad_answer> status_lines()
{
    const std::string rest = "\r\nContent-Length: 2\r\n\r\nhi";
    std::string interim;
    for (int i = 0; i < 100; ++i)
        interim += "HTTP/1.1 100 Continue\r\n\r\n";
    return {
        {"a hundred interim responses", interim + "HTTP/1.1 200 OK" + rest, 200, "hi"},
        {"one interim response more",
         interim + "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK" + rest},
        {"no version", "200 OK" + rest},
        {"no status", "HTTP/1.1" + rest},
        {"HTTP/2", "HTTP/2 200 OK" + rest},
        {"HTTP/1.2", "HTTP/1.2 200 OK" + rest, 200, "hi"}, // is 1.1 (RFC 9110 2.5)
        {"HTTP/0.9", "HTTP/0.9 200 OK" + rest},
        {"two digits of a version", "HTTP/1.10 200 OK" + rest},
        {"lower case", "http/1.1 200 OK" + rest, 200, "hi"}, // means nothing else
        {"another protocol", "ICY 200 OK" + rest},
        {"a page without a head", "<html>hello</html>"},
        {"two digits", "HTTP/1.1 20 OK" + rest},
        {"four digits", "HTTP/1.1 2000 OK" + rest},
        {"letters", "HTTP/1.1 2OO OK" + rest},
        {"a sign", "HTTP/1.1 +20 OK" + rest},
        {"below 100", "HTTP/1.1 099 No" + rest},
        {"below 100, then an answer",
         "HTTP/1.1 099 No\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nEVIL"},
        {"nothing between", "HTTP/1.1200 OK" + rest},
        // Words may be divided by any blanks (RFC 9112 4).
        {"a tab between", "HTTP/1.1\t200 OK" + rest, 200, "hi"},
        {"two spaces", "HTTP/1.1  200 OK" + rest, 200, "hi"},
        {"a space before", " HTTP/1.1 200 OK" + rest, 200, "hi"},
        {"a bare CR in the phrase", "HTTP/1.1 200 O\rK" + rest},
        {"a NUL in the phrase", std::string("HTTP/1.1 200 O\0K", 16) + rest},
        {"no phrase", "HTTP/1.1 200 " + rest, 200, "hi"},
    };
}

std::vector<bad_answer> field_lines()
{
    const std::string rest = "\r\nContent-Length: 2\r\n\r\nhi";
    return {
        {"no colon", ok + "X y" + rest, 200, "hi"}, // no field, and goes, as in browsers
        {"no name", ok + ": y" + rest},
        {"a space before the colon", ok + "X : y" + rest, 200, "hi"}, // RFC 9112 5.1: it goes
        {"a space in the name", ok + "X Y: y" + rest},
        {"a space before the first field", ok + " X: y" + rest},
        {"a NUL", ok + std::string("X: a\0b", 6) + rest},
        {"a bare CR", ok + "X: a\rb" + rest},
        {"a bare CR that hides a length", ok + "X: a\rContent-Length: 9" + rest},
        {"a control character", ok + "X: a\x01z" + rest, 200, "hi"}, // becomes a blank
        // LF ends a line for everybody (RFC 9112 2.2); none goes on to the client.
        {"bare LF", "HTTP/1.1 200 OK\nContent-Length: 2\n\nhi", 200, "hi"},
        {"bare LF in one line", ok + "X: a\nContent-Length: 2\r\n\r\nhi", 200, "hi"},
        {"a bare LF at the end of the head", ok + "Content-Length: 2\r\n\nhi", 200, "hi"},
        {"a folded value", ok + "X: a\r\n  b" + rest, 200, "hi"},
        {"65 KB", ok + "X: " + std::string(66000, 'x') + rest},
        {"65 KB in many lines",
         [&] {
             std::string head = ok;
             for (int i = 0; i < 7000; ++i)
                 head += "X: y" + std::to_string(i) + "\r\n";
             return head + rest.substr(2);
         }()},
        {"no end", ok + "X: " + std::string(200000, 'x')},
        {"60 KB", ok + "X: " + std::string(60000, 'x') + rest, 200, "hi"},
    };
}

std::vector<bad_answer> lengths()
{
    const auto length = [](const std::string& text) {
        return ok + "Content-Length: " + text + "\r\n\r\nhi";
    };
    const auto coded = [](const std::string& text) {
        return ok + "Transfer-Encoding: " + text + "\r\n\r\n2\r\nhi\r\n0\r\n\r\n";
    };
    return {
        {"two", ok + "Content-Length: 2\r\nContent-Length: 3\r\n\r\nhi!"},
        {"two in a list", length("2, 3")},
        {"a sign", length("+2")},
        {"below zero", length("-2")},
        {"hexadecimal", length("0x2")},
        {"two words", length("2 2")},
        {"a tail", length("2a")},
        {"none", length(""), 502, "", true}, // to the end of the connection, which does not come
        {"a comma", length("2,")},
        {"above 2^64", length("18446744073709551618")},
        // The length goes, and so does the connection (RFC 9112 6.3).
        {"a length and chunks",
         ok + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n"
              "2\r\nhi\r\n0\r\n\r\n",
         200, "hi"},
        {"chunks and a length",
         ok + "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n"
              "2\r\nhi\r\n0\r\n\r\n",
         200, "hi"},
        {"identity", coded("identity"), 502, "", true}, // as if not sent (RFC 2616 3.6): cut here
        {"gzip", coded("gzip")},
        {"gzip, then chunks", coded("gzip, chunked")},
        {"chunks, then gzip", coded("chunked, gzip")},
        {"chunks twice", coded("chunked, chunked"), 200, "hi"}, // may not be (RFC 9112 7.1)
        {"two codings", ok + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n"
                             "2\r\nhi\r\n0\r\n\r\n"},
        {"chunks in two lines",
         ok + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"
              "2\r\nhi\r\n0\r\n\r\n",
         200, "hi"},
        {"nearly chunked", coded("xchunked")},
        {"chunked, quoted", coded("\"chunked\"")},
        {"chunked, with a parameter", coded("chunked;x=y")},
        {"chunked, with a vertical tab", coded("\x0b"
                                               "chunked")},
        {"no coding", coded(""), 502, "", true}, // to the end of the connection
        {"chunks to HTTP/1.0",
         "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n"
         "2\r\nhi\r\n0\r\n\r\n",
         200, "hi"},
    };
}

std::vector<bad_answer> chunks()
{
    const auto size = [](const std::string& text) {
        return chunked + text + "\r\nhi\r\n0\r\n\r\n";
    };
    return {
        {"no size", size(""), 502, "", true},
        {"a size of letters", size("xyz"), 502, "", true},
        {"a size with a prefix", size("0x2"), 502, "", true},
        {"a size with an underscore", size("0_2"), 502, "", true},
        {"a size with a sign", size("+2"), 502, "", true},
        {"a size below zero", size("-2"), 502, "", true},
        {"a size behind a space", size(" 2"), 502, "", true},
        {"a size above 2^64", size("10000000000000002"), 502, "", true},
        {"a size of many digits", size("fffffffffffffffff2"), 502, "", true},
        {"a size that ends in LF", chunked + "2\nhi\r\n0\r\n\r\n", 200, "hi"}, // as all lines do
        {"a size that ends in CR", chunked + "2\rhi\r\n0\r\n\r\n", 502, "", true},
        {"an extension with a bare LF", size("2;a\nb"), 502, "", true},
        {"an extension", size("2;a=b;c=\"d\""), 200, "hi"},
        {"leading zeros", size("0002"), 200, "hi"},
        {"no line end behind the data", chunked + "2\r\nhi0\r\n\r\n", 502, "", true},
        {"more data than the size says", chunked + "2\r\nhiho\r\n0\r\n\r\n", 502, "", true},
        // Trailers may always go (RFC 9110 6.5.1).
        {"a trailer without a colon", chunked + "2\r\nhi\r\n0\r\nX y\r\n\r\n", 200, "hi"},
    };
}

// What is left over must never be an answer.
std::vector<bad_answer> left_overs()
{
    return {
        {"a second answer in the same segment", ok + "Content-Length: 2\r\n\r\nhi" + evil, 200,
         "hi"},
        {"a second answer behind chunks", chunked + "2\r\nhi\r\n0\r\n\r\n" + evil, 200, "hi"},
        {"one octet too many", ok + "Content-Length: 2\r\n\r\nhi!", 200, "hi"},
        {"a line end too many", ok + "Content-Length: 2\r\n\r\nhi\r\n", 200, "hi"},
        {"an answer behind 204", "HTTP/1.1 204 No Content\r\n\r\n" + evil, 204, ""},
        {"a body behind 204", "HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\nEVIL", 204, ""},
        {"a body behind 304", "HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\nEVIL", 304,
         ""},
        {"chunks behind 204",
         "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nEVIL\r\n0\r\n\r\n", 204,
         ""},
    };
}

// Sends the row that the target names, to the end of the connection.
void send_rows(site_connection& peer, const std::vector<bad_answer>& rows)
{
    do {
        const std::string target = peer.head().substr(5, peer.head().find(' ', 5) - 5);
        if (target == "good")
            peer.send(ok + "Content-Length: 4\r\n\r\ngood");
        else
            peer.send(rows.at(std::stoul(target)).bytes);
    } while (peer.read_head());
}

void check_row(const httpd_server& front, const bad_answer& row, const std::string& target)
{
    const http_message answer = get(front, target);
    // Where no length tells, a body that is cut ends in a reset, which may take the head with it.
    const bool may_be_cut = answer.status() == 0 || answer.status() == 200;
    const bool is_cut = row.cut && may_be_cut && answer.truncated();
    INFO(answer.status() << " " << answer.body << (answer.truncated() ? ", cut" : ", whole"));
    CHECK((is_cut || answer.status() == row.status));
    CHECK((is_cut || answer.complete));
    if (row.status == 200)
        CHECK(answer.body == row.body);
    CHECK(answer.body.find("EVIL") == std::string::npos);
    const http_message next = get(front, "/good");
    CHECK(next.status() == 200);
    CHECK(next.body == "good");
}

} // namespace

TEST_CASE("Answers that could be understood in two ways", "[hostile]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    using table = std::pair<const char*, std::vector<bad_answer>>;
    std::vector<bad_answer> all;
    std::vector<const char*> tables;
    for (const table& t :
         {table{"status line", status_lines()}, table{"field", field_lines()},
          table{"length", lengths()}, table{"chunk", chunks()}, table{"left over", left_overs()}}) {
        all.insert(all.end(), t.second.begin(), t.second.end());
        tables.resize(all.size(), t.first);
    }
    tunnel_site site([&](site_connection& peer) { send_rows(peer, all); });
    httpd_options options =
        options_for(w, "V6FrontPass / " + site.url() + " response=1500ms idle=1500ms");
    options.global = "V6FrontThreads 1"; // so that all share one pool
    httpd_server front(options);
    for (std::size_t i = 0; i < all.size(); ++i) {
        INFO(tables[i] << ": " << all[i].name);
        check_row(front, all[i], "/" + std::to_string(i));
    }
}

TEST_CASE("What a site says unasked on an idle connection is nobody's answer", "[hostile]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    std::atomic<int> said = 0;
    tunnel_site site([&](site_connection& peer) {
        do {
            peer.send(ok + "Content-Length: 4\r\n\r\ngood");
            if (peer.head().starts_with("GET /then-talks")) {
                peer.send(evil);
                ++said;
            }
        } while (peer.read_head());
    });
    httpd_options options = options_for(w, "V6FrontPass / " + site.url());
    options.global = "V6FrontThreads 1";
    // The event MPM closes idle clients when no thread is free, and one that has just served is not
    // yet where the machine has much else to do.
    if (w.model == mpm::event)
        options.threads = 100;
    httpd_server front(options);
    user_agent one(front);
    user_agent other(front);
    for (int i = 1; i <= 50; ++i) {
        one.send({"/then-talks"});
        CHECK(one.read_response().body == "good");
        await("the site to have said it", [&] { return said == i; });
        user_agent& next = i % 2 ? one : other;
        next.send({"/"});
        CHECK(next.read_response().body == "good");
    }
}

TEST_CASE("A larger response head is accepted where head= says so, a smaller one is not",
          "[hostile]")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    tunnel_site site([](site_connection& peer) {
        do {
            const auto size = std::stoul(peer.head().substr(peer.head().find("/x") + 2));
            peer.send(ok + "X: " + std::string(size, 'x') + "\r\nContent-Length: 2\r\n\r\nhi");
        } while (peer.read_head());
    });
    httpd_server front(options_for(w, "V6FrontPass /small " + site.url() + " head=1k\n" +
                                          "V6FrontPass /large " + site.url() + " head=256k"));
    CHECK(get(front, "/small/x500").status() == 200);
    CHECK(get(front, "/small/x2000").status() == 502);
    CHECK(get(front, "/large/x100000").value("X").size() == 100000);
    CHECK(get(front, "/large/x300000").status() == 502);
}
