// SPDX-License-Identifier: Apache-2.0
//
// v6frontctl status beside the handler of a real front: the numbers that it prints are those that
// the front has counted.
#include "catch.hpp"
#include "deadline.hpp"
#include "mod_v6front/core/base/version.hpp"
#include "scripted_backend.hpp"
#include "status_view.hpp"
#include "v6frontctl.hpp"

#include <boost/json.hpp>

#include <cstdio>
#include <sstream>

using namespace v6front;
namespace json = boost::json;

namespace
{

struct bench {
    explicit bench(const way& w) : front(options(w))
    {
        for (int i = 0; i < 5; ++i)
            CHECK(get(front, "/good/").status() == 200);
        question upload{"/good/missing", "POST"};
        upload.body = "12";
        for (int i = 0; i < 2; ++i)
            CHECK(ask(front, upload).status() == 404);
        for (int i = 0; i < 3; ++i)
            CHECK(get(front, "/none/").status() == 502);
        CHECK(get(front, "/gone/").status() == 502);
    }

    httpd_options options(const way& w) const
    {
        return options_for(
            w, "V6FrontPass /good/ " + good.url() +
                   " max=7 queue=3\nV6FrontPass /none/ http://127.0.0.1:" + std::to_string(nobody) +
                   "/\nV6FrontPass /gone/ http://gone.test/\n" + status_location());
    }

    std::string url() const
    {
        return std::string(front.options().tls ? "https" : "http") +
               "://[::1]:" + std::to_string(front.port()) + "/v6front-status";
    }

    // Once nothing is in flight, and no connection in use.
    status_view at_rest() const
    {
        status_view seen = status_view::of(front);
        CHECK(eventually_shown(front, seen, [&](const status_view& s) {
            const auto a = s.address(good.authority(), good.authority());
            return number_at(a, "/connections/in_use") == 0 &&
                   number_at(s.site(good.authority()), "/in_flight") == 0;
        }));
        return seen;
    }

    const std::uint16_t nobody = free_port();
    scripted_backend good{[](const received_request& r) {
        return r.message.target().ends_with("missing") ? response("", {}, "404 Not Found")
                                                       : response("1234567");
    }};
    httpd_server front;
};

// All of the sites but idle connections, which end by themselves.
json::value steady_part(const status_view& view)
{
    json::value sites = view.all().at("sites");
    for (auto& site : sites.as_array())
        for (auto& address : site.at("addresses").as_array())
            address.at("connections").as_object().erase("idle");
    return sites;
}

std::string whole(double number)
{
    return std::to_string(static_cast<long long>(number));
}

std::string mean_of(const json::value& latency)
{
    char text[40];
    std::snprintf(text, sizeof text, "mean %.3g ms,",
                  number_at(latency, "/sum") / number_at(latency, "/count") * 1000);
    return text;
}

// What is printed of that address, from its line to the next one of another.
std::string part_of(const std::string& output, const std::string& address)
{
    const auto begin = output.find("\n  " + address + "  ");
    if (begin == output.npos)
        return {};
    std::istringstream in(output.substr(begin + 1));
    std::string part, line;
    std::getline(in, part);
    while (std::getline(in, line) && line.starts_with("    "))
        part += "\n" + line;
    return part;
}

} // namespace

TEST_CASE("v6frontctl status prints what a front has counted", "[status]")
{
    const way w = GENERATE(from_range(one_of_each_kind()));
    INFO(w);
    const bench b(w);
    const auto seen = b.at_rest();
    const auto said = v6frontctl({"status", b.url()});
    INFO(said.output << seen.text());
    // A name and an address fail.
    CHECK(said.code == 1);
    CHECK_THAT(said.output, ContainsSubstring(": version " + std::string(version) + ", up for "));
    CHECK(text_at(seen.all(), "/version") == version);
    CHECK_THAT(said.output, ContainsSubstring("\nsite.test -> http://" + b.good.authority() +
                                              "  0 in flight, 0 waiting\n"));
    CHECK_THAT(said.output, ContainsSubstring(": 0 of max=7, 0 of queue=3\n"));
    CHECK_THAT(said.output, ContainsSubstring("  gone.test  no address  failing"));

    const auto good = part_of(said.output, b.good.authority());
    const auto a = seen.address(b.good.authority(), b.good.authority());
    CHECK_THAT(good, ContainsSubstring("  up for "));
    CHECK_THAT(good, ContainsSubstring("requests             7  2xx 5, 4xx 2\n"));
    const auto opened = number_at(a, "/connections/new"),
               reused = number_at(a, "/connections/reused");
    CHECK(opened + reused == 7);
    char share[20];
    std::snprintf(share, sizeof share, "%.0f %%", 100 * reused / 7);
    CHECK_THAT(good, ContainsSubstring("connections          0 in use, "));
    CHECK_THAT(
        good, ContainsSubstring(" idle, " + std::string(share) + " of requests on a reused one\n"));
    CHECK_THAT(good, ContainsSubstring("bodies               4 B sent, 35 B received\n"));
    CHECK_THAT(good,
               ContainsSubstring("connect              " + mean_of(a.at("latency").at("connect"))));
    CHECK_THAT(good, ContainsSubstring("first byte           " +
                                       mean_of(a.at("latency").at("first_byte"))));
    CHECK_THAT(good,
               ContainsSubstring("total                " + mean_of(a.at("latency").at("total"))));

    const auto bad = part_of(said.output, "127.0.0.1:" + std::to_string(b.nobody));
    CHECK_THAT(bad, ContainsSubstring("  failing for "));
    CHECK_THAT(bad, ContainsSubstring("requests             3  5xx 3\n"));
    CHECK_THAT(bad, ContainsSubstring("failures             connect_refused 3\n"));
    CHECK_THAT(part_of(said.output, "no address"),
               ContainsSubstring("failures             name_not_found 1"));

    const auto process = seen.all().at("processes").at(0);
    CHECK_THAT(said.output,
               ContainsSubstring("\n  " + whole(number_at(process, "/pid")) + "  generation 0, "));
    std::size_t engines = 0;
    for (auto at = said.output.find("    engine "); at != std::string::npos;
         at = said.output.find("    engine ", at + 1))
        ++engines;
    CHECK(engines == process.at("engines").as_array().size());
}

TEST_CASE("v6frontctl status --json is what the front says", "[status]")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    const bench b(w);
    const auto seen = b.at_rest();
    const auto said = v6frontctl({"status", "--json", b.url()});
    INFO(said.output);
    CHECK(said.code == 1);
    const status_view told(said.output);
    CHECK(steady_part(told) == steady_part(seen));
    CHECK(told.all().at("buckets") == seen.all().at("buckets"));
    CHECK(text_at(told.all(), "/schema") == "v6front-status/1");
}

TEST_CASE("v6frontctl status has the exit status 0 where all is well", "[status]")
{
    const scripted_backend site([](const auto&) { return response("x"); });
    const httpd_server front(options_for(adopted_ways().front(),
                                         "V6FrontPass / " + site.url() + "\n" + status_location()));
    CHECK(get(front, "/").status() == 200);
    status_view seen("{}");
    const bool is_kept = eventually_shown(front, seen, [&site](const status_view& s) {
        return number_at(s.address(site.authority(), site.authority()), "/connections/idle") == 1;
    });
    INFO(seen.text());
    CHECK(is_kept);
    const auto said =
        v6frontctl({"status", "http://[::1]:" + std::to_string(front.port()) + "/v6front-status"});
    INFO(said.output);
    CHECK(said.code == 0);
    CHECK_THAT(said.output, ContainsSubstring("requests             1  2xx 1\n"));
}
