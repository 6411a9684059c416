// SPDX-License-Identifier: Apache-2.0
//
// A hook that waits for what other requests have until they end: on an engine they would never end.
#include "catch.hpp"
#include "scripted_backend.hpp"
#include "ways.hpp"

#include <deque>
#include <filesystem>
#include <thread>

using namespace v6front;
using namespace std::chrono_literals;

namespace
{

// mod_dbd, with two connections for a process, each of which a request keeps to its end.
httpd_options with_database(const way& w, const std::string& site, const std::string& folder)
{
    const auto made =
        run_command({"python3", "-c",
                     "import sqlite3, sys\nd = sqlite3.connect(sys.argv[1])\n"
                     "d.execute('CREATE TABLE users (name TEXT, password TEXT)')\n"
                     "d.execute(\"INSERT INTO users VALUES ('a', "
                     "'{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=')\")\nd.commit()\n", // "password"
                     folder + "/users.db"});
    REQUIRE(made.code == 0);
    auto options = options_for(w, "V6FrontPass / " + site +
                                      "\n<Location />\nAuthType Basic\nAuthName a\n"
                                      "AuthBasicProvider dbd\nRequire valid-user\n"
                                      "AuthDBDUserPWQuery \"SELECT password FROM users WHERE "
                                      "name = %s\"\n</Location>");
    options.global =
        "DBDriver sqlite3\nDBDParams " + folder + "/users.db\nDBDMin 1\nDBDKeep 2\nDBDMax 2\n";
    options.modules = {"dbd", "authn_dbd", "auth_basic", "authn_core", "authz_user"};
    return options;
}

} // namespace

TEST_CASE("Requests that wait for what others have until they end do get it")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    const scratch_folder folder;
    std::filesystem::permissions(folder.path(), std::filesystem::perms::all);
    scripted_backend site([](const received_request&) {
        std::this_thread::sleep_for(200ms); // a slow site
        return response("hello");
    });
    httpd_server front(with_database(w, site.url(), folder.path()));
    std::deque<raw_client> clients;
    for (int i = 0; i < 6; ++i) {
        clients.emplace_back(front.port(), client_for(front));
        clients.back().send(
            request_text({"/", "GET", {{"Authorization", "Basic YTpwYXNzd29yZA=="}}}));
    }
    for (auto& client : clients)
        CHECK(client.read_response().status() == 200);
    const bool said =
        front.error_log().find("V6F0220: \"AuthBasicProvider dbd\"") != std::string::npos;
    CHECK(said == w.adopted());
}
