// SPDX-License-Identifier: Apache-2.0
//
// The reason for all this: the site's name leads to the front itself as well as to the site, as it
// does for every site that has just got its AAAA record.
#include "catch.hpp"
#include "scripted_backend.hpp"
#include "ways.hpp"

using namespace v6front;

namespace
{

httpd_options trap(const way& w, const scripted_backend& site)
{
    const std::string port = std::to_string(site.port());
    httpd_options options = options_for(w, "V6FrontPass / http://site.test:" + port + "/");
    options.port = site.port(); // the site has it on 127.0.0.1, the front takes it on [::1]
    return options;
}

} // namespace

TEST_CASE("A name that leads to the front and to the site: one request reaches the site once")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    scripted_backend site([](const received_request&) { return response("from the site"); });
    httpd_server front(trap(w, site));

    const http_message answer = get(front, "/page");
    CHECK(answer.status() == 200);
    CHECK(answer.body == "from the site");
    const auto lines = front.access_log(1);
    CHECK(lines.size() == 1);
    CHECK(site.hits() == 1);
    CHECK(front.complaints() == no_complaints);

    // Nothing is still on its way: a second request makes two of each.
    CHECK(get(front, "/again").status() == 200);
    CHECK(site.hits() == 2);
    CHECK(front.access_log(2).size() == 2);
}

TEST_CASE("A backend that can only be the front itself is refused with 508, and said once")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    const std::uint16_t port = free_port();
    httpd_options options =
        options_for(w, "V6FrontPass / http://site.test:" + std::to_string(port) + "/");
    options.port = port;
    options.listen_ipv4 = true;
    httpd_server front(options);

    CHECK(get(front, "/").status() == 508);
    CHECK(front.complaints(1).size() == 1);
    CHECK(front.access_log(1).size() == 1);
}

TEST_CASE("A request that comes back through another way round is recognised by Via")
{
    // The site is a relay that sends everything back to the front, as a misconfigured balancer
    // does.
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    const std::uint16_t port = free_port();
    scripted_backend relay([port](const received_request& r) {
        raw_client back(port);
        back.send(r.message.head);
        const http_message answer = back.read_response();
        return response(answer.body, "X-Inner: " + std::to_string(answer.status()) + "\r\n");
    });
    httpd_options options = options_for(w, "V6FrontPass / " + relay.url());
    options.port = port;
    httpd_server front(options);

    const http_message answer = get(front, "/");
    CHECK(answer.status() == 200);
    CHECK(answer.value("X-Inner") == "508");
    CHECK(relay.hits() == 1);
}

TEST_CASE("Only the IPv4 addresses of a name are ever used")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_options options =
        options_for(w, "V6FrontPass / http://many.test:" + std::to_string(site.port()) + "/");
    options.hosts = "::1 many.test\n::2 many.test\n127.0.0.1 many.test\n";
    httpd_server front(options);
    for (int i = 0; i < 4; ++i)
        CHECK(get(front, "/").status() == 200);
    CHECK(site.hits() == 4);
}
