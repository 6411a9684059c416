// SPDX-License-Identifier: Apache-2.0
//
// What a client can say in frames of HTTP/2 and must not become something else in HTTP/1.
#include "catch.hpp"
#include "h2_client.hpp"
#include "strict_requests.hpp"
#include "ways.hpp"

using namespace v6front;

namespace
{

const std::string evil = "GET /evil HTTP/1.1\r\nHost: site.test\r\n\r\n";

} // namespace

TEST_CASE("HTTP/2 requests that would be something else in HTTP/1", "[hostile]")
{
    strict_site site;
    httpd_options options = options_for(every_way()[0], "V6FrontPass / " + site.url());
    options.http2 = true;
    httpd_server front(options);
    struct h2_row {
        const char* name;
        h2_client::fields more;
        std::string data{};
        std::string method = "POST";
        std::string path = "/row";
        bool may_pass = false;
    };
    const std::string hidden = "0\r\n\r\n" + evil;
    const std::vector<h2_row> rows{
        {"a length, too small", {{"content-length", "3"}}, evil},
        {"a length, too large", {{"content-length", "300"}}, evil},
        {"a length of none", {{"content-length", "0"}}, evil},
        {"two lengths", {{"content-length", "0"}, {"content-length", "40"}}, evil},
        {"a length with a sign", {{"content-length", "+40"}}, evil},
        {"chunks", {{"transfer-encoding", "chunked"}}, hidden},
        {"Connection", {{"connection", "transfer-encoding"}}, evil},
        {"Upgrade", {{"upgrade", "websocket"}}, evil},
        {"a line end in a value", {{"x", "y\r\nTransfer-Encoding: chunked"}}, hidden},
        {"LF in a value", {{"x", "y\nTransfer-Encoding: chunked"}}, hidden},
        {"a NUL in a value", {{"x", std::string("y\0z", 3)}}, hidden},
        {"a line end in a name", {{"x: y\r\ntransfer-encoding", "chunked"}}, hidden},
        {"a colon in a name", {{"transfer-encoding: chunked\r\nx", "y"}}, hidden},
        {"a space in a name", {{"transfer-encoding ", "chunked"}}, hidden},
        {"a name in capitals", {{"Transfer-Encoding", "chunked"}}, hidden},
        {"a line end in the path", {}, evil, "POST", "/row HTTP/1.1\r\nX: y"},
        {"a space in the path", {}, evil, "POST", "/row /evil"},
        {"a space in the method", {}, evil, "GET /evil HTTP/1.1\r\nX: y\r\n\r\nPOST"},
        {"another host", {{"host", "evil.test"}}, "", "GET", "/row", true},
        {"a body that looks like a request", {}, evil, "POST", "/row", true},
        {"one with its length",
         {{"content-length", std::to_string(evil.size())}},
         evil,
         "POST",
         "/row",
         true},
    };
    for (const h2_row& r : rows) {
        INFO(r.name);
        site.forget();
        h2_client client(front.port());
        h2_client::fields list{{":method", r.method},
                               {":scheme", "http"},
                               {":path", r.path},
                               {":authority", "site.test"}};
        list.insert(list.end(), r.more.begin(), r.more.end());
        client.headers(1, list, r.data.empty());
        if (!r.data.empty()) {
            client.data(1, r.data, true);
        }
        const auto& answer = client.read(1);
        CHECK((answer.ended || client.is_over()));
        const auto seen = site.requests();
        for (const auto& f : site.faults()) {
            FAIL_CHECK(f);
        }
        CHECK(seen.size() <= (r.may_pass ? 1U : 0U));
        for (const auto& one : seen) {
            CHECK(one.target == "/row");
            CHECK(one.body == r.data);
            CHECK(one.value("Host") == "site.test");
        }
        if (r.data == evil && r.may_pass) {
            CHECK(seen.size() == 1);
        }
        raw_client old(front.port());
        old.send(request_text({"/good"}));
        CHECK(old.read_response().body == "/good");
    }
}
