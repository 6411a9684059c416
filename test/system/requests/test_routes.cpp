// SPDX-License-Identifier: Apache-2.0
//
// Which request goes where.
#include "catch.hpp"
#include "scripted_backend.hpp"
#include "ways.hpp"

using namespace v6front;

namespace
{

// Says its own name and the target that it was asked for.
struct named_site {
    explicit named_site(std::string name)
        : backend([name](const received_request& r) { return response(name + r.message.target()); })
    {
    }
    std::string url(const std::string& path = "/") const
    {
        return "http://" + backend.authority() + path;
    }
    scripted_backend backend;
};

struct expectation {
    std::string target;
    std::string body; // empty: nobody's, 404
};

void check_all(const httpd_server& front, const std::vector<expectation>& all)
{
    for (const expectation& e : all) {
        INFO(e.target);
        const http_message answer = get(front, e.target);
        CHECK(answer.status() == (e.body.empty() ? 404 : 200));
        if (!e.body.empty())
            CHECK(answer.body == e.body);
    }
}

} // namespace

TEST_CASE("The longest path wins, in whole segments, whatever the order")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    named_site a("a"), b("b");
    httpd_server front(options_for(w, "V6FrontPass / " + a.url() + "\nV6FrontPass /sub " + b.url() +
                                          "\nV6FrontPass /sub/deep " + a.url("/d") +
                                          "\nV6FrontPass /sub/not !"));
    check_all(front, {{"/", "a/"},
                      {"/x", "a/x"},
                      {"/sub", "b/"},
                      {"/sub/", "b/"},
                      {"/sub/x", "b/x"},
                      {"/subway", "a/subway"},
                      {"/sub/deep/x", "a/d/x"},
                      {"/sub/deeper", "b/deeper"},
                      {"/sub/not", ""},
                      {"/sub/not/x", ""},
                      {"/sub/nothing", "b/nothing"}});
}

TEST_CASE("An excluded path is httpd's own: a file, or nothing")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    named_site a("a");
    httpd_server front(options_for(w, "V6FrontPass / " + a.url() + "\nV6FrontPass /static.txt !"));
    CHECK(get(front, "/static.txt").body == "from a file\n");
    CHECK(get(front, "/other.txt").body == "a/other.txt");
}

TEST_CASE("V6FrontPass in <Location> takes the location's path")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    named_site a("a"), b("b");
    httpd_server front(options_for(
        w, "V6FrontPass /outer " + a.url() + "\n<Location /in>\nV6FrontPass " + b.url("/base") +
               "\n</Location>\n<Location /in/out>\nV6FrontPass !\n</Location>"));
    check_all(front, {{"/in", "b/base"},
                      {"/in/x?y", "b/base/x?y"},
                      {"/in/out", ""},
                      {"/in/out/x", ""},
                      {"/outer/x", "a/x"},
                      {"/", ""}});
}

TEST_CASE("V6FrontPassMatch puts what the groups matched into the URL")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    named_site a("a"), b("b");
    httpd_server front(
        options_for(w, "V6FrontPassMatch ^/user/([a-z]+)/(.*)$ " + a.url("/$2/of/$1") +
                           "\nV6FrontPassMatch \\.(gif|png)$ !\nV6FrontPass / " + b.url()));
    check_all(front, {{"/user/ann/page", "a/page/of/ann"},
                      {"/user/ann/a%20b?q=1", "a/a%20b/of/ann?q=1"},
                      {"/user/Ann/page", "b/user/Ann/page"},
                      {"/x.gif", ""},
                      {"/x.gifs", "b/x.gifs"}});
}

TEST_CASE("V6FrontBackendV4 stands in for looking a name up")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    named_site a("a");
    const std::string port = std::to_string(a.backend.port());
    const std::string routes = "V6FrontPass /one http://nowhere.test:" + port +
                               "/\nV6FrontPass /two http://six.test:" + port + "/\n";
    SECTION("for a name")
    {
        httpd_server front(options_for(w, routes + "V6FrontBackendV4 nowhere.test 127.0.0.1"));
        CHECK(get(front, "/one/x").body == "a/x");
        CHECK(get(front, "/two/x").status() == 502);
    }
    SECTION("for all of the virtual host")
    {
        httpd_server front(options_for(w, routes + "V6FrontBackendV4 127.0.0.1"));
        CHECK(get(front, "/one/x").body == "a/x");
        CHECK(get(front, "/two/x").body == "a/x");
    }
    SECTION("the next address if one refuses")
    {
        httpd_server front(
            options_for(w, routes + "V6FrontBackendV4 nowhere.test 127.0.0.9 127.0.0.1"));
        CHECK(get(front, "/one/x").body == "a/x");
    }
}

TEST_CASE("Virtual hosts inherit what they do not set, and routes are their own")
{
    named_site a("a"), b("b");
    httpd_options options = options_for(every_way()[0], "V6FrontPass /mine " + a.url());
    options.global = "V6FrontPreserveHost Off\nV6FrontPass /all " + b.url();
    httpd_server front(options);
    check_all(front, {{"/mine/x", "a/x"}, {"/all/x", "b/x"}, {"/none", ""}});
    CHECK(a.backend.request(0).message.value("Host") == a.backend.authority());
}
