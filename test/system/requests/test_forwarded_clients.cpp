// SPDX-License-Identifier: Apache-2.0
//
// Which address the site is told, where the client's is not simply the peer's IPv6 address.
#include "catch.hpp"
#include "plain_server.hpp"
#include "private_network.hpp"
#include "scripted_backend.hpp"
#include "user_agent.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

using namespace v6front;

namespace
{

// One request to that address, and so of a client there, to the end of the connection.
void ask_at(const char* address, std::uint16_t port, const std::string& text)
{
    namespace asio = boost::asio;
    asio::io_context context;
    asio::ip::tcp::socket socket(context);
    socket.connect({asio::ip::make_address(address), port});
    asio::write(socket, asio::buffer(text));
    char octets[4096];
    boost::system::error_code end;
    while (!end)
        socket.read_some(asio::buffer(octets), end);
}

const std::string claim =
    request_text({"/", "GET", {{"X-Forwarded-For", "192.0.2.1"}, {"Connection", "close"}}});

// A virtual host of its own at every address of the machine.
struct listening_everywhere {
    listening_everywhere(const way& w, const scripted_backend& site, const std::string& more)
        : port(free_port()), server(options_of(w, site, more, port))
    {
    }

    static httpd_options options_of(const way& w, const scripted_backend& site,
                                    const std::string& more, std::uint16_t port)
    {
        httpd_options options = options_for(w, "");
        const std::string number = std::to_string(port);
        options.global = "Listen [::]:" + number + "\n<VirtualHost *:" + number +
                         ">\nV6FrontPass / " + site.url() + "\nV6FrontAddHeaders +Forwarded\n" +
                         (w.engine ? "" : "V6FrontEngine Off\n") + more + "</VirtualHost>\n";
        return options;
    }

    std::uint16_t port;
    httpd_server server;
};

} // namespace

// What was told of a client by the PROXY protocol is reported; who is trusted is the sender.
TEST_CASE("The client of a PROXY header is reported, and its sender trusted", "[forwarded]")
{
    struct proxy_row {
        std::string directives;
        std::string header;
        std::string seen;
    };
    std::vector<way> ways = every_way();
    std::erase_if(ways, [](const way& w) { return w.tls; });
    ways.push_back(http2_way()); // HTTP/1.1 on a listener for both
    ways.back().tls = false;
    const way w = GENERATE_COPY(from_range(ways));
    const proxy_row r = GENERATE(values<proxy_row>({
        {"", "PROXY TCP6 2001:db8::7 2001:db8::1 1234 80\r\n", "2001:db8::7"},
        {"", "PROXY TCP4 192.0.2.7 192.0.2.1 1234 80\r\n", "192.0.2.7"},
        {"", "PROXY TCP6 ::ffff:192.0.2.7 ::ffff:192.0.2.1 1234 80\r\n", "192.0.2.7"},
        {"V6FrontTrust ::1\n", "PROXY TCP6 2001:db8::7 2001:db8::1 1234 80\r\n",
         "192.0.2.1, 2001:db8::7"},
        {"V6FrontTrust 2001:db8::7\n", "PROXY TCP6 2001:db8::7 2001:db8::1 1234 80\r\n",
         "2001:db8::7"},
    }));
    INFO(w << ", " << r.directives << r.header);
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_options options = options_for(w, "RemoteIPProxyProtocol On\nV6FrontPass / " + site.url() +
                                               "\n" + r.directives);
    options.modules = {"remoteip"};
    httpd_server front(options);
    raw_client client(front.port());
    client.send(r.header + request_text({"/", "GET", {{"X-Forwarded-For", "192.0.2.1"}}}));
    CHECK(client.read_response().status() == 200);
    CHECK(site.request(0).message.values("X-Forwarded-For") == std::vector<std::string>{r.seen});
}

TEST_CASE("An IPv4 client on a listener for both families is an IPv4 client", "[forwarded]")
{
    const way w = GENERATE(from_range(short_list()));
    const bool trusted = GENERATE(false, true);
    INFO(w << ", " << trusted);
    scripted_backend site([](const received_request&) { return response("ok"); });
    const listening_everywhere front(w, site, trusted ? "V6FrontTrust 127.0.0.0/8\n" : "");
    ask_at("127.0.0.1", front.port, claim);
    const http_message seen = site.request(0).message;
    CHECK(seen.value("X-Forwarded-For") == (trusted ? "192.0.2.1, 127.0.0.1" : "127.0.0.1"));
    CHECK(seen.value("Forwarded") == "for=127.0.0.1;by=127.0.0.1;host=site.test;proto=http");
}

TEST_CASE("A client with a link-local address is told without its zone", "[forwarded]")
{
    if (!private_network::possible("the client with a link-local address"))
        return;
    const way w = GENERATE(from_range(short_list()));
    const bool trusted = GENERATE(false, true);
    INFO(w << ", " << trusted);
    const private_network network;
    network.add_addresses("192.0.2.5", "fe80::5");
    scripted_backend site([](const received_request&) { return response("ok"); });
    const listening_everywhere front(w, site, trusted ? "V6FrontTrust fe80::/10\n" : "");
    ask_at("fe80::5%lo", front.port, claim);
    const http_message seen = site.request(0).message;
    CHECK(seen.value("X-Forwarded-For") == (trusted ? "192.0.2.1, fe80::5" : "fe80::5"));
    CHECK(seen.value("Forwarded") == R"(for="[fe80::5]";by="[fe80::5]";host=site.test;proto=http)");
}

TEST_CASE("A real site learns the IPv6 client by the field of RFC 7239", "[forwarded]")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    // Its log would do as well, and is written every few seconds.
    const plain_server site(plain_server::kind::lighttpd,
                            "server.modules += (\"mod_extforward\")\n"
                            "extforward.forwarder = (\"127.0.0.1\" => \"trust\")\n"
                            "extforward.headers = (\"Forwarded\")\n"
                            "$HTTP[\"remoteip\"] != \"::1\" { url.access-deny = (\"\") }\n");
    const httpd_server front(
        options_for(w, "V6FrontPass /page " + site.url() +
                           "page\nV6FrontAddHeaders Forwarded\n"
                           "<Location /without>\nV6FrontPass " +
                           site.url() + "page\nV6FrontAddHeaders -Forwarded\n</Location>\n"));
    // Whoever it is, not who it claims to be.
    for (const char* claim : {"for=192.0.2.1", "for=\"[::1]\""}) {
        CAPTURE(claim);
        CHECK(ask(front, {"/page", "GET", {{"Forwarded", claim}}}).body == "page");
        CHECK(ask(front, {"/without", "GET", {{"Forwarded", claim}}}).status() == 403);
    }
}
