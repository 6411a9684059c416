// SPDX-License-Identifier: Apache-2.0
//
// An IPv4 address for each client, for sites that cannot digest others.
#include "catch.hpp"
#include "deadline.hpp"
#include "scripted_backend.hpp"
#include "ways.hpp"

#include <map>
#include <sys/stat.h>

using namespace v6front;

namespace
{

using fields = std::vector<std::pair<std::string, std::string>>;

// test/bridge/test_pseudo_v4.cpp has the same addresses of the same key.
struct key_file {
    scratch_folder folder;
    std::string path = folder.path() + "/pseudo.key";
    key_file()
    {
        write_file(path, "000102030405060708090a0b0c0d0e0f\n");
        CHECK(chmod(path.c_str(), 0600) == 0);
    }
};

struct pseudo_row {
    std::string name;
    std::string directives; // $K: the key
    fields sent;
    std::map<std::string, std::string> seen; // by the site; "": it is not there
    std::string logged = "-";
    std::string client = "::1"; // in the log
};

const std::string behind_proxy = "RemoteIPHeader X-Real\nRemoteIPInternalProxy ::1\n";
const fields false_fields{{"X-Pseudo-IPv4", "10.0.0.1"},
                          {"x-connecting-ipv6", "2001:db8::bad"},
                          {"X-Forwarded-For", "10.0.0.2"}};
constexpr const char* field = "X-Pseudo-IPv4";
constexpr const char* own = "X-Connecting-IPv6";
constexpr const char* forwarded = "X-Forwarded-For";

const std::vector<pseudo_row>& pseudo_rows()
{
    static const std::vector<pseudo_row> all{
        {"nowhere", "", false_fields, {{field, ""}, {own, ""}, {forwarded, "::1"}}},
        {"off",
         "V6FrontPseudoV4 off\n",
         false_fields,
         {{field, ""}, {own, ""}, {forwarded, "::1"}}},
        {"add",
         "V6FrontPseudoV4 add $K\n",
         false_fields,
         {{field, "243.111.241.130"}, {own, ""}, {forwarded, "::1"}},
         "243.111.241.130"},
        {"overwrite",
         "V6FrontPseudoV4 overwrite $K\n",
         false_fields,
         {{field, ""}, {own, "::1"}, {forwarded, "243.111.241.130"}},
         "243.111.241.130"},
        {"overwrite, and a proxy before it",
         "V6FrontPseudoV4 overwrite $K\n" + behind_proxy,
         {{"X-Real", "2001:db8::1"}},
         {{own, "2001:db8::1"}, {forwarded, "243.253.34.53"}},
         "243.253.34.53",
         "2001:db8::1"},
        {"the neighbour in the same network",
         "V6FrontPseudoV4 add $K\n" + behind_proxy,
         {{"X-Real", "2001:db8::2"}},
         {{field, "243.253.34.53"}, {forwarded, "2001:db8::2"}},
         "243.253.34.53",
         "2001:db8::2"},
        {"a range and a length",
         "V6FrontPseudoV4 add $K range=10.64.0.0/10 prefix=48\n" + behind_proxy,
         {{"X-Real", "2001:db8:0:1::1"}},
         {{field, "10.71.250.223"}},
         "10.71.250.223",
         "2001:db8:0:1::1"},
        {"a NAT64",
         "V6FrontPseudoV4 add $K nat64=64:ff9b::/96\n" + behind_proxy,
         {{"X-Real", "64:ff9b::c000:221"}},
         {{field, "192.0.2.33"}, {forwarded, "64:ff9b::c000:221"}},
         "-",
         "64:ff9b::c000:221"},
        {"a NAT64, overwritten",
         "V6FrontPseudoV4 overwrite $K nat64=64:ff9b::/96\n" + behind_proxy,
         {{"X-Real", "64:ff9b::c000:221"}},
         {{own, "64:ff9b::c000:221"}, {forwarded, "192.0.2.33"}},
         "-",
         "64:ff9b::c000:221"},
        {"an IPv4 client",
         "V6FrontPseudoV4 add $K\n" + behind_proxy,
         {{"X-Real", "192.0.2.7"}},
         {{field, "192.0.2.7"}, {forwarded, "192.0.2.7"}},
         "-",
         "192.0.2.7"},
        {"an IPv4 client, not overwritten",
         "V6FrontPseudoV4 overwrite $K\n" + behind_proxy,
         {{"X-Real", "192.0.2.7"}},
         {{own, ""}, {forwarded, "192.0.2.7"}},
         "-",
         "192.0.2.7"},
        {"a chain, overwritten",
         "V6FrontPseudoV4 overwrite $K\nRemoteIPHeader X-Forwarded-For\n"
         "RemoteIPInternalProxy ::1\n",
         {{"X-Forwarded-For", "192.0.2.1, 2001:db8::1"}},
         {{own, "2001:db8::1"}, {forwarded, "243.253.34.53"}},
         "243.253.34.53",
         "2001:db8::1"},
        {"the operator's own",
         "V6FrontPseudoV4 overwrite $K\nRequestHeader set X-Forwarded-For 192.0.2.9\n"
         "RequestHeader set X-Pseudo-IPv4 192.0.2.8\n",
         false_fields,
         {{field, "192.0.2.8"}, {own, "::1"}, {forwarded, "192.0.2.9"}},
         "243.111.241.130"},
        {"a trusted peer's list, overwritten",
         "V6FrontPseudoV4 overwrite $K\nV6FrontTrust ::1\n",
         {{"X-Forwarded-For", "192.0.2.1"}},
         {{own, "::1"}, {forwarded, "243.111.241.130"}},
         "243.111.241.130"},
        {"a trusted peer's list that ends in the client, overwritten",
         "V6FrontPseudoV4 overwrite $K\nV6FrontTrust ::1\n" + behind_proxy,
         {{"X-Real", "2001:db8::1"}, {"X-Forwarded-For", "192.0.2.1, [2001:db8::1]:4711"}},
         {{own, "2001:db8::1"}, {forwarded, "243.253.34.53"}},
         "243.253.34.53",
         "2001:db8::1"},
        {"a trusted peer's list that begins with the client, overwritten",
         "V6FrontPseudoV4 overwrite $K\nV6FrontTrust ::1\n" + behind_proxy,
         {{"X-Real", "2001:db8::1"}, {"X-Forwarded-For", "2001:db8::1"}},
         {{own, "2001:db8::1"}, {forwarded, "243.253.34.53"}},
         "243.253.34.53",
         "2001:db8::1"},
        {"a trusted peer's list of an IPv4 client, with an IPv6 address in it",
         "V6FrontPseudoV4 overwrite $K\nV6FrontTrust ::1\n" + behind_proxy,
         {{"X-Real", "192.0.2.7"}, {"X-Forwarded-For", "2001:db8::1, 192.0.2.7"}},
         {{own, ""}, {forwarded, "192.0.2.7"}},
         "-",
         "192.0.2.7"},
        {"a trusted peer's list of an IPv4 client",
         "V6FrontPseudoV4 overwrite $K\nV6FrontTrust ::1\n" + behind_proxy,
         {{"X-Real", "192.0.2.7"}, {"X-Forwarded-For", "192.0.2.1, 192.0.2.7"}},
         {{own, ""}, {forwarded, "192.0.2.1, 192.0.2.7"}},
         "-",
         "192.0.2.7"},
        {"the operator's own, which ends in the client",
         "V6FrontPseudoV4 overwrite $K\nV6FrontTrust ::1\n"
         "RequestHeader set X-Forwarded-For ::1\n",
         {},
         {{own, "::1"}, {forwarded, "::1"}},
         "243.111.241.130"},
        {"a trusted peer's own",
         "V6FrontPseudoV4 add $K\nV6FrontTrust ::1\n",
         {{"X-Forwarded-For", "2001:db8::1"}, {"X-Pseudo-IPv4", "243.253.34.53"}},
         {{field, "243.253.34.53"}, {forwarded, "2001:db8::1, ::1"}},
         "243.111.241.130"},
        {"without X-Forwarded-For",
         "V6FrontPseudoV4 add $K\nV6FrontAddHeaders -X-Forwarded-For\n",
         false_fields,
         {{field, ""}, {own, ""}, {forwarded, ""}},
         "243.111.241.130"},
        {"without fields, but in the log",
         "V6FrontPseudoV4 overwrite $K\nV6FrontAddHeaders Off\n",
         false_fields,
         {{field, ""}, {own, ""}, {forwarded, ""}},
         "243.111.241.130"},
    };
    return all;
}

std::string with_key(std::string directives, const key_file& key)
{
    if (const auto at = directives.find("$K"); at != std::string::npos)
        directives.replace(at, 2, "key=" + key.path);
    return directives;
}

httpd_options options_of(const way& w, const std::string& site)
{
    httpd_options options = options_for(w, site);
    options.modules = {"headers", "remoteip"};
    return options;
}

} // namespace

TEST_CASE("The site gets an IPv4 address for each client, and the log has both", "[pseudo]")
{
    const way w = GENERATE(from_range(every_way()));
    const pseudo_row r = GENERATE(from_range(pseudo_rows()));
    INFO(w << ", " << r.name);
    const key_file key;
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_server front(options_of(w, "V6FrontPass / " + site.url() + "\n" +
                                         with_key(r.directives, key) +
                                         "CustomLog told.log \"%a %{v6front-pseudo-v4}n\"\n"));
    REQUIRE(ask(front, {"/", "GET", r.sent}).status() == 200);
    const http_message seen = site.request(0).message;
    for (const auto& [name, value] : r.seen) {
        INFO(name);
        CHECK(seen.values(name) ==
              (value.empty() ? std::vector<std::string>{} : std::vector<std::string>{value}));
    }
    std::string told;
    CHECK(eventually([&] {
        told = read_file(front.places().folder + "/told.log");
        return told.ends_with('\n');
    }));
    CHECK(told == r.client + " " + r.logged + "\n");
}

TEST_CASE("The main server's V6FrontPseudoV4 is inherited, and a virtual host can end it",
          "[pseudo]")
{
    const way w = GENERATE(from_range(short_list()));
    const bool ends = GENERATE(false, true);
    INFO(w);
    const key_file key;
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_options options =
        options_of(w, "V6FrontPass / " + site.url() + "\n" + (ends ? "V6FrontPseudoV4 off\n" : ""));
    options.global += "V6FrontPseudoV4 add key=" + key.path + "\n";
    httpd_server front(options);
    for (std::size_t i = 0; i < 2; ++i) {
        get(front, "/");
        CHECK(site.request(i).message.value(field) == (ends ? "" : "243.111.241.130"));
        front.graceful(); // changes nothing
    }
}

TEST_CASE("What V6FrontPseudoV4 cannot use stops the start", "[pseudo]")
{
    const key_file key;
    const std::string open = key.folder.path() + "/open.key";
    write_file(open, "000102030405060708090a0b0c0d0e0f\n");
    CHECK(chmod(open.c_str(), 0644) == 0);
    struct refusal {
        std::string directives, told;
    };
    for (const refusal& r : std::vector<refusal>{
             {"V6FrontPseudoV4 add key=" + open, "chmod 600 " + open},
             {"V6FrontPseudoV4 add key=" + key.folder.path(), "is a folder; it must be a file"},
             {"V6FrontPseudoV4 add key=no/such/key", "cannot be read: No such file or directory"},
             {"V6FrontPseudoV4 add", "openssl rand -hex 16 > "},
             {"V6FrontPseudoV4 add $K range=240.0.0.1/4",
              "range= \"240.0.0.1/4\" has bits set behind its prefix: write 240.0.0.0/4"},
             {"<Location />\nV6FrontPseudoV4 off\n</Location>", "not allowed"},
         }) {
        INFO(r.directives);
        const auto result =
            configtest(options_for(every_way().front(), with_key(r.directives, key)));
        CHECK(result.code != 0);
        CHECK_THAT(result.output, ContainsSubstring(r.told));
        CHECK_THAT(result.output, ContainsSubstring("V6FrontPseudoV4"));
    }
}
