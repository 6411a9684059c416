// SPDX-License-Identifier: Apache-2.0
//
// What https:// routes need of the machine, told at the start: one OpenSSL in the process, and CAs.
#include "catch.hpp"
#include "https_site.hpp"
#include "text_lines.hpp"
#include "watching.hpp"

#include <filesystem>

#include <sys/stat.h>

using namespace v6front;

namespace
{

const std::string route = "V6FrontPass / https://site.test/\n";

// Another OpenSSL, and a module that was built with that.
struct another {
    scratch_folder folder;
    std::string library = folder.path() + "/libssl.so.9";
    std::string module = folder.path() + "/mod_old.so";
    another()
    {
        std::filesystem::copy_file(test_library("other_openssl.so"), library);
        const auto linked = run_command({"cc", "-shared", "-nostdlib", "-o", module,
                                         "-Wl,--no-as-needed,-z,noexecstack", library});
        INFO(linked.output);
        REQUIRE(linked.code == 0);
    }
};

} // namespace

TEST_CASE("A second OpenSSL in the process is told at the start", "[https_start]")
{
    const another other;
    struct row {
        const char* what;
        std::string rules;
        std::string global;
        bool tls; // mod_ssl, which has the first one
        std::string told;
    };
    const row rows[]{
        {"no other", route, "", false, ""},
        {"mod_ssl's", route, "", true, ""},
        {"no https", "V6FrontPass / http://four.test:9/\n", "LoadFile " + other.library + "\n",
         true, ""},
        {"one, of nobody", route, "LoadFile " + other.library + "\n", true,
         ", and there is also " + other.library},
        {"one, of a module", route, "LoadFile " + other.module + "\n", true,
         ", but mod_old.so uses " + other.library},
    };
    for (const auto& r : rows) {
        CAPTURE(r.what);
        auto options = options_for(short_list().front(), r.rules);
        options.tls = r.tls;
        options.global = r.global;
        const httpd_server front(options);
        const auto log = front.error_log();
        CHECK(count(log, "V6F0170") == (r.told.empty() ? 0 : 1));
        if (!r.told.empty())
            CHECK_THAT(log, ContainsSubstring(r.told) && ContainsSubstring("/libssl.so"));
    }
}

TEST_CASE("A library in the place of OpenSSL stops the start", "[https_start]")
{
    const another other;
    const auto keys = GENERATE("", "V6FrontTLS protocol=1.3\n");
    auto options = options_for(short_list().front(), route + keys);
    options.preload = other.library;
    const auto said = configtest(options);
    CHECK(said.code != 0);
    CHECK_THAT(said.output, ContainsSubstring("another library, " + other.library +
                                              ", has taken the place of ") &&
                                ContainsSubstring("/libssl.so."));
}

TEST_CASE("A system without CAs is told at the start, where sites are verified", "[https_start]")
{
    https_site site([](const received_request&) { return response("ok"); });
    const scratch_folder folder;
    const auto& at = folder.path();
    for (const char* name : {"empty", "others", "hashed"}) {
        std::filesystem::create_directory(at + "/" + name);
        chmod((at + "/" + name).c_str(), 0755);
    }
    write_file(at + "/nothing", "");
    write_file(at + "/others/site.pem", read_file(site.ca.file()));
    write_file(at + "/others/0123456g.0", "");
    write_file(at + "/others/01234567.r0", ""); // a list of what is revoked
    const auto hash =
        run_command({"openssl", "x509", "-noout", "-subject_hash", "-in", site.ca.file()});
    REQUIRE(hash.code == 0);
    const auto hashed = at + "/hashed/" + hash.output.substr(0, 8) + ".0";
    write_file(hashed, read_file(site.ca.file()));
    chmod(hashed.c_str(), 0644);
    struct row {
        std::string file, folders, tls;
        bool told, works;
    };
    const row rows[]{
        {"/none", "/none", "", true, false},
        {"/nothing", "/empty", "", true, false},
        {"/nothing", "/others", "", true, false},
        {"/empty", "/none:" + at + "/empty", "", true, false},
        {"/none", "/hashed", "", false, true},
        {"/none", "/none:" + at + "/hashed", "", false, true},
        {"", "/none", "", false, true}, // the CA's own file
        {"/none", "/none", "V6FrontTLS verify=off", false, true},
        {"/none", "/none", "V6FrontTLS ca=" + site.ca.file(), false, true},
        {"/none", "/none", "V6FrontTLS site.test ca=" + site.ca.file(), false, true},
        {"/none", "/none", "V6FrontTLS protocol=1.3", true, false},
    };
    for (const auto& r : rows) {
        CAPTURE(r.file, r.folders, r.tls);
        auto options = options_for(short_list().front(),
                                   "V6FrontPass / " + site.relay.url() + "\nV6FrontPass /b " +
                                       site.relay.url() + "\n" + r.tls + "\n");
        const auto file = r.file.empty() ? site.ca.file() : at + r.file;
        options.environment = {"SSL_CERT_FILE=" + file, "SSL_CERT_DIR=" + at + r.folders};
        const httpd_server front(options);
        CHECK(get(front, "/").status() == (r.works ? 200 : 502));
        const auto log = front.error_log();
        CHECK(count(log, "V6F0171") == (r.told ? 1 : 0));
        if (r.told)
            CHECK_THAT(log, ContainsSubstring("no CAs in " + file + " and " + at + r.folders +
                                              ". Install them (Debian: ca-certificates)"));
    }
}
