// SPDX-License-Identifier: Apache-2.0
//
// The manual beside a real httpd: each example of a configuration is loaded by it, and each page's
// Context and Override are what it says of that directive (httpd -L). What needs no httpd (links,
// the form of a page) is scripts/manual's.
#include "catch.hpp"
#include "httpd_server.hpp"
#include "manual_blocks.hpp"
#include "private_network.hpp"

#include <algorithm>
#include <filesystem>
#include <regex>
#include <set>
#include <sstream>

using namespace v6front;

namespace
{

// A ```apache block, and where it is.
struct example {
    std::string place;
    std::string text;
    bool for_server = false; // not within a virtual host: "```apache server", or it has one itself
};

std::vector<example> examples_of(const std::string& file)
{
    std::vector<example> found;
    for (const auto& block : blocks_of(file)) {
        if (block.language != "apache")
            continue;
        const bool has_own = block.text.find("<VirtualHost") != std::string::npos ||
                             ("\n" + block.text).find("\nListen ") != std::string::npos;
        found.push_back({block.place, block.text, has_own || block.name == "server"});
    }
    return found;
}

std::vector<example> all_examples()
{
    std::vector<example> all;
    for (const auto& file : manual_pages())
        for (auto& e : examples_of(file))
            all.push_back(std::move(e));
    return all;
}

// The cell of a directive's page in the row of that field.
std::string field(const std::string& page, const std::string& name)
{
    const auto row = page.find("| [" + name + "](");
    if (row == page.npos)
        return {};
    const auto cell = page.find(" | ", row) + 3;
    return page.substr(cell, page.find(" |\n", cell) - cell);
}

// Files that examples name, as they are on this machine.
std::string with_real_files(std::string text, const scratch_folder& folder)
{
    static const std::pair<const char*, std::string> files[] = {
        {"/etc/letsencrypt/live/[^/]+/fullchain\\.pem", test_certificate().certificate},
        {"/etc/letsencrypt/live/[^/]+/privkey\\.pem", test_certificate().key},
        {"/etc/ssl/(site-ca|site|front)\\.pem", test_certificate().certificate},
        {"/etc/ssl/private/front\\.key", test_certificate().key},
    };
    for (const auto& [name, real] : files)
        text = std::regex_replace(text, std::regex(name), real);
    return std::regex_replace(text, std::regex("/etc/apache2/pseudo\\.key"),
                              folder.path() + "/pseudo.key");
}

// The port is one that the example itself opens, at all addresses or at its own.
bool opens(const example& e, const std::string& port)
{
    return std::regex_search("\n" + e.text, std::regex("\nListen ([^\n]*:)?" + port + "( |\n)"));
}

void without_listen(std::string& config, const std::string& port)
{
    const std::string ours = "Listen [::]:" + port + "\n";
    if (const auto at = config.find(ours); at != config.npos)
        config.erase(at, ours.size());
}

// A server with the modules that examples are about, on the ports that they name.
class reader
{
public:
    reader()
    {
        const std::string key = folder_.path() + "/pseudo.key";
        write_file(key, "00112233445566778899aabbccddeeff\n");
        std::filesystem::permissions(key, std::filesystem::perms::owner_read);
    }

    command_result load(const std::vector<example>& all) const
    {
        auto options = with_modules();
        int number = 0;
        for (const auto& e : all) {
            const auto text = with_real_files(e.text, folder_);
            const std::string name = "e" + std::to_string(++number) + ".test";
            for (const char* port : {"80", "443"})
                if (opens(e, port))
                    without_listen(options.global, port);
            options.global += "# " + e.place + "\n";
            if (e.for_server)
                options.global += text;
            else
                options.global += "<VirtualHost *:8080>\nServerName " + name + "\n" + text +
                                  (text.find("V6FrontPass") == text.npos
                                       ? "V6FrontPass / http://www.example.org/\n"
                                       : "") +
                                  "</VirtualHost>\n";
        }
        return configtest(options);
    }

    command_result list() const
    {
        const scratch_folder folder;
        const httpd_places places(folder.path());
        prepare_places(places);
        const auto options = with_modules();
        write_file(places.config, config_text(options, places, 8080));
        auto command = httpd_command(places);
        command.emplace_back("-L");
        return run_command(command, httpd_environment(options, places));
    }

private:
    httpd_options with_modules() const
    {
        httpd_options options;
        options.tls = true;
        options.modules = {"access_compat", "actions",    "alias",      "auth_basic", "authn_core",
                           "authn_file",    "authz_host", "authz_user", "cgid",       "deflate",
                           "dir",           "env",        "filter",     "headers",    "http2",
                           "include",       "md",         "proxy",      "proxy_http", "remoteip",
                           "reqtimeout",    "rewrite",    "setenvif",   "status",     "unique_id"};
        options.hosts +=
            "192.0.2.10 www.example.org example.org shop.example.org blog.example.org "
            "app.intra.lan api.example.org old.example.org\n192.0.2.11 v4.example.org\n";
        options.global = "Listen [::]:80\nListen [::]:443\n";
        options.environment.push_back("APACHE_LOG_DIR=" + folder_.path());
        return options;
    }

    scratch_folder folder_;
};

// What the lines of a configuration test say of a mistake. That this machine has not the addresses
// of the manual (V6F0255 and V6F0259) is none.
std::vector<std::string> mistakes(const command_result& said)
{
    static const std::regex ours("V6F02(0[3-9]|[1-4][0-9]|5[0-46-8]): ");
    std::vector<std::string> found;
    std::istringstream in(said.output);
    for (std::string line; std::getline(in, line);)
        if (std::regex_search(line, ours) || (said.code != 0 && line.find("rror") != line.npos))
            found.push_back(line);
    return found;
}

std::set<std::string> directives_of(const std::string& listing)
{
    std::set<std::string> names;
    static const std::regex one("(V6Front\\w+) \\(mod_v6front\\.c\\)");
    for (std::sregex_iterator at(listing.begin(), listing.end(), one), end; at != end; ++at)
        names.insert((*at)[1]);
    return names;
}

std::string page_of(const std::string& directive)
{
    return read_file("mod_v6front/manual/directives/" + directive + ".md");
}

// What httpd -L says of a directive.
std::string listed(const std::string& listing, const std::string& directive)
{
    const auto begin = listing.find(directive + " (mod_v6front.c)");
    const auto end = listing.find("\n<", begin);
    const auto next = listing.find(" (mod_v6front.c)", listing.find('\n', begin));
    return listing.substr(begin, std::min(end, next) - begin);
}

// The first line of an example that has the directive.
std::string line_with(const std::string& directive)
{
    for (const auto& e : examples_of("mod_v6front/manual/directives/" + directive + ".md")) {
        std::istringstream in(e.text);
        for (std::string line; std::getline(in, line);) {
            const auto text = line.find_first_not_of(' ');
            if (text != line.npos && line.compare(text, directive.size() + 1, directive + " ") == 0)
                return line.substr(text);
        }
    }
    return {};
}

} // namespace

TEST_CASE("Manual: httpd loads each example without a word about a mistake", "[manual]")
{
    const reader httpd;
    const auto all = all_examples();
    REQUIRE(all.size() > 40);
    // Fragments of virtual hosts are read together, each in one of its own; others have their own
    // names and ports.
    std::vector<example> fragments;
    std::copy_if(all.begin(), all.end(), std::back_inserter(fragments),
                 [](const example& e) { return !e.for_server; });
    const auto together = httpd.load(fragments);
    const bool one_by_one = together.code != 0 || !mistakes(together).empty();
    for (const auto& e : all) {
        if (!e.for_server && !one_by_one)
            continue;
        const auto said = httpd.load({e});
        INFO(e.place << "\n" << e.text << said.output);
        CHECK(said.code == 0);
        CHECK(mistakes(said) == std::vector<std::string>{});
    }
    INFO(together.output);
    CHECK(!one_by_one);
}

TEST_CASE("Manual: each directive has an example of its own, and httpd takes its default",
          "[manual]")
{
    const reader httpd;
    std::vector<example> defaults;
    for (const auto& name : directives_of(httpd.list().output)) {
        INFO(name);
        CHECK(!line_with(name).empty());
        auto text = field(page_of(name), "Default");
        if (!text.starts_with("`"))
            continue; // told in words
        text = text.substr(1, text.find('`', 1) - 1);
        CHECK(text.starts_with(name + " "));
        const bool for_server =
            field(page_of(name), "Context").find("virtual host") == std::string::npos;
        defaults.push_back({name, text + "\n", for_server});
    }
    REQUIRE(defaults.size() > 10);
    const auto said = httpd.load(defaults);
    INFO(said.output);
    CHECK(said.code == 0);
}

TEST_CASE("Manual: Context and Override are what httpd says of a directive", "[manual]")
{
    const reader httpd;
    const auto listing = httpd.list().output;
    const auto names = directives_of(listing);
    REQUIRE(names.size() > 20);
    for (const auto& name : names) {
        INFO(name);
        const auto context = field(page_of(name), "Context");
        const auto said = listed(listing, name);
        INFO(said);
        CHECK(context.starts_with("server config"));
        CHECK((context.find("location") != context.npos) ==
              (said.find("in *.conf anywhere") != said.npos));
        CHECK(field(page_of(name), "Override").starts_with("none") ==
              (said.find(".htaccess") == said.npos));
        // Not every directive of servers is one of virtual hosts: httpd says so of a line of it.
        const auto in_host = httpd.load({{name, line_with(name) + "\n", false}}).output;
        INFO(in_host);
        CHECK((context.find("virtual host") != context.npos) ==
              (in_host.find("is for the whole server") == in_host.npos));
    }
}

TEST_CASE("Manual: a site in the same httpd keeps IPv4 and gets IPv6", "[manual]")
{
    if (!private_network::possible("a site in the same httpd"))
        return;
    const private_network network;
    network.add_addresses("192.0.2.10", "2001:db8::1");
    const scratch_folder site;
    write_file(site.path() + "/page", "the site's");
    std::filesystem::permissions(site.path(), std::filesystem::perms(0755));
    httpd_options options;
    for (const auto& e : examples_of("mod_v6front/manual/guides/old-server-on-the-same-machine.md"))
        if (e.text.find("self=on") != e.text.npos)
            options.global = std::regex_replace(e.text, std::regex("/var/www/html"), site.path());
    const httpd_server both(options);
    for (const std::string address : {"192.0.2.10", "[2001:db8::1]"}) {
        INFO(address);
        const auto said = run_command(
            {"curl", "-s", "-i", "-H", "Host: www.example.org", "http://" + address + "/page"});
        CHECK_THAT(said.output, ContainsSubstring("200 OK"));
        CHECK_THAT(said.output, ContainsSubstring("the site's"));
        CHECK((said.output.find("Via: 1.1 v6front-") != said.output.npos) == (address[0] == '['));
    }
}
