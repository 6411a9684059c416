// SPDX-License-Identifier: Apache-2.0
//
// What this machine lacks when it connects to a site is no fault of the site's, nor of one of its
// addresses: nobody is avoided for it.
#include "addresses.hpp"
#include "catch.hpp"
#include "preloaded.hpp"
#include "user_agent.hpp"

#include <cerrno>
#include <deque>

using namespace v6front;
using place = twin_site::place;

namespace
{

struct lack {
    const char* what;
    int error;
    const char* words;
};

constexpr const char* no_port = "no free local port";
constexpr const char* out_of = "out of descriptors or memory";

constexpr lack lacks[] = {
    {"every port to there is taken", EADDRNOTAVAIL, no_port},
    {"no descriptor for this process", EMFILE, out_of},
    {"no descriptor for this machine", ENFILE, out_of},
    {"no memory", ENOMEM, out_of},
    {"no memory of the network's", ENOBUFS, out_of},
};

// What a server's connects to addresses fail with (failing_connect.c).
class scarcity
{
public:
    explicit scarcity(httpd_options& options) : library_(options, "failing_connect.so") {}
    void everywhere(int error) { library_.tell(error); }
    void at(place which, int error) { library_.tell(error, which == place::first ? 2 : 3); }
    void end() { library_.tell(0); }

private:
    preloaded library_;
};

// More than make a line of it where an address is at fault.
constexpr unsigned several = 5;

// All at once, since each waits for a moment for what there is too little of.
void expect_refused(const httpd_server& front, const std::string& path)
{
    std::deque<user_agent> clients;
    for (unsigned i = 0; i < several; ++i)
        clients.emplace_back(front).send({path});
    for (user_agent& client : clients) {
        const http_message refused = client.read_response();
        CHECK(refused.status() == 503);
        CHECK(refused.has("Retry-After"));
    }
}

} // namespace

TEST_CASE("What this machine lacks for a connection makes no address unwell", "[addresses]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    twin_site site("twin.test");
    site.start(place::first);
    site.start(place::second);
    httpd_options options = options_for(w, site.directives("reuse=off"));
    scarcity scarce(options);
    httpd_server front(options);
    REQUIRE(ask_often(front, site.path(), several).failed == 0);
    std::size_t told = 0;
    for (const lack& r : lacks) {
        INFO(r.what);
        scarce.everywhere(r.error);
        expect_refused(front, site.path());
        const auto lines = front.complaints(told + several);
        REQUIRE(lines.size() == told + several);
        for (; told < lines.size(); ++told)
            CHECK_THAT(lines[told], ContainsSubstring("V6F0102") && ContainsSubstring(r.words));
        scarce.end();
        CHECK(get(front, site.path()).status() == 200);

        // Where one address can be connected to, nobody notices; the other is asked as soon as it
        // can.
        scarce.at(place::first, r.error);
        const std::size_t hits = site.at(place::first).hits();
        CHECK(ask_often(front, site.path(), 4 * several).failed == 0);
        CHECK(site.at(place::first).hits() == hits);
        scarce.end();
        CHECK(ask_often(front, site.path(), 4 * several).failed == 0);
        CHECK(site.at(place::first).hits() > hits);
    }
    CHECK(front.complaints().size() == told); // no line about an address
    CHECK(front.error_log().find("V6F011") == std::string::npos);
}
