// SPDX-License-Identifier: Apache-2.0
//
// Listeners that are left to the MPM, and what the start says of it.
#include "accepting.hpp"
#include "catch.hpp"
#include "scripted_backend.hpp"

using namespace v6front;

TEST_CASE("A listener that is left to the MPM is named, with the reason", "[accepting]")
{
    struct row {
        std::string global;
        std::string site;
        bool tls;
        std::string reason; // empty: engines accept
    };
    const std::string cache = "SSLStaplingCache shmcb:/tmp/v6front-test-stapling(32000)\n";
    const row r =
        GENERATE_COPY(row{"", "", false, ""}, row{"", "", true, ""},
                      row{"V6FrontAccept Off", "", false, "V6FrontAccept Off"},
                      row{"MaxConnectionsPerChild 5000", "", false, "MaxConnectionsPerChild 5000"},
                      row{cache, "SSLUseStapling On", true, "SSLUseStapling of site.test"},
                      row{cache + "SSLUseStapling On", "SSLUseStapling Off", true, ""},
                      row{"", "SSLOCSPEnable leaf", true, "SSLOCSPEnable of site.test"});
    CAPTURE(r.global, r.site, r.tls);
    scripted_backend site([](const received_request&) { return response("ok"); });
    way w = short_list()[0];
    w.tls = r.tls;
    httpd_options options = options_for(w, r.site + "\nV6FrontPass / " + site.url());
    options.global = r.global;
    httpd_server front(options);
    CHECK(get(front, "/").body == "ok");
    const std::string log = front.error_log();
    CHECK((log.find("V6F0180") != std::string::npos) == !r.reason.empty());
    if (!r.reason.empty())
        CHECK(log.find("[::1]:" + std::to_string(front.port()) + " (" + r.reason) !=
              std::string::npos);
}

TEST_CASE("V6FrontAccept is the whole server's, and on or off", "[accepting]")
{
    httpd_options options;
    options.global = "V6FrontAccept perhaps";
    const command_result said = configtest(options);
    CHECK(said.code != 0);
    CHECK(said.output.find("must be \"on\" or \"off\", not \"perhaps\"") != std::string::npos);
    options.global = "";
    options.site = "V6FrontAccept Off";
    CHECK(configtest(options).code != 0);
}
