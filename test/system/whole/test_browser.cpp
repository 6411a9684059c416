// SPDX-License-Identifier: Apache-2.0
//
// What somebody with a browser and IPv6 sees of a site that has only IPv4: everything. The site's
// name leads the browser to the front, and the front to itself, if it looked at AAAA records.
#include "browser.hpp"
#include "deadline.hpp"
#include "demo.hpp"
#include "status_front.hpp"
#include "watching.hpp"

#include "catch.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>

using namespace v6front;

namespace
{

// A click returns before the next page is there.
void arrive(browser& b, const std::string& title)
{
    const bool arrived = eventually([&] { return b.title() == title; });
    INFO("the browser is at " << b.url() << ", '" << b.title() << "'");
    REQUIRE(arrived);
}

// The quoted request lines of an access log, in the order of the alphabet.
std::vector<std::string> requests(const std::vector<std::string>& log)
{
    std::vector<std::string> found;
    for (const std::string& line : log) {
        const std::size_t begin = line.find('"') + 1;
        found.push_back(line.substr(begin, line.find('"', begin) - begin));
    }
    std::sort(found.begin(), found.end());
    return found;
}

void see_the_first_page(browser& b)
{
    REQUIRE(b.title() == "Lighthouse Keepers' Society");
    CHECK(b.evaluate("document.getElementById('logo').naturalWidth") == "64");
    CHECK(b.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(0, 51, 102)");
}

} // namespace

TEST_CASE("A browser uses the whole site over IPv6, by its own name", "[browser]")
{
    demo site;
    browser b("MAP www.legacy.test [::1]");
    const auto folder = std::filesystem::path(module_file()).parent_path() / "browser";
    std::filesystem::create_directories(folder);

    b.open(site.by_name("/"));
    see_the_first_page(b);
    b.screenshot((folder / "first-page.png").string());

    b.click("#old"); // a redirect by the site's own name
    arrive(b, "About the society");
    CHECK(b.url() == site.by_name("/about.html"));
    b.click("#home");
    arrive(b, "Lighthouse Keepers' Society");
    b.click("#news"); // a redirect that httpd makes up for a folder
    arrive(b, "News");
    CHECK(b.url() == site.by_name("/news/"));

    b.open(site.by_name("/guestbook.html"));
    b.type("#name", "J\xc3\xb6rg <keeper> & 100% sons");
    b.type("#message", "first line\nsecond line");
    b.click("#sign");
    arrive(b, "Thank you");
    CHECK(b.text("#name") == "J\xc3\xb6rg <keeper> & 100% sons");
    CHECK(b.text("#message") == "first line\nsecond line");
    CHECK(b.text("#REQUEST_METHOD") == "POST");
    b.screenshot((folder / "form.png").string());
    CHECK(std::filesystem::file_size(folder / "form.png") > 1000);

    b.open(site.by_name("/cgi-bin/headers"));
    const std::string authority = "www.legacy.test:" + std::to_string(site.port());
    CHECK(b.text("#HTTP_HOST") == authority);
    CHECK(b.text("#HTTP_X_FORWARDED_FOR") == "::1");
    CHECK(b.text("#HTTP_X_FORWARDED_HOST") == authority);
    CHECK(b.text("#HTTP_X_FORWARDED_PROTO") == "http");
    CHECK(b.text("#REMOTE_ADDR") == "127.0.0.1");

    // Each request reached the site once: no loop, no repetition.
    await("the last page in the site's log", [&] {
        const auto asked = requests(site.site_log());
        return std::count(asked.begin(), asked.end(), "GET /cgi-bin/headers HTTP/1.1") == 1;
    });
    CHECK(eventually([&] { return requests(site.front_log()) == requests(site.site_log()); }));
    const auto lines = site.front_log();
    for (const std::string& line : lines)
        CHECK_THAT(line, Catch::Matchers::StartsWith("::1 ") && !ContainsSubstring("\" 50"));
    site.signal(SIGTERM);
    CHECK(site.exit_code() == 0);
}

TEST_CASE("A browser that came by the front's address stays there when the site redirects",
          "[browser]")
{
    demo site;
    browser b("MAP www.legacy.test ~NOTFOUND");
    b.open(site.by_address("/"));
    see_the_first_page(b);
    b.click("#old");
    arrive(b, "About the society");
    CHECK(b.url() == site.by_address("/about.html"));
    site.signal(SIGTERM);
    CHECK(site.exit_code() == 0);
}

TEST_CASE("v6front-status is as wide as a phone, and runs nothing", "[browser]")
{
    status_front b;
    browser phone("MAP site.test [::1]", browser::screen::phone);
    phone.open("http://" + b.front.authority() + "/v6front-status");
    CHECK(phone.title() == "mod_v6front status");
    CHECK(phone.evaluate("window.innerWidth") == "360");
    CHECK(phone.evaluate("document.documentElement.scrollWidth") == "360");
    CHECK(phone.evaluate("document.querySelectorAll('img,script').length") == "0");
    CHECK(phone.evaluate("document.querySelectorAll('section').length") == "3");
    CHECK(phone.evaluate("Array.from(document.querySelectorAll('article')).every(e => "
                         "e.scrollWidth <= e.clientWidth)") == "true");
    CHECK(phone.evaluate("parseFloat(getComputedStyle(document.body).fontSize) >= 16") == "true");
    const auto folder = std::filesystem::path(module_file()).parent_path() / "browser";
    std::filesystem::create_directories(folder);
    phone.screenshot((folder / "status.png").string());
    CHECK(std::filesystem::file_size(folder / "status.png") > 1000);
    phone.click("a[href='?json']");
    CHECK(eventually([&] { return phone.url().ends_with("?json"); }));
}
