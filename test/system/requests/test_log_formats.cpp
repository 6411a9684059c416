// SPDX-License-Identifier: Apache-2.0
//
// The LogFormats that are shipped, beside each other: the one of a log for several sites says the
// same, behind the virtual host; and both say that a client has left. And what mod_logio counts.
#include "catch.hpp"
#include "deadline.hpp"
#include "scripted_backend.hpp"
#include "text_lines.hpp"
#include "user_agent.hpp"

#include <algorithm>
#include <filesystem>

using namespace v6front;

TEST_CASE("A log for several sites has the virtual host in front of the same line", "[notes]")
{
    const way w = GENERATE(from_range(one_of_each_kind()));
    INFO(w);
    using namespace script;
    scripted_backend site([](const received_request&) { return response("four"); });
    scripted_backend silent({read_request(), read_end()});
    httpd_options options =
        options_for(w, "V6FrontPass / " + site.url() + "\nV6FrontPass /silent " + silent.url() +
                           "\nCustomLog one.log v6front\nCustomLog many.log v6front_vhost\n");
    options.global = "Include " + std::filesystem::absolute("conf.d/v6front.conf").string() + "\n";
    options.connections_per_thread = 0; // that file says it
    httpd_server front(options);
    user_agent client(front);
    client.send({"/"});
    CHECK(client.read_response().status() == 200);
    user_agent leaves(front);
    leaves.send({"/silent"});
    REQUIRE(silent.wait_for_hits(1));
    leaves.leave();
    client.leave();
    std::string one, many;
    await("both logs", [&] {
        one = read_file(front.places().folder + "/one.log");
        many = read_file(front.places().folder + "/many.log");
        return std::count(one.begin(), one.end(), '\n') == 2 &&
               std::count(many.begin(), many.end(), '\n') == 2;
    });
    const std::string host = many.substr(0, many.find(' ') + 1); // with the port that httpd says
    CHECK_THAT(host, ContainsSubstring("site.test:"));
    std::string expected = host + one;
    expected.insert(host.size() + one.find('\n') + 1, host);
    CHECK(many == expected);
    CHECK_THAT(one, ContainsSubstring("\" 499 "));
    CHECK_THAT(one, ContainsSubstring("failure=\"the client closed the connection\""));
}

TEST_CASE("The log may have the address of a connection, and what the site has answered", "[notes]")
{
    const way w = GENERATE(from_range(one_of_each_kind()));
    INFO(w);
    scripted_backend site([](const received_request& r) {
        return response("four", "", r.message.target() == "/bad" ? "503 Busy" : "200 OK");
    });
    httpd_server front(options_for(
        w, "V6FrontPass / " + site.url() + "\nV6FrontErrorOverride On\nV6FrontBindV4 127.0.0.9\n" +
               "CustomLog notes.log \"%U %{v6front-local-address}n %{v6front-site-status}n\"\n"));
    CHECK(get(front, "/bad").status() == 503);
    CHECK(get(front, "/good").status() == 200);
    // Of two connections, so in any order.
    std::vector<std::string> lines;
    await("both lines", [&] {
        lines = lines_of(read_file(front.places().folder + "/notes.log"));
        return lines.size() == 2;
    });
    std::sort(lines.begin(), lines.end());
    CHECK(lines == std::vector<std::string>{"/bad 127.0.0.9 503", "/good 127.0.0.9 -"});
}

TEST_CASE("mod_logio counts the octets of each head and its body", "[notes]")
{
    const way w = GENERATE(from_range(http1_ways()));
    if (w.tls)
        return; // what it counts there is TLS's
    INFO(w);
    scripted_backend site([](const received_request&) { return response("four"); });
    httpd_options options =
        options_for(w, "V6FrontPass / " + site.url() + "\nCustomLog octets.log \"%m %I\"");
    httpd_server front(options);
    const std::vector<std::string> sent{
        request_text({"/"}), request_text({"/two", "GET", {{"User-Agent", "somebody"}}}),
        request_text({"/", "POST", {}, pattern(20000)}),
        request_text({"/", "POST", {}, pattern(20000), true}), request_text({"/last"})};
    raw_client client(front.port(), client_for(front));
    for (const auto& s : sent) {
        client.send(s);
        CHECK(client.read_response().status() == 200);
    }
    client.close();
    std::vector<std::string> logged, expected;
    for (const auto& s : sent)
        expected.push_back(s.substr(0, s.find(' ') + 1) + std::to_string(s.size()));
    await("the log", [&] {
        logged = lines_of(read_file(front.places().folder + "/octets.log"));
        return logged.size() >= sent.size();
    });
    CHECK(logged == expected);
}
