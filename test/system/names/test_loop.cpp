// SPDX-License-Identifier: Apache-2.0
//
// Requests that would come back, by every way round, and fronts in a row that are none.
#include "catch.hpp"
#include "private_network.hpp"
#include "scripted_backend.hpp"
#include "ways.hpp"

#include <iostream>

using namespace v6front;

namespace
{

// On IPv4 as well, where another front reaches it.
httpd_options front_to(const way& w, std::uint16_t own_port, std::uint16_t other)
{
    httpd_options options =
        options_for(w, "V6FrontPass / http://127.0.0.1:" + std::to_string(other) + "/");
    options.port = own_port;
    options.listen_ipv4 = true;
    return options;
}

std::size_t lines_that_say_loop(const httpd_server& front)
{
    std::size_t n = 0;
    for (const auto& line : front.complaints())
        n += line.find("loop") != std::string::npos ? 1 : 0;
    return n;
}

// What a relay passes on: the head that came, with its Via as if it were the first.
std::string without_via(const http_message& request)
{
    std::string head = request.start_line + "\r\n";
    for (const auto& [name, value] : request.fields)
        head += name + ": " + (same_name(name, "Via") ? "1.1 relay" : value) + "\r\n";
    return head + "\r\n";
}

} // namespace

TEST_CASE("Two fronts that lead to each other: 508, and one line that says loop", "[loop]")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    const auto one = free_port(), two = free_port();
    httpd_server first(front_to(w, one, two)), second(front_to(w, two, one));
    CHECK(get(first, "/").status() == 508);
    CHECK(first.complaints(1).size() == 1);
    CHECK(lines_that_say_loop(first) == 1);
    CHECK(second.complaints() == no_complaints);
    const auto seen = first.access_log(2).size() + second.access_log(1).size();
    CHECK(seen == 3);
    std::cout << "figure: loop across two fronts: 508 after " << seen << " requests" << std::endl;
}

TEST_CASE("Two different fronts in a row are nothing unusual", "[loop]")
{
    scripted_backend site([](const received_request&) { return response("ok"); });
    const auto one = free_port(), two = free_port();
    const way w = short_list().front();
    httpd_server first(front_to(w, one, two)), second(front_to(w, two, site.port()));
    CHECK(get(first, "/").status() == 200);
    CHECK(site.hits() == 1);
    const auto request = site.request(0).message;
    CHECK(request.values("CDN-Loop").size() == 2);
    CHECK(request.value("Via").find(", ") != std::string::npos);
    CHECK(first.complaints() == no_complaints);
    CHECK(second.complaints() == no_complaints);
}

TEST_CASE("A loop through a relay that rewrites Via is recognised by CDN-Loop", "[loop]")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    const std::uint16_t port = free_port();
    scripted_backend relay([port](const received_request& r) {
        raw_client back(port);
        back.send(without_via(r.message));
        return response("", "X-Inner: " + std::to_string(back.read_response().status()) + "\r\n");
    });
    httpd_options options = options_for(w, "V6FrontPass / " + relay.url());
    options.port = port;
    httpd_server front(options);
    CHECK(get(front, "/").value("X-Inner") == "508");
    CHECK(relay.hits() == 1);
    CHECK(front.complaints(1).size() == 1);
    CHECK(lines_that_say_loop(front) == 1);
}

TEST_CASE("An own IPv4 address as a backend: no start where it is written, 508 where a name has it",
          "[loop]")
{
    const std::uint16_t port = free_port();
    const way w = short_list().front();
    httpd_options options = front_to(w, port, port);
    CHECK_THROWS_WITH(httpd_server(options),
                      ContainsSubstring("V6F0204") && ContainsSubstring("loop"));

    options.site = "V6FrontPass / http://four.test:" + std::to_string(port) + "/";
    httpd_server front(options);
    CHECK(get(front, "/").status() == 508);
    CHECK(lines_that_say_loop(front) == 1);
    CHECK(front.access_log(1).size() == 1);
    CHECK(eventually([&] { return front.error_log().find("V6F0305") != std::string::npos; }));
    std::cout << "figure: loop by an own IPv4 address: 508 after 1 request" << std::endl;
}

TEST_CASE(
    "Where a listener has no address, each of the machine's own would loop, at its port alone",
    "[loop]")
{
    if (!private_network::possible("an address of an interface"))
        return;
    const private_network network;
    network.add_addresses("192.0.2.77", "2001:db8::77");
    const way w = short_list().front();
    const char* wildcard = GENERATE("0.0.0.0", "[::]");
    INFO(wildcard);
    const std::uint16_t port = free_port();
    scripted_backend site([](const received_request&) { return response("ok"); }, 0, "192.0.2.77");
    const auto rule = [](const std::string& path, const std::string& host, std::uint16_t at) {
        return "V6FrontPass " + path + " http://" + host + ":" + std::to_string(at) + "/\n";
    };
    httpd_options options = options_for(w, rule("/", "192.0.2.77", port));
    options.global = "Listen " + std::string(wildcard) + ":" + std::to_string(port) + "\n";
    options.hosts = "192.0.2.77 own.test\n";
    CHECK(configtest(options).output.find("V6F0204") != std::string::npos);

    options.site = rule("/", "own.test", port) + rule("/site/", "own.test", site.port());
    httpd_server front(options);
    CHECK(get(front, "/").status() == 508);
    CHECK(get(front, "/site/").status() == 200);
    CHECK(front.access_log(2).size() == 2);
}

TEST_CASE("self=on lets another virtual host of the same server be the site", "[loop]")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    const std::uint16_t port = free_port();
    const std::string own = "own.test:" + std::to_string(port);
    httpd_options options = options_for(w, "V6FrontPass / http://" + own +
                                               "/ self=on preservehost=off\n"
                                               "V6FrontPass /refused http://" +
                                               own +
                                               "/ preservehost=off\n"
                                               "V6FrontPass /literal http://127.0.0.1:" +
                                               std::to_string(port) +
                                               "/ self=on preservehost=on\n"
                                               "V6FrontPassMatch ^/own/(.*) http://" +
                                               own + "/$1 self=on preservehost=off");
    options.port = port;
    options.listen_ipv4 = true;
    options.hosts = "127.0.0.1 own.test\n";
    options.global =
        "<VirtualHost *:" + std::to_string(port) + ">\nServerName own.test\n</VirtualHost>\n";
    httpd_server front(options);
    CHECK(get(front, "/static.txt").body == "from a file\n");
    CHECK(get(front, "/refused").status() == 508);
    CHECK(get(front, "/literal/").status() == 508); // by Via, which no setting turns off
    CHECK(get(front, "/own/static.txt").body == "from a file\n");
    CHECK(front.access_log(7).size() == 7);
}
