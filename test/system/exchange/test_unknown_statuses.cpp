// SPDX-License-Identifier: Apache-2.0
//
// Statuses that httpd has no words for reach the client as they are, with the site's page or with
// this server's.
#include "catch.hpp"
#include "scripted_backend.hpp"
#include "ways.hpp"

using namespace v6front;

TEST_CASE("A status that httpd does not know stays", "[responses][error_override]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    scripted_backend site([](const received_request& r) {
        const auto target = r.message.target();
        const bool names_it = target.find("with") != target.npos;
        return response("the site's", {},
                        target.substr(target.find('?') + 1) + (names_it ? " Words" : ""));
    });
    const httpd_server front(options_for(
        w, "V6FrontPass / " + site.url() +
               "\n<Location /own>\nV6FrontErrorOverride On\n"
               "</Location>\n<Location /own/text>\nErrorDocument 500 \"sorry\"\n</Location>\n"));
    for (const int status : {203, 299, 399, 404, 418, 425, 427, 499, 500, 512, 520, 599})
        for (const std::string path :
             {"/with?", "/without?", "/own/with?", "/own/without?", "/own/text/with?"}) {
            const auto target = path + std::to_string(status);
            CAPTURE(target);
            const auto got = get(front, target);
            CHECK(got.status() == status);
            const bool is_sites = status < 400 || !path.starts_with("/own");
            CHECK((got.body == "the site's") == is_sites);
        }
}
