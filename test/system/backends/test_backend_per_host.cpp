// SPDX-License-Identifier: Apache-2.0
//
// A rule that several virtual hosts inherit leads, in each, to where that one says.
#include "catch.hpp"
#include "scripted_backend.hpp"
#include "ways.hpp"

using namespace v6front;

namespace
{

// Says its own name and the one by which it was asked.
responder named(const std::string& name)
{
    return [name](const received_request& r) {
        const auto host = r.message.value("Host");
        return response(name + " " + host.substr(0, host.find(':')) + r.message.target());
    };
}

// One of each kind of rule, below a path of its own, each to a name of its own.
std::string rules_below(const std::string& path, std::uint16_t port)
{
    const auto url = [&](const std::string& kind) {
        return "http://" + kind + "." + path + ".test:" + std::to_string(port) + "/";
    };
    return "<Location /" + path + "/location>\nV6FrontPass " + url("location") +
           "\n</Location>\nV6FrontPass /" + path + "/pass " + url("pass") +
           "\nV6FrontPassMatch ^/" + path + "/match/(.*) " + url("match") + "$1\n";
}

struct row {
    std::string host;
    std::string below;
    std::string site; // empty: not a rule of that host
};

} // namespace

TEST_CASE("An inherited rule's backend is where the virtual host says", "[addresses]")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    // One port, two addresses.
    scripted_backend far(named("far"));
    scripted_backend near(named("near"), far.port(), "127.0.0.2");
    const auto port = far.port();
    auto options = options_for(w, rules_below("own", port) + "V6FrontBackendV4 127.0.0.2");
    options.port = free_port();
    const auto next =
        "\n</VirtualHost>\n<VirtualHost *:" + std::to_string(options.port) + ">\nServerName ";
    options.site += next + "other.test\n" + rules_below("others", port) +
                    rules_below("more", port) + next + "bare.test";
    options.global =
        "V6FrontPreserveHost Off\n" + rules_below("all", port) + "V6FrontBackendV4 127.0.0.1";
    const httpd_server front(options);
    const std::vector<row> rows{
        {"site.test", "all", "near"},    {"site.test", "own", "near"},
        {"site.test", "others", ""},     {"other.test", "all", "far"},
        {"other.test", "others", "far"}, {"other.test", "more", "far"},
        {"other.test", "own", ""},       {"bare.test", "all", "far"},
        {"bare.test", "own", ""},
    };
    for (const auto& r : rows)
        for (const std::string kind : {"location", "pass", "match"}) {
            INFO(r.host << " " << r.below << " " << kind);
            question q{"/" + r.below + "/" + kind + "/x"};
            q.host = r.host;
            const auto answer = ask(front, q);
            CHECK(answer.status() == (r.site.empty() ? 404 : 200));
            if (!r.site.empty())
                CHECK(answer.body == r.site + " " + kind + "." + r.below + ".test/x");
        }
}
