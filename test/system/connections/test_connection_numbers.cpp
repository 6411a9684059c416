// SPDX-License-Identifier: Apache-2.0
//
// The number of a connection (conn_rec, id), by which other modules tell one from another.
#include "accepting.hpp"
#include "catch.hpp"
#include "deadline.hpp"
#include "scripted_backend.hpp"
#include "tls_handshake.hpp"
#include "two_hosts.hpp"

#include <deque>
#include <filesystem>
#include <map>
#include <regex>

using namespace v6front;

// mod_cgid asks for a program's process by the number of the connection, just after it was begun,
// and ends that when the request is over: who begins at the same time must not have the same
// number.
TEST_CASE("The end of one client's program is not that of another's", "[connection_numbers]")
{
    const server_way w = GENERATE(server_ways()[0], server_ways()[1]); // with the module
    const auto who = GENERATE(accepting::engines, accepting::mpm);
    INFO(w << ", " << who);
    scripted_backend site([](const received_request&) { return response("ok"); });
    const scratch_folder folder;
    const std::filesystem::path programs = folder.path();
    write_file(programs / "named",
               "#!/bin/sh\n: >begun.$QUERY_STRING\n"
               "while [ ! -e end.$QUERY_STRING ]; do sleep 0.1; done\n"
               "printf 'Content-Type: text/plain\\r\\n\\r\\n%s' $QUERY_STRING\n");
    for (const auto& path : {programs, programs / "named"})
        std::filesystem::permissions(path, std::filesystem::perms::all);
    httpd_options options =
        two_hosts(w, site.url(),
                  "ScriptAlias / " + folder.path() + "/\n<Directory " + folder.path() +
                      ">\nOptions ExecCGI\nRequire all granted\n</Directory>");
    options.global = "ScriptSock cgisock";
    options = accepted_by(who, std::move(options));
    options.modules = {"alias", "cgid"};
    options.threads = 24;
    httpd_server front(options);
    std::deque<raw_client> clients;
    for (unsigned i = 0; i < options.threads; ++i) {
        raw_client& client = clients.emplace_back(front.port(), client_for(front));
        client.send(request_text({"/"})); // the front's virtual host, so that an engine has it
        CHECK(client.read_response().body == "ok");
    }
    for (unsigned i = 0; i < options.threads; ++i)
        clients[i].send(
            request_text({"/named?" + std::to_string(i), "GET", {}, {}, false, "other.test"}));
    for (unsigned i = 0; i < options.threads; ++i)
        await("a program for each client",
              [&] { return std::filesystem::exists(programs / ("begun." + std::to_string(i))); });
    for (unsigned i = 0; i < options.threads; ++i) {
        write_file(programs / ("end." + std::to_string(i)), "");
        CHECK(clients[i].read_response().body == std::to_string(i));
    }
}

TEST_CASE("Each connection of an engine has a number of its own", "[connection_numbers]")
{
    const server_way w = server_ways()[1]; // mod_ssl logs the numbers
    const auto who = GENERATE(accepting::engines, accepting::mpm);
    INFO(who);
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_options options = accepted_by(who, two_hosts(w, site.url(), ""));
    options.global += "LogLevel ssl:debug\n";
    options.threads = 2;
    httpd_server front(options);
    std::deque<raw_client> clients;
    constexpr std::size_t several = 9; // more than the MPM has threads
    for (std::size_t i = 0; i < several; ++i) {
        clients.emplace_back(front.port(), client_for(front));
        for (int request = 0; request < 2; ++request) {
            clients[i].send(request_text({"/"}));
            CHECK(clients[i].read_response().body == "ok");
        }
    }
    const std::string log = front.error_log();
    const std::regex number("HTTPS request received for child ([0-9]+)");
    std::map<std::string, int> requests;
    for (std::sregex_iterator at(log.begin(), log.end(), number), end; at != end; ++at)
        ++requests[(*at)[1]];
    CHECK(requests.size() == several);
    for (const auto& [id, count] : requests)
        CHECK(count == 2);
}
