// SPDX-License-Identifier: Apache-2.0
//
// V6FrontErrorOverride beside ProxyErrorOverride, in one server and in front of one site: what is
// written the same does the same, but for what the README names.
#include "catch.hpp"
#include "scripted_backend.hpp"
#include "user_agent.hpp"
#include "ways.hpp"

using namespace v6front;

namespace
{

std::string say_its_status(const received_request& r)
{
    const auto target = r.message.target();
    const auto at = target.find('?');
    const auto status = target.substr(at + 1);
    // mod_proxy keeps it of a 401 alone.
    const std::string login = status == "401" ? "WWW-Authenticate: Basic realm=\"site\"\r\n" : "";
    auto answer = response("the site's", "Content-Type: text/plain\r\nX-Site: 1\r\n" + login,
                           status + " Any");
    if (r.message.method() == "HEAD")
        answer.erase(answer.find("\r\n\r\n") + 4);
    return answer;
}

httpd_options options_of(const way& w, const std::string& site)
{
    auto options = options_for(w, site);
    options.modules = {"proxy", "proxy_http", "include"};
    return options;
}

// The same for both, each below a path of its own.
std::string both(const std::string& url, const std::string& around, const std::string& inside)
{
    const auto directive = [](const std::string& name, const std::string& words) {
        return words.empty() ? std::string() : name + "ErrorOverride " + words + "\n";
    };
    std::string out = "V6FrontPass /V6Front " + url + "\nProxyPass /Proxy " + url + "\n";
    for (const std::string name : {"V6Front", "Proxy"})
        out += directive(name, around) + "<Location /" + name + "/inside>\n" +
               directive(name, inside) + "</Location>\n<Location /" + name +
               ">\nErrorDocument 410 \"gone from here\"\nErrorDocument 411 /static.txt\n"
               "</Location>\n";
    return out;
}

struct seen {
    int status;
    std::string body;
    std::vector<std::string> login, site, type;
    friend bool operator==(const seen&, const seen&) = default;
    bool is_sites() const { return !site.empty(); }
};
std::ostream& operator<<(std::ostream& out, const seen& s)
{
    return out << s.status << (s.is_sites() ? " of the site: " : ": ") << s.body;
}

// httpd's own pages have nothing of the request but, some of them, its path. With mod_proxy they
// have the site's reason phrase, unescaped, in title and heading.
seen seen_of(const http_message& got, const std::string& name)
{
    auto body = got.body;
    for (auto at = body.find("/" + name); at != body.npos; at = body.find("/" + name))
        body.replace(at, name.size() + 1, "/");
    for (const std::string element : {"title>", "h1>"})
        if (const auto at = body.find("<" + element); at != body.npos)
            body.erase(at, body.find("</" + element) - at);
    return {got.status(), body, got.values("WWW-Authenticate"), got.values("X-Site"),
            got.values("Content-Type")};
}

std::pair<seen, seen> ask_both(user_agent& agent, const std::string& target,
                               const std::string& method = "GET")
{
    const auto one = [&](const std::string& name) {
        agent.send({"/" + name + target, method});
        return seen_of(agent.read_response(), name);
    };
    auto ours = one("V6Front");
    return {std::move(ours), one("Proxy")};
}

} // namespace

TEST_CASE("Each status is as with ProxyErrorOverride", "[error_override]")
{
    const way w = GENERATE(from_range(one_of_each_kind()));
    const std::string words = GENERATE("On", "Off", "On 404 503", "On 410 401 404", "");
    INFO(w << ", " << words);
    scripted_backend site(say_its_status);
    const httpd_server front(options_of(w, both(site.url(), words, "")));
    user_agent agent(front);
    std::vector<int> statuses{200, 203, 299, 301, 307, 399};
    for (int status = 400; status < 600; ++status)
        statuses.push_back(status);
    for (const int status : statuses) {
        const auto target = "/x?" + std::to_string(status);
        CAPTURE(target);
        const auto [ours, theirs] = ask_both(agent, target);
        CHECK(ours == theirs);
        CHECK(ours.status == status);
    }
}

TEST_CASE("What ProxyErrorOverride takes or refuses", "[error_override]")
{
    struct row {
        const char* words;
        bool theirs, ours;
    };
    const row rows[]{
        {"On", true, true},         {"off", true, true},
        {"On 404", true, true},     {"On 404 500 502", true, true},
        {"On 404 404", true, true}, {"On 399", false, false},
        {"On 600", false, false},   {"On 4xx", false, false},
        {"On x", false, false},     {"Off 404", false, false},
        {"404 On", false, false},   {"", false, false},
        {"404", false, true},       // without On
        {"On 404,503", true, true}, // mod_proxy takes the first of these alone,
        {"On 404x", true, false},   // and a number that something follows
        {"On Off", true, false},
    };
    for (const auto& r : rows) {
        CAPTURE(r.words);
        const auto taken = [&r](const std::string& name) {
            return configtest(
                       options_of(short_list().front(), name + "ErrorOverride " + r.words + "\n"))
                       .code == 0;
        };
        CHECK(taken("Proxy") == r.theirs);
        CHECK(taken("V6Front") == r.ours);
    }
}

TEST_CASE("A section's word replaces that of the server, where ProxyErrorOverride adds to it",
          "[error_override]")
{
    struct row {
        const char *around, *inside;
        std::vector<int> ours, theirs; // that are overridden, of these
    };
    const std::vector<int> asked{401, 404, 500, 503};
    const row rows[]{
        {"On", "", asked, asked},       {"On", "Off", {}, {}},
        {"", "On", asked, asked},       {"Off", "On 404", {404}, {404}},
        {"On", "On 404", {404}, {404}}, {"On 404", "", {404}, {404}},
        {"On 404", "Off", {}, {}},      {"On 404", "On 503", {503}, {404, 503}},
        {"On 404", "On", asked, {404}},
    };
    scripted_backend site(say_its_status);
    for (const auto& r : rows) {
        CAPTURE(r.around, r.inside);
        const httpd_server front(
            options_of(short_list().front(), both(site.url(), r.around, r.inside)));
        user_agent agent(front);
        std::vector<int> ours, theirs;
        for (const int status : asked) {
            const auto [one, other] = ask_both(agent, "/inside/x?" + std::to_string(status));
            if (!one.is_sites())
                ours.push_back(status);
            if (!other.is_sites())
                theirs.push_back(status);
        }
        CHECK(ours == r.ours);
        CHECK(theirs == r.theirs);
    }
}

TEST_CASE("HEAD, and a piece of a page, are as with ProxyErrorOverride", "[error_override]")
{
    const way w = GENERATE(from_range(one_of_each_kind()));
    const std::string words = GENERATE("On", "On 404", "Off");
    INFO(w << ", " << words);
    scripted_backend site(say_its_status);
    auto options = options_of(w, both(site.url(), words, "") +
                                     "<Location /pages>\nOptions +Includes\nSetOutputFilter "
                                     "INCLUDES\n</Location>\n");
    for (const std::string name : {"V6Front", "Proxy"})
        for (const char* status : {"200", "404", "503"})
            options.files.emplace_back(
                std::string("htdocs/pages/") + name + status + ".html",
                "<!--#config errmsg=\"an error\" -->begin <!--#include virtual=\"/" + name + "/x?" +
                    status + "\" --> end");
    const httpd_server front(options);
    user_agent agent(front);
    for (const char* status : {"200", "401", "404", "410", "503"}) {
        CAPTURE(status);
        const auto [ours, theirs] = ask_both(agent, std::string("/x?") + status, "HEAD");
        CHECK(ours == theirs);
        CHECK(std::to_string(ours.status) == status);
    }
    for (const char* status : {"200", "404", "503"}) {
        CAPTURE(status);
        const auto page = [&](const std::string& name) {
            return get(front, "/pages/" + name + status + ".html").body;
        };
        const auto ours = page("V6Front"), theirs = page("Proxy");
        CHECK_THAT(ours, ContainsSubstring("begin ") && ContainsSubstring(" end"));
        CHECK(ours == theirs);
    }
}
