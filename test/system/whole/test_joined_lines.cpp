// SPDX-License-Identifier: Apache-2.0
//
// scripts/join-logs on lines written by hand: what is found in one log alone, and what is no line.
#include "catch.hpp"
#include "joined_logs.hpp"
#include "text_lines.hpp"

#include <map>

using namespace v6front;

TEST_CASE("What is in one of the logs alone is named", "[join_logs]")
{
    const scratch_folder folder;
    const std::string at = " - - [28/Nov/2026:23:59:5";
    const std::string agent = " \"-\" \"a \\\"b\\\"\"";
    const auto front = [&](int second, const std::string& request, const std::string& id,
                           const std::string& local, const std::string& failure) {
        return "2001:db8::7" + at + std::to_string(second) + " +0000] \"" + request +
               " HTTP/1.1\" 200 2" + agent + " id=\"" + id +
               "\" backend=b address=192.0.2.1:80 local=" + local +
               " connection=new attempts=1 queue=0 connect=1 response=2 total=3 up=0 down=2 "
               "worker=engine failure=\"" +
               failure + "\"\n";
    };
    const auto site = [&](int second, const std::string& request, const std::string& id,
                          const std::string& port) {
        return "192.0.2.9" + at + std::to_string(second) + " +0000] \"" + request +
               " HTTP/1.1\" 200 2" + agent + " id=\"" + id + "\" port=" + port +
               " forwarded=\"-\"\n";
    };
    write_file(
        folder.path() + "/front",
        front(1, "GET /a", "1", "1000", "-") + front(1, "GET /refused", "2", "-", "it refused") +
            front(2, "GET /b", "-", "1001", "-") + "a line of something else\n" +
            front(3, "GET /lost", "3", "1002", "-") + front(3, "POST /c", "4", "1001", "-") +
            front(4, "GET /old/d", "-", "1004", "-") + front(4, "GET /old/e", "-", "1004", "-") +
            front(4, "GET /f", "-", "1005", "-") + front(5, "GET /g", "5", "1006", "-") +
            front(6, "GET /own", "7", "1008", "-") + front(6, "GET /h", "9", "1009", "-") +
            front(7, "GET /h", "8", "1009", "-") + front(7, "GET /i", "10", "1010", "-"));
    write_file(folder.path() + "/site",
               site(1, "GET /a", "1", "1000") + site(1, "GET /a", "1", "1003") + // repeated
                   site(2, "GET /b", "-", "1001") +
                   site(3, "GET /direct", "-", "1001") + // another method
                   site(3, "POST /c", "-", "1001") +
                   site(4, "GET /new/e", "-", "1004") + // in another order
                   site(4, "GET /new/d", "-", "1004") + site(4, "GET /rewritten", "-", "1005") +
                   site(4, "GET /g", "5", "1007") + // both before the front's own line
                   site(4, "GET /g", "5", "1006") + site(6, "GET /own", "of the client", "1008") +
                   site(6, "GET /h", "8", "1009") + // before the front's own line, again
                   site(6, "GET /h", "9", "1009") +
                   site(7, "GET /k", "of the client", "1010")); // another path

    const joined said = join({folder.path() + "/front", folder.path() + "/site"});
    CHECK_THAT(said.summary,
               ContainsSubstring("12 joined, 2 in the front's log alone, 1 that reached "
                                 "no site, 2 in the site's log alone"));
    std::map<std::string, std::string> pairs;
    std::string last;
    for (const std::string& line : said.lines) {
        if (const std::size_t numbers = line.find(" line="); numbers != std::string::npos)
            pairs[line.substr(numbers + 6)] = line;
        last = line;
    }
    for (const char* pair : {"1:1", "1:2", "3:3", "6:5", "7:7", "8:6", "9:8", "10:9", "10:10",
                             "11:11", "12:13", "13:12", "2:-", "5:-", "-:4", "14:-", "-:14"}) {
        INFO(pair);
        CHECK(pairs.contains(pair));
    }
    CHECK(pairs.size() == 17);
    CHECK_THAT(last, ContainsSubstring("/front: 1 lines in another format, the first is line 4"));
    CHECK(pairs["1:2"] == "2026-11-28T23:59:51Z 2001:db8::7 \"GET /a HTTP/1.1\" 200 \"1\" "
                          "192.0.2.1:80 local=1000 attempts=1 queue=0 connect=1 response=2 total=3 "
                          "failure=\"-\" site=\"GET /a HTTP/1.1\" 200 line=1:2");
    // Only what is for one backend.
    CHECK_THAT(
        join({"--backend", "other", folder.path() + "/front", folder.path() + "/site"}).summary,
        ContainsSubstring("0 joined, 0 in the front's log alone"));
}

TEST_CASE("The client of a line is found beside names of users and of virtual hosts", "[join_logs]")
{
    const scratch_folder folder;
    const std::string rest = " [28/Nov/2026:23:59:51 +0000] \"GET / HTTP/1.1\" 200 2 \"-\" \"-\"";
    const std::string of_front =
        " id=\"1\" backend=b address=192.0.2.1:80 local=1 connection=new attempts=1 queue=0 "
        "connect=1 response=2 total=3 up=0 down=2 worker=engine failure=\"-\"\n";
    write_file(folder.path() + "/site",
               "192.0.2.9 - john doe" + rest + " id=\"1\" port=1 forwarded=\"-\"\n");
    const std::pair<std::string, std::string> rows[]{
        {"2001:db8::7 - john doe", "2001:db8::7"},
        {"2001:db8::a - john doe", "2001:db8::a"},
        {"2001:db8::7 - -", "2001:db8::7"},
        {"2001:db8:1:2:3:4:5:80 - john doe", "2001:db8:1:2:3:4:5:80"},
        {"192.0.2.7 - john [doe]", "192.0.2.7"},
        {"www.site.test:443 2001:db8::7 - john", "2001:db8::7"},
        {"[2001:db8::1]:80 2001:db8::7 - \"\"", "2001:db8::7"},
    };
    for (const auto& [begin, client] : rows) {
        INFO(begin);
        write_file(folder.path() + "/front", begin + rest + of_front);
        const joined said = join({folder.path() + "/front", folder.path() + "/site"});
        REQUIRE(said.lines.size() == 1);
        CHECK_THAT(said.lines[0], ContainsSubstring("Z " + client + " \"GET / HTTP/1.1\""));
    }
}

TEST_CASE("A compressed log that is damaged is an error of that log", "[join_logs]")
{
    const scratch_folder folder;
    const auto front = folder.path() + "/front.gz", site = folder.path() + "/site";
    write_file(site, "");
    write_file(front, "no gzip");
    CHECK_THAT(join({front, site}).summary,
               ContainsSubstring("/front.gz, after line 0: cannot be read: Not a gzipped file"));
    REQUIRE(run_command(
                {"sh", "-c",
                 "head -c 100000 /dev/urandom | base64 -w0 | gzip -c | head -c 50000 >" + front})
                .code == 0);
    const joined cut = join({front, site});
    CHECK(cut.code == 1);
    CHECK_THAT(cut.summary,
               ContainsSubstring("/front.gz, after line 0: cannot be read: Compressed file ended"));
}

TEST_CASE("A log in another format is refused, with its first line", "[join_logs]")
{
    const scratch_folder folder;
    const std::string combined =
        "192.0.2.9 - - [28/Nov/2026:23:59:59 +0000] \"GET / HTTP/1.1\" 200 2 "
        "\"-\" \"-\"\n";
    write_file(folder.path() + "/combined", combined + combined);
    write_file(folder.path() + "/site",
               combined.substr(0, combined.size() - 1) + " id=\"-\" port=1 forwarded=\"-\"\n");
    write_file(folder.path() + "/empty", "");
    const joined said = join({folder.path() + "/combined", folder.path() + "/site"});
    CHECK(said.code == 1);
    CHECK_THAT(said.summary,
               ContainsSubstring("/combined, line 1, is not in the format of the front's log "
                                 "(LogFormat v6front of v6front.conf): 192.0.2.9 - - ["));
    CHECK_FALSE(said.summary.find("Traceback") != std::string::npos);
    CHECK(join({folder.path() + "/empty", folder.path() + "/site"}).code == 0);
    const joined none = join({folder.path() + "/nowhere", folder.path() + "/site"});
    CHECK(none.code == 1);
    CHECK_THAT(none.summary, ContainsSubstring("/nowhere: No such file or directory"));
}
