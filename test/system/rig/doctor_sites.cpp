// SPDX-License-Identifier: Apache-2.0
#include "doctor_sites.hpp"
#include "text_lines.hpp"
#include "catch.hpp"

#include <algorithm>
#include <functional>
#include <future>
#include <map>
#include <stdexcept>

namespace v6front
{

namespace
{

const std::string html = "Content-Type: text/html\r\n";

std::string to(const std::string& url)
{
    return response("", "Location: " + url + "\r\n", "302 Found");
}

// A site whose port expects a PROXY header, and ends without one.
std::string wants_proxy(const received_request& r)
{
    return r.message.method() == "PROXY" ? response("ok", "Connection: close\r\n") : "";
}

// As many at a time as do not wait for each other on a small machine.
constexpr std::size_t at_once = 4;

// Records for the zone file end the report of a site, so that nobody has to look for them.
std::vector<std::string> findings_behind_records(const std::string& output)
{
    std::vector<std::string> behind;
    bool is_behind = false;
    for (const std::string& line : lines_of(output)) {
        const bool is_record = line.find(" IN AAAA ") != line.npos;
        if (is_behind && !is_record && !line.empty())
            behind.push_back(line);
        is_behind = is_record || (is_behind && !line.empty());
    }
    return behind;
}

std::vector<command_result> examine_all(const doctor_sites& all,
                                        const std::vector<doctor_site>& rows)
{
    std::vector<command_result> said;
    for (std::size_t i = 0; i < rows.size(); i += at_once) {
        std::vector<std::future<command_result>> some;
        for (std::size_t j = i; j < std::min(i + at_once, rows.size()); ++j)
            some.push_back(std::async(std::launch::async,
                                      [&all, &row = rows[j]] { return all.examine(row.name); }));
        for (auto& one : some)
            said.push_back(one.get());
    }
    return said;
}

} // namespace

// By the name alone: what the site does with a request, of which it knows whether a front sent it,
// over http or https. A name that is not here is unknown to it.
std::string doctor_sites::answer(const received_request& r)
{
    const std::string host = r.message.value("Host");
    const std::string name = host.substr(0, host.find(':'));
    const std::string scheme = r.message.value("X-Forwarded-Proto");
    const bool proxied = !scheme.empty();
    const std::string target = r.message.target();
    const std::string http = "http://" + name + ":" + std::to_string(port_) + "/";
    const std::string https = "https://" + name + ":" + std::to_string(tls_) + "/";
    const std::map<std::string, std::function<std::string()>> more{
        {"circle.test", [] { return response("", "", "508 Loop Detected"); }},
        {"forbids.test",
         [&] { return proxied ? response("no", "", "403 Forbidden") : response("yes"); }},
        {"body.test", [&] { return response(proxied ? "one\nfor a proxy\n" : "one\nfor IPv4\n"); }},
        {"field.test",
         [&] { return response("ok", proxied ? "X-Kind: proxied\r\n" : "X-Kind: direct\r\n"); }},
        {"hop.test",
         [&] {
             return response("ok", proxied ? ""
                                           : "Upgrade: h2,h2c\r\nConnection: Upgrade, X-Hop\r\n"
                                             "X-Hop: 1\r\nProxy-Support: a\r\nTE: trailers\r\n"
                                             "Trailer: X-End\r\n");
         }},
        {"relay.test",
         [&] {
             if (r.message.has("Via"))
                 via_ = r.message.value("Via");
             return response("ok", "Via: " + via_ + "\r\n");
         }},
        {"flaps.test",
         [&] { return response("ok", "", flaps_++ % 4 < 2 ? "200 OK" : "404 Not Found"); }},
        {"restless.test",
         [&] {
             const std::string n = std::to_string(++answers_);
             return response("one\ntoken " + n + "\nthree\n", "X-Number: " + n + "\r\n");
         }},
        {"literal.test",
         [] {
             return response("<html>\n<body>\n<img src=\"http://192.0.2.7/logo.png\">\n"
                             "<a href='//203.0.113.9/x'>1.2.3.4</a>\n",
                             html);
         }},
        {"past-site.test",
         [&] { return response("<html>\n<a href=\"http://" + host + "/a\">a</a>\n", html); }},
        {"mixed.test",
         [] {
             return response("<html>\n<script src=http://cdn.example/a.js></script>\n"
                             "<a href=\"http://elsewhere.example/\">a</a>\n",
                             html);
         }},
        {"start.test", [&] { return target == "/" ? to("/start") : response("ok"); }},
        {"self.test", [&] { return to(http); }},
        {"endless.test", [&] { return to("/" + std::to_string(++answers_)); }},
        {"odd.test", [] { return to("mailto:a@b.test"); }},
        {"https.test", [&] { return to(https); }},
        {"both.test", [&] { return to(scheme == "https" ? http : https); }},
        {"no-https.test", [] { return to("https://no-https.test/"); }},
        {"to-other.test", [] { return to("http://four.test/"); }},
        {"to-good.test", [] { return to("http://good.test/"); }},
        {"to-later.test", [] { return to("http://later.test/"); }},
        {"to-no-name.test", [] { return to("http://" + std::string(64, 'a') + ".test/"); }},
        {"to-address.test", [] { return to("http://192.0.2.7/"); }},
    };
    if (r.message.method() == "PROXY")
        return response("no", "Connection: close\r\n", "400 Bad Request");
    if (target.starts_with("/alike"))
        return response("<p>Your address: 192.0.2.1</p>", html);
    if (const auto found = more.find(name); found != more.end())
        return found->second();
    if (name == "unknown.test" || name == "other-host.test" || name.starts_with("also-") ||
        !name.ends_with(".test"))
        return response("no such site", "", "404 Not Found");
    return response("this is a page\n", html);
}

doctor_sites::doctor_sites(const private_network& network, const std::vector<doctor_site>& rows)
{
    network.add_addresses("192.0.2.1", "2001:db8::1");
    // Connections to these come here, though no interface has the address.
    if (run_command({"ip", "-6", "route", "add", "local", "2001:db8:7::/64", "dev", "lo"}).code)
        throw std::runtime_error("no local route");
    if (run_command({"ip", "addr", "add", "192.0.2.77/32", "dev", "lo"}).code)
        throw std::runtime_error("no second address");
    backend_.emplace([this](const received_request& r) { return answer(r); }, 0, "192.0.2.1");
    named_.emplace(1000000, 0, "192.0.2.1");
    using steps = scripted_backend::steps;
    wants_.emplace(steps{script::read_request(), script::answer(wants_proxy), script::close()}, 0,
                   "192.0.2.1");
    closes_.emplace(steps{script::read_request(), script::close()}, 0, "192.0.2.1");
    write_file("/etc/hosts",
               read_file("/etc/hosts") + "2001:db8::1 hosts.test\n2001:db8::1 both-hosts.test\n");
    names_.say("four.test", {.a = {"127.0.0.1"}});
    names_.say("past-site.test", {.a = {"192.0.2.1"}});
    names_.say("good.test", {.a = {"192.0.2.1"}, .aaaa = {"2001:db8::1"}});
    for (const doctor_site& row : rows)
        if (row.exists)
            names_.say(row.name, row.entry);
    front_.emplace(options_for(rows));
}

httpd_options doctor_sites::options_for(const std::vector<doctor_site>& rows)
{
    httpd_options options;
    options.port = port_;
    options.listen_ipv4 = true;
    options.system_names = true;
    options.threads = 25;
    options.modules = {"socache_shmcb", "ssl", "headers", "rewrite"};
    options.global =
        filled("Listen [2001:db8::1]:@port@\nListen [2001:db8::1]:@tls@\n"
               "Listen [::]:@anywhere@\nListen 127.0.0.1:@tls@\nListen [::1]:@second@\n"
               "Listen 192.0.2.1:@port@\nListen 192.0.2.1:@tls@\nListen 127.0.0.1:@four@\n");
    const auto secure = ca_.issue({.names = {"secure.test"}});
    // Over IPv6 that port is for others.
    options.global += "Listen [::1]:443\nListen 192.0.2.1:443\n<VirtualHost "
                      "192.0.2.1:443>\nSSLEngine On\n"
                      "SSLCertificateFile " +
                      secure.certificate + "\nSSLCertificateKeyFile " + secure.key +
                      "\n</VirtualHost>\n";
    for (const doctor_site& row : rows) {
        const std::string inside = "ServerName " + row.name + "\n" + row.directives + "\n";
        if (row.tls.names.empty() || row.name.find("tls") == std::string::npos)
            options.global +=
                filled("<VirtualHost " + row.at + ">\n" + inside + "</VirtualHost>\n");
        if (row.tls.names.empty())
            continue;
        const auto files = ca_.issue(row.tls);
        options.global +=
            filled("<VirtualHost *:@tls@>\nSSLEngine On\nSSLCertificateFile " + files.certificate +
                   "\nSSLCertificateKeyFile " + files.key + "\n" + inside + "</VirtualHost>\n");
    }
    options.site = filled("ServerAlias nobody.test\nV6FrontPass / @site@");
    return options;
}

std::string doctor_sites::filled(std::string text) const
{
    text = replaced(std::move(text), "@ca@", ca_.file());
    text = replaced(std::move(text), "@site@", "http://192.0.2.1:@backend@/");
    const std::pair<const char*, unsigned> ports[] = {
        {"@port@", port_},
        {"@tls@", tls_},
        {"@second@", second_},
        {"@nobody@", nobody_},
        {"@anywhere@", anywhere_},
        {"@four@", four_},
        {"@backend@", backend_ ? backend_->port() : 0U},
        {"@named@", named_ ? named_->port() : 0U},
        {"@wants@", wants_ ? wants_->port() : 0U},
        {"@closes@", closes_ ? closes_->port() : 0U}};
    for (const auto& [mark, port] : ports)
        text = replaced(std::move(text), mark, std::to_string(port));
    return text;
}

command_result doctor_sites::examine(const std::string& name,
                                     std::vector<std::string> arguments) const
{
    arguments.insert(arguments.begin(),
                     {"doctor", "--httpd",
                      httpd_for_v6frontctl(front_->options(), front_->places()), "--step", "20"});
    if (!name.empty())
        arguments.push_back(name);
    return v6frontctl(arguments, {}, {"SSL_CERT_FILE=" + ca_.file()});
}

void expect_findings(const std::vector<doctor_site>& rows)
{
    if (!private_network::possible("v6frontctl doctor"))
        return;
    const private_network network;
    const doctor_sites all(network, rows);
    const auto said = examine_all(all, rows);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        INFO(rows[i].name);
        INFO(said[i].output);
        for (const std::string& line : rows[i].says)
            CHECK_THAT(said[i].output, ContainsSubstring(all.filled(line)));
        for (const std::string& line : rows[i].says_not)
            CHECK_THAT(said[i].output, !ContainsSubstring(all.filled(line)));
        CHECK(findings_behind_records(said[i].output) == std::vector<std::string>{});
        CHECK(said[i].code == rows[i].status);
    }
}

} // namespace v6front
