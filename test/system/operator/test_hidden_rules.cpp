// SPDX-License-Identifier: Apache-2.0
//
// Rules that others hide: who answers a request, and what configtest says of it. Where it tells
// what to write, that works.
#include "catch.hpp"
#include "scripted_backend.hpp"
#include "text_lines.hpp"
#include "ways.hpp"

#include <map>
#include <regex>
#include <sstream>

using namespace v6front;

namespace
{

struct hiding_row {
    std::string rules;            // of a virtual host; @site@ is the site's URL, @files@ a folder
    std::string target;           // asked for
    std::string answer;           // "site /path", a status, or what a file has
    const char* number = nullptr; // of configtest's line; nullptr: it says nothing
    std::string mended = "";      // the answer once its advice is followed; "": there is none
};

const std::string all = "V6FrontPass / @site@/\n", to = " http://example.org/";
std::string in(const std::string& section, const std::string& inside)
{
    return "<" + section + ">\n" + inside + "\n</" + section.substr(0, section.find(' ')) + ">\n";
}

const std::vector<hiding_row>& hiding_rows()
{
    static const std::vector<hiding_row> made{
        // Directives of mod_alias and mod_userdir are asked after our rules.
        {all + "Redirect /x" + to, "/x", "site /x", "V6F0214", "302"},
        {all + "Redirect permanent /x" + to, "/x", "site /x", "V6F0214", "301"},
        {all + "Redirect 301 /x" + to, "/x", "site /x", "V6F0214", "301"},
        {all + "Redirect temp /x" + to, "/x", "site /x", "V6F0214", "302"},
        {all + "Redirect seeother /x" + to, "/x", "site /x", "V6F0214", "303"},
        {all + "Redirect gone /x", "/x", "site /x", "V6F0214", "410"},
        {all + "redirect Gone /x/", "/x/y", "site /x/y", "V6F0214", "410"},
        {all + "Redirect 410 /x", "/x", "site /x", "V6F0214", "410"},
        {all + "Redirect 404 \"/x y\"", "/x%20y", "site /x%20y", "V6F0214", "404"},
        {all + "RedirectPermanent /x" + to, "/x", "site /x", "V6F0214", "301"},
        {all + "RedirectTemp /x" + to, "/x", "site /x", "V6F0214", "302"},
        {all + "RedirectMatch ^/x/(.*)$ http://example.org/$1", "/x/1", "site /x/1", "V6F0214",
         "302"},
        {all + "RedirectMatch 404 /\\.git", "/a/.git/x", "site /a/.git/x", "V6F0214", "404"},
        {all + "RedirectMatch gone ^/x$", "/x", "site /x", "V6F0214", "410"},
        {all + "Alias /x @files@/file", "/x", "site /x", "V6F0214", "from a file"},
        {all + "AliasMatch ^/x/(.*) @files@/$1", "/x/file", "site /x/file", "V6F0214",
         "from a file"},
        {all + "ScriptAlias /x/ @files@/", "/x/file", "site /x/file", "V6F0214", "from a file"},
        {all + "ScriptAliasMatch ^/x/(.*) @files@/$1", "/x/file", "site /x/file", "V6F0214",
         "from a file"},
        {all + in("Location /x", "Alias @files@/file"), "/x", "site /x", "V6F0214", "from a file"},
        {all + in("LocationMatch ^/x", "Alias @files@/file"), "/xx", "site /xx", "V6F0214",
         "from a file"},
        {all + in("Directory @files@", "Redirect /x" + to) + "DocumentRoot @files@", "/x",
         "site /x", "V6F0214", "302"},
        {all + "UserDir @files@/*/of", "/~user/file", "site /~user/file", "V6F0214", "from a user"},
        {"V6FrontPass /x @site@/x\nRedirect /x" + to, "/x", "site /x", "V6F0214"},
        // A Redirect in a section for URLs wins over them, and so does mod_rewrite.
        {all + in("Location /x", "Redirect" + to), "/x", "302"},
        {all + in("Location /x", "Redirect gone"), "/x", "410"},
        {all + in("LocationMatch ^/x", "Redirect" + to), "/x", "302"},
        {all + in("Location /", "RedirectMatch ^/x" + to), "/x", "302"},
        {all + in("If true", "Redirect /x" + to), "/x", "302"},
        {all + "RewriteEngine On\nRewriteRule ^/x" + to + " [R]", "/x", "302"},
        // Which of our rules takes it.
        {"V6FrontPassMatch ^/x @site@/m\nRedirect /x" + to, "/x/1", "site /m", "V6F0214", "302"},
        {"V6FrontPassMatch ^/x(/.*)?$ @site@/m\nRedirect /x" + to, "/x", "site /m", "V6F0214",
         "302"},
        {"V6FrontPassMatch ^/x/(.*)$ @site@/$1\nRedirectMatch ^/x/y(.*)" + to, "/x/y1", "site /y1",
         "V6F0214", "302"},
        {"V6FrontPassMatch ^/n !\n" + all + "Redirect /x" + to, "/x", "site /x", "V6F0214", "302"},
        {in("Location /x", "V6FrontPass @site@/") + "Redirect /x/y" + to, "/x/y", "site /y",
         "V6F0214", "302"},
        {in("Location /x", "V6FrontPass @site@/") + "RedirectMatch ^/x/y" + to, "/x/y", "site /y",
         "V6F0214"},
        // Some of its requests are left to it, or may be.
        {"V6FrontPassMatch ^/x$ @site@/m\nRedirect /x" + to, "/x/1", "302"},
        {"V6FrontPassMatch \\.png$ @site@/m\nRedirect /x" + to, "/x", "302"},
        {"V6FrontPassMatch ^/(?!x/1) @site@/m\nRedirect /x" + to, "/x/1", "302"},
        {"V6FrontPassMatch \\.txt$ !\n" + all + "Redirect /x" + to, "/x/1.txt", "302"},
        {"V6FrontPassMatch ^/x/1 !\n" + all + "RedirectMatch ^/x/" + to, "/x/1", "302"},
        {all + "V6FrontPass /x/1 !\nRedirect /x" + to, "/x/1", "302"},
        {all + "V6FrontPass /x !\nRedirectMatch ^/x" + to, "/x", "302"},
        {all + in("Location /x", "V6FrontPass !") + "Redirect /x" + to, "/x", "302"},
        {"V6FrontPass /x/ @site@/\nRedirect /x" + to, "/x", "302"},
        {"V6FrontPass /y @site@/\nRedirect /x" + to, "/x", "302"},
        {"V6FrontPass /y @site@/\nRedirectMatch ^/x|^/z" + to, "/z", "302"},
        // Rules that another one hides, or a Redirect.
        {"V6FrontPass /x @site@/\n" + in("Location /x", "Redirect" + to), "/x", "302", "V6F0207"},
        {"V6FrontPassMatch ^/x/y @site@/\n" + in("Location /x", "Redirect gone"), "/x/y", "410",
         "V6F0207"},
        {in("Location /x/y", "V6FrontPass @site@/a") + in("Location /x", "V6FrontPass @site@/b"),
         "/x/y", "site /b/y", "V6F0207"},
        {in("Location /x", "V6FrontPass @site@/b") + in("Location /x/y", "V6FrontPass @site@/a"),
         "/x/y", "site /a"},
        {"V6FrontPass /x/y @site@/a\n" + in("Location /x", "V6FrontPass @site@/b"), "/x/y",
         "site /b/y", "V6F0207"},
        {"V6FrontPassMatch ^/x @site@/a\nV6FrontPassMatch ^/x/(y) @site@/b", "/x/y", "site /a",
         "V6F0207"},
        {"V6FrontPassMatch ^/x/(y) @site@/b\nV6FrontPassMatch ^/x @site@/a", "/x/y", "site /b"},
        {"V6FrontPassMatch ^/(x)/ @site@/a\nV6FrontPassMatch ^/(x)/ @site@/b", "/x/y", "site /a",
         "V6F0207"},
        {"V6FrontPassMatch ^/x @site@/a\nV6FrontPass /x/y !", "/x/y", "site /a", "V6F0207"},
        {"V6FrontPassMatch ^/x @site@/a\nV6FrontPassMatch ^/x/y !", "/x/y", "site /a", "V6F0207"},
        // mod_rewrite gives a request the path of a section, which it meets too late.
        {"RewriteEngine On\nRewriteRule ^/a$ /x/y [PT]\nV6FrontPass /x @site@/a\n" +
             in("Location /x", "V6FrontPass @site@/b"),
         "/a", "site /a/y"},
        // mod_proxy answers.
        {all + in("LocationMatch ^/", "ProxyPassMatch @site@/proxied"), "/x", "site /proxied/x",
         "V6F0210"},
        {all + in("LocationMatch ^/", "ProxyPass @site@/proxied"), "/x", "site /x"},
        {all + "RewriteEngine On\nRewriteRule ^/(.*) @site@/proxied/$1 [L,P]", "/x",
         "site /proxied/x", "V6F0210"},
        {all + "RewriteEngine On\nRewriteCond %{REQUEST_URI} ^/y\n"
               "RewriteRule ^/(.*) @site@/proxied/$1 [P]",
         "/x", "site /x"},
        {all + "RewriteRule ^/(.*) @site@/proxied/$1 [P]", "/x", "site /x"},
        {all + in("Location /", "RewriteEngine On\nRewriteRule ^(.*)$ @site@/proxied [P]"), "/x",
         "site /proxied", "V6F0210"},
        {"V6FrontPass /x @site@/\nRewriteEngine On\n" +
             in("Location \"/x\"", "RewriteRule .* @site@/proxied [P,L]"),
         "/x/y", "site /proxied", "V6F0210"},
        {all + in("Location /", "RewriteRule ^(.*)$ @site@/proxied [P]"), "/x", "site /x"},
        {all + in("Location /", "RewriteEngine On\nRewriteCond %{REQUEST_URI} ^/y\n"
                                "RewriteRule ^(.*)$ @site@/proxied [P]"),
         "/x", "site /x"},
        {all + in("Location /y", "RewriteEngine On\nRewriteRule ^(.*)$ @site@/proxied [P]"), "/y",
         "site /proxied"},
        {all + in("Location /", "SetHandler \"proxy:@site@\""), "/x", "404", "V6F0254"},
        {all + in("Location /x", "SetHandler \"proxy:@site@\""), "/x", "404", "V6F0254"},
        {all + in("Location /x", "SetHandler \"proxy:@site@\""), "/y", "site /y", "V6F0254"},
        {"V6FrontPass /x @site@/ours\n" + in("Location /x", "SetHandler \"proxy:@site@/theirs\""),
         "/x/y", "404", "V6F0254"},
        {"V6FrontPass /x @site@/ours\n" + in("Location /y", "SetHandler \"proxy:@site@\""), "/x/y",
         "site /ours/y"},
    };
    return made;
}

// One virtual host for each text.
struct many_hosts {
    scripted_backend site{
        [](const received_request& r) { return response("site " + r.message.target()); }};
    scratch_folder files;

    many_hosts()
    {
        write_file(files.path() + "/file", "from a file");
        run_command({"mkdir", "-p", files.path() + "/user/of"});
        write_file(files.path() + "/user/of/file", "from a user");
    }

    httpd_options options(const std::vector<std::string>& rules, std::uint16_t port)
    {
        auto made = options_for(every_way().front(), "");
        made.port = port;
        made.modules = {"alias", "rewrite", "proxy", "proxy_http", "userdir"};
        made.global = in("Directory " + files.path(), "Require all granted");
        for (std::size_t i = 0; i < rules.size(); ++i)
            made.global += in("VirtualHost *:" + std::to_string(port),
                              "ServerName " + name(i) + "\n" + rules[i]);
        const auto url = site.url();
        made.global = replaced(made.global, "@site@", url.substr(0, url.find('/', 7)));
        made.global = replaced(made.global, "@files@", files.path());
        return made;
    }
    static std::string name(std::size_t i) { return "row" + std::to_string(i) + ".test"; }
};

// The status of what httpd itself answers, and the body of what comes from a file or the site.
std::string answer_of(const httpd_server& front, std::size_t i, const std::string& target)
{
    question q;
    q.target = target;
    q.host = many_hosts::name(i);
    const auto answer = ask(front, q);
    return answer.status() == 200 ? answer.body : std::to_string(answer.status());
}

// configtest's lines by the virtual host that each is about, from the first place that it names.
std::map<std::size_t, std::vector<std::string>> lines_by_host(const httpd_options& options)
{
    const scratch_folder folder;
    std::istringstream text(config_text(options, httpd_places(folder.path()), 8080));
    std::vector<std::size_t> host_of_line{0};
    std::size_t host = 0;
    for (std::string line; std::getline(text, line);) {
        std::smatch found;
        if (std::regex_match(line, found, std::regex("ServerName row([0-9]+)\\.test")))
            host = std::stoul(found[1]);
        host_of_line.push_back(host);
    }
    const auto said = configtest(options);
    INFO(said.output);
    CHECK(said.code == 0);
    std::map<std::size_t, std::vector<std::string>> lines;
    std::istringstream output(said.output);
    for (std::string line; std::getline(output, line);) {
        std::smatch found;
        if (!std::regex_search(line, found,
                               std::regex("(V6F[0-9]{4}: .*?httpd\\.conf:([0-9]+).*)")))
            continue;
        const auto at = std::stoul(found[2]);
        REQUIRE(at < host_of_line.size());
        lines[host_of_line[at]].push_back(found[1]);
    }
    return lines;
}

// The rules of a row as configtest's line says to write them; empty where that takes a person.
std::string as_advised(const std::string& rules, const std::string& line)
{
    std::smatch found;
    if (std::regex_search(line, found, std::regex("Add \"(V6FrontPass.* !)\"$")))
        return rules + "\n" + found[1].str();
    if (std::regex_search(line, found, std::regex("Write \"(V6FrontPass.* !)\" before it$")))
        return found[1].str() + "\n" + rules;
    if (std::regex_search(line, found,
                          std::regex("Write \"V6FrontPass !\" in a <(Location \".*\")> after")))
        return rules + "\n" + in(found[1], "V6FrontPass !");
    return {};
}

} // namespace

TEST_CASE("Rules that others hide: configtest says who answers, and its advice works",
          "[configtest]")
{
    many_hosts hosts;
    std::vector<std::string> rules;
    for (const auto& r : hiding_rows())
        rules.push_back(r.rules);
    auto lines = lines_by_host(hosts.options(rules, 8080)); // only read
    std::vector<std::string> mended;
    {
        const httpd_server front(hosts.options(rules, free_port()));
        for (std::size_t i = 0; i < hiding_rows().size(); ++i) {
            const auto& r = hiding_rows()[i];
            INFO(r.rules);
            CHECK(answer_of(front, i, r.target) == r.answer);
            CHECK(lines[i].size() == (r.number ? 1 : 0));
            const auto line = lines[i].empty() ? std::string() : lines[i][0];
            INFO(line);
            CHECK(line.find(r.number ? r.number : "") == 0);
            mended.push_back(r.mended.empty() ? r.rules : as_advised(r.rules, line));
            CHECK_FALSE(mended.back().empty());
        }
    }
    lines = lines_by_host(hosts.options(mended, 8080));
    const httpd_server front(hosts.options(mended, free_port()));
    for (std::size_t i = 0; i < hiding_rows().size(); ++i) {
        const auto& r = hiding_rows()[i];
        if (r.mended.empty())
            continue;
        INFO(mended[i]);
        CHECK(answer_of(front, i, r.target) == r.mended);
        CHECK(lines[i].empty());
    }
}

TEST_CASE("Sections of the main server that take the requests of a virtual host's rules",
          "[configtest]")
{
    many_hosts hosts;
    const std::vector<std::string> rules{"V6FrontPass /h @site@/ours", "V6FrontPass /p @site@/ours",
                                         "V6FrontPass /p @site@/ours\n" +
                                             in("Location /p", "RewriteEngine Off")};
    auto options = hosts.options(rules, free_port());
    const auto url = hosts.site.url();
    options.global = in("Location /h", "SetHandler \"proxy:" + url + "\"") +
                     in("Location /p", "RewriteEngine On\nRewriteRule ^ " + url + "proxied [P]") +
                     options.global;
    {
        const httpd_server front(options);
        CHECK(answer_of(front, 0, "/h/x") == "404");
        CHECK(answer_of(front, 1, "/p/x") == "site /proxied");
        CHECK(answer_of(front, 2, "/p/x") == "site /ours/x");
    }
    const auto said = configtest(options);
    INFO(said.output);
    const auto is_said = [&said](const std::string& text) {
        return said.output.find(text) != said.output.npos;
    };
    CHECK(is_said("V6F0254: SetHandler proxy:"));
    CHECK(is_said("V6F0210: V6FrontPass /p "));
    CHECK(said.output.find("V6F0210") == said.output.rfind("V6F0210"));
}
