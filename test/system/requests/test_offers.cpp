// SPDX-License-Identifier: Apache-2.0
//
// Upgrade to another protocol of this server itself: what a connection cannot do, it does not offer
// (RFC 9110 7.8), and does not begin when it is asked to.
#include "catch.hpp"
#include "scripted_backend.hpp"
#include "ways.hpp"

#include <ostream>

using namespace v6front;

namespace
{

struct offer_row {
    std::string name;
    question asked;
    std::string protocols = "h2c http/1.1";
};
std::ostream& operator<<(std::ostream& out, const offer_row& r)
{
    return out << r.name;
}

const std::vector<std::pair<std::string, std::string>> to_h2c{
    {"Connection", "Upgrade, HTTP2-Settings"},
    {"Upgrade", "h2c"},
    {"HTTP2-Settings", "AAMAAABkAAQAAP__"}};
const std::vector<std::pair<std::string, std::string>> to_several{
    {"Connection", "Upgrade, HTTP2-Settings"},
    {"Upgrade", "chat, H2C, h2"},
    {"HTTP2-Settings", "AAMAAABkAAQAAP__"}};

const std::vector<offer_row> offer_rows{
    {"the site's", {"/"}},
    {"a file", {"/static.txt"}},
    {"a file of a virtual host without routes",
     {"/static.txt", "GET", {}, {}, false, "other.test"}},
    {"a virtual host with V6FrontEngine Off", {"/", "GET", {}, {}, false, "off.test"}},
    {"the server itself", {"*", "OPTIONS"}},
    {"a missing file", {"/static.txt/none"}},
    {"asked for, of the site", {"/", "GET", to_h2c}},
    {"asked for, of a file", {"/static.txt", "GET", to_h2c}},
    {"asked for, without routes", {"/static.txt", "GET", to_h2c, {}, false, "other.test"}},
    {"asked for, V6FrontEngine Off", {"/", "GET", to_h2c, {}, false, "off.test"}},
    {"asked for, of the server itself", {"*", "OPTIONS", to_h2c}},
    {"asked for among others", {"/", "GET", to_several}},
    {"another order", {"/"}, "h2 h2c http/1.1"},
};

httpd_options three_hosts(bool tls, bool with_module, const std::string& site,
                          const std::string& protocols)
{
    httpd_options options;
    options.tls = tls;
    options.with_module = with_module;
    options.modules = {"http2"};
    options.port = free_port();
    options.global = "Protocols " + protocols;
    const std::string pass =
        with_module ? "V6FrontPass /static.txt !\nV6FrontPass / " + site + "\n" : "";
    const std::string own = tls ? "SSLEngine On\nSSLCertificateFile " +
                                      test_certificate().certificate + "\nSSLCertificateKeyFile " +
                                      test_certificate().key + "\n"
                                : "";
    const std::string next =
        "</VirtualHost>\n<VirtualHost *:" + std::to_string(options.port) + ">\n" + own;
    options.site = pass + next + "ServerName other.test\n" + next + "ServerName off.test\n" +
                   (with_module ? "V6FrontEngine Off\n" : "") + pass;
    return options;
}

} // namespace

TEST_CASE("An adopted connection offers no protocol that it cannot switch to", "[offers]")
{
    const bool tls = GENERATE(false, true);
    const offer_row row = GENERATE(from_range(offer_rows));
    INFO(row << (tls ? ", TLS" : ""));
    scripted_backend site(
        [](const received_request&) { return response("site", "Content-Type: text/plain\r\n"); });
    httpd_server front(three_hosts(tls, true, site.url(), row.protocols));
    raw_client client(front.port(), client_for(front));
    for (int i = 0; i < 2; ++i) { // core offers in the first answer alone
        client.send(request_text(row.asked));
        const http_message answer = client.read_response();
        CHECK(answer.status() != 0);
        CHECK(answer.complete);
        CHECK(answer.head.find("101 ") == std::string::npos);
        CHECK(answer.value("Upgrade") == "");
        CHECK(answer.value("Connection") == "");
    }
}

TEST_CASE("Connections that are httpd's own offer and switch as they always do", "[offers]")
{
    const bool with_module = GENERATE(false, true);
    INFO(with_module);
    scripted_backend site([](const received_request&) { return response("site"); });
    httpd_options options = three_hosts(false, with_module, site.url(), "h2c http/1.1");
    options.model = mpm::worker;
    httpd_server front(options);
    {
        raw_client client(front.port());
        client.send(request_text({"/static.txt"}));
        const http_message answer = client.read_response();
        CHECK(answer.value("Upgrade") == "h2c");
        CHECK(answer.body == "from a file\n");
    }
    raw_client client(front.port());
    client.send(request_text({"/static.txt", "GET", to_h2c}));
    std::string head;
    while (head.find("\r\n\r\n") == head.npos) {
        const std::string more = client.read_some();
        REQUIRE(!more.empty());
        head += more;
    }
    CHECK(head.starts_with("HTTP/1.1 101 "));
}
