// SPDX-License-Identifier: Apache-2.0
//
// What every child process of a server sees for itself is one line in the log, not one of each.
#include "catch.hpp"
#include "deadline.hpp"
#include "private_network.hpp"
#include "scripted_names.hpp"
#include "ways.hpp"

#include <functional>
#include <map>
#include <regex>

using namespace v6front;

namespace
{

constexpr unsigned children = 3;

std::size_t lines_of(const httpd_server& front, const std::string& what)
{
    const std::string log = front.error_log();
    const std::regex line(what);
    return static_cast<std::size_t>(
        std::distance(std::sregex_iterator(log.begin(), log.end(), line), std::sregex_iterator()));
}

// What happens to the name, and the line that says so.
struct event_of_name {
    std::string what;
    std::function<void(scripted_names&)> happens;
    std::string line;
};

const std::vector<event_of_name>& events()
{
    static const std::vector<event_of_name> all{
        {"it moves", [](auto& n) { n.say("site.test", {.a = {"127.0.0.2"}}); },
         "v6front:notice\\].* V6F0304: backend site.test has moved: now using 127.0.0.2"},
        {"it moves back", [](auto& n) { n.say("site.test", {.a = {"127.0.0.1"}}); },
         "V6F0304: backend site.test has moved: now using 127.0.0.1"},
        {"its lookups fail", [](auto& n) { n.forget("site.test"); }, "V6F0301: backend site.test"},
        {"its answer is too old", [](auto&) {}, "V6F0306: backend site.test"},
        {"it resolves again", [](auto& n) { n.say("site.test", {.a = {"127.0.0.1"}}); },
         "V6F0303: backend site.test resolves again"},
        {"its lookups fail again", [](auto& n) { n.forget("site.test"); },
         "V6F0301: backend site.test"},
    };
    return all;
}

} // namespace

TEST_CASE("What happens to a name is said once, however many children look it up", "[names]")
{
    if (!private_network::possible("events of a name"))
        return;
    const private_network network;
    scripted_names names;
    names.say("site.test", {.a = {"127.0.0.1"}});
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    scripted_backend site(say("ok"));
    httpd_options options = options_for_name(w, "site.test", site.port());
    options.global = "V6FrontResolve refresh=1 timeout=1 max-stale=4\n";
    options.children = children;
    const auto asked = [&] { return names.asked("site.test", record_type::a); };
    // Each asks once a second, or more often.
    const auto all_have_asked = [&] {
        const auto before = asked();
        await("all children", [&] { return asked() >= before + 3 * children; });
    };
    httpd_server front(options);
    all_have_asked();
    CHECK(lines_of(front, "V6F030[0-9]") == 0);
    std::map<std::string, std::size_t> said;
    for (const auto& event : events()) {
        INFO(event.what);
        const auto wanted = ++said[event.line];
        event.happens(names);
        await("the line", [&] { return lines_of(front, event.line) >= wanted; });
        all_have_asked();
        CHECK(lines_of(front, event.line) == wanted);
    }
}

TEST_CASE("A name that leads back here, or to nothing, is said once at the start", "[names]")
{
    struct row {
        std::string address; // none: the name does not exist
        std::string line;
    };
    if (!private_network::possible("names at the start"))
        return;
    const private_network network;
    scripted_names names;
    const way w = GENERATE(from_range(short_list()));
    const row r = GENERATE(values<row>({{"127.0.0.1", "V6F0305"}, {"", "V6F0302"}}));
    INFO(w << ", " << r.line);
    if (!r.address.empty())
        names.say("site.test", {.a = {r.address}});
    httpd_options options = options_for_name(w, "site.test", free_port());
    if (!r.address.empty()) {
        options.listen_ipv4 = true;
        options.port = free_port();
        options.site = "V6FrontPass / http://site.test:" + std::to_string(options.port) + "/\n";
    }
    options.global = "V6FrontResolve refresh=1 timeout=1\n";
    options.children = children;
    const auto asked = [&] { return names.asked("site.test", record_type::a); };
    const auto before = asked();
    httpd_server front(options);
    await("the line", [&] { return lines_of(front, r.line) > 0; });
    await("all children", [&] { return asked() >= before + 3 * children; });
    CHECK(lines_of(front, r.line) == 1);
}

TEST_CASE("What requests show of a site's mistakes is said once, whichever child sees it", "[logs]")
{
    struct row {
        std::string target;
        std::string line;
    };
    const way w = GENERATE(from_range(one_of_each_mpm()));
    const row r = GENERATE(values<row>({{"/circle", "V6F0116"}, {"/a%2Fb", "V6F0121"}}));
    INFO(w << ", " << r.line);
    scripted_backend site([](const received_request& q) {
        return response("", "Location: http://" + q.message.value("Host") + "/circle\r\n",
                        "302 Found");
    });
    httpd_options options = options_for(w, "V6FrontPass / " + site.url() + "\n");
    if (w.model == mpm::prefork)
        options.threads = children;
    else
        options.children = children;
    httpd_server front(options);
    for (int i = 0; i < 120; ++i)
        get(front, r.target);
    CHECK(front.access_log(120).size() == 120);
    CHECK(lines_of(front, r.line) == 1);
}
