// SPDX-License-Identifier: Apache-2.0
//
// A page that is made of pages, of a site that knows its client by the connection: that connection
// is in use by the page while its pieces are fetched, unless the page is so short that it has been
// read to its end by then.
#include "catch.hpp"
#include "identity_site.hpp"

#include <chrono>

using namespace v6front;
using namespace std::chrono_literals;

namespace
{

// Each page has two pieces, and begins with what the site says to whom it is for.
responder pages(const std::string& rest)
{
    return [rest, greet = identity_responder(ntlm)](const received_request& r) {
        const std::string greeting = greet(r);
        if (!r.message.target().starts_with("/page") || greeting.find(alice) == greeting.npos)
            return greeting;
        return response("page of " + alice + "<!--#include virtual=\"/part\" -->" +
                            "<!--#include virtual=\"/part?again\" -->" + rest,
                        "Content-Type: text/html\r\n");
    };
}

} // namespace

TEST_CASE("A page on its client's own connection to the site does not wait for it with its pieces",
          "[identity]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    const bool is_long = GENERATE(false, true);
    INFO((is_long ? "long" : "short"));
    scripted_backend site(pages(is_long ? pattern(500000) : ""));
    httpd_options options = options_with(w, "V6FrontPass / " + site.url() +
                                                " connect=5s\n<Location /page>\nOptions +Includes\n"
                                                "SetOutputFilter INCLUDES\n</Location>");
    options.modules = {"include"};
    httpd_server front(options);
    user_agent client(front);
    CHECK(said(client, with("NTLM alice")).body == alice);
    for (int i = 0; i < 3; ++i) {
        const auto asked = std::chrono::steady_clock::now();
        const http_message page = said(client, {"/page"});
        CHECK(std::chrono::steady_clock::now() - asked < 4s);
        CHECK(page.status() == 200);
        CHECK(page.complete);
        CHECK_THAT(page.body, ContainsSubstring("page of " + alice));
        CHECK(page.body.find("<!--") == std::string::npos);
    }
    CHECK(site.hits() == 1 + 3 * 3);
    CHECK(said(client, {}).body == alice); // and it is still his
    // A page that is itself the login.
    user_agent other(front);
    const auto asked = std::chrono::steady_clock::now();
    question login = with("NTLM alice");
    login.target = "/page";
    CHECK_THAT(said(other, login).body, ContainsSubstring("page of " + alice));
    CHECK(std::chrono::steady_clock::now() - asked < 4s);
    CHECK(said(other, {}).body == alice);
    CHECK(others_who_are_known(front, 5) == 0);
}
