// SPDX-License-Identifier: Apache-2.0
//
// V6FrontPseudoV4: its key file, and the addresses that a key gives. Not of this program's own
// making: what openssl says of the networks (openssl mac SIPHASH).
#include "bench.hpp"

#include "mod_v6front/httpd/requests/pseudo_v4_client.hpp"

#include <filesystem>
#include <fstream>
#include <sys/stat.h>

using namespace v6front;
using namespace v6front::test;

namespace
{

namespace fs = std::filesystem;

const std::string digits = "000102030405060708090a0b0c0d0e0f";

struct folder {
    folder() : path(fs::temp_directory_path() / ("v6front-key-" + std::to_string(getpid())))
    {
        fs::create_directory(path);
    }
    ~folder() { fs::remove_all(path); }
    std::string file(const std::string& name, const std::string& text, mode_t mode = 0600) const
    {
        const std::string full = (path / name).string();
        std::ofstream(full) << text;
        CHECK(chmod(full.c_str(), mode) == 0);
        return full;
    }
    fs::path path;
};

std::string set_in(bench& b, std::vector<std::string> words)
{
    return b.set("V6FrontPseudoV4", std::move(words));
}

std::string set(std::vector<std::string> words)
{
    bench b;
    return set_in(b, std::move(words));
}

} // namespace

TEST_CASE("one key gives one address, whoever asks", "[pseudo]")
{
    const folder f;
    const auto key = "key=" + f.file("key", digits + "\n");
    struct row {
        std::vector<std::string> words;
        const char* client;
        const char* is;
    };
    for (const row& r : std::vector<row>{
             {{"add", key}, "::1", "243.111.241.130"},
             {{"add", key}, "2001:db8::1", "243.253.34.53"},
             {{"add", key}, "2001:db8::2", "243.253.34.53"},
             {{"add", key}, "2001:db8:0:1::1", "255.127.89.126"},
             {{"add", key}, "2001:db8:1::", "250.23.60.140"},
             {{"overwrite", key}, "fe80::1", "247.118.91.220"},
             {{"add", key, "prefix=128"}, "2001:db8::1", "251.126.231.242"},
             {{"add", key, "prefix=48"}, "2001:db8:0:1::1", "243.253.34.53"},
             {{"add", key, "range=10.64.0.0/10"}, "2001:db8::1", "10.71.250.223"},
             {{"add", key, "range=198.51.100.0/24"}, "2001:db8::1", "198.51.100.243"},
         }) {
        CAPTURE(r.client, r.words.size());
        bench b;
        REQUIRE(set_in(b, r.words).empty());
        const auto* config = b.config().pseudo_v4;
        REQUIRE(config);
        CHECK(pseudo_address(*config, *parse_ip_address(r.client)).text() == r.is);
    }
}

TEST_CASE("a key file that is none is refused, with the way to have one", "[pseudo]")
{
    const folder f;
    const std::string at = f.path.string();
    CHECK(set({"add", "key=" + at + "/none"}) ==
          "V6FrontPseudoV4: key= \"" + at + "/none\" cannot be read: No such file or directory");
    CHECK(set({"add", "key=" + at}) ==
          "V6FrontPseudoV4: key= \"" + at + "\" is a folder; it must be a file");
    const auto secret = f.file("secret", digits);
    if (geteuid() == 0) {
        CHECK(seteuid(65534) == 0);
        const auto said = set({"add", "key=" + secret});
        CHECK(seteuid(0) == 0);
        CHECK(said == "V6FrontPseudoV4: key= \"" + secret + "\" cannot be read: Permission denied");
    }
    CHECK(mkfifo((at + "/pipe").c_str(), 0600) == 0);
    CHECK(set({"add", "key=" + at + "/pipe"}) ==
          "V6FrontPseudoV4: key= \"" + at + "/pipe\" is not a regular file");
    CHECK(set({"add", "key=relative"}) == "V6FrontPseudoV4: key= \"/server-root/relative\" cannot "
                                          "be read: No such file or directory");
    for (const mode_t mode : {0644, 0604, 0602, 0666, 0777}) {
        CAPTURE(mode);
        const auto name = f.file("open", digits, mode);
        CHECK(set({"add", "key=" + name}) ==
              "V6FrontPseudoV4: key= \"" + name +
                  "\" can be read or written by every user of this machine: chmod 600 " + name);
    }
    for (const mode_t mode : {0600, 0400, 0640, 0440})
        CHECK(set({"add", "key=" + f.file("closed", digits, mode)}).empty());
    struct row {
        std::string text;
        const char* says;
    };
    for (const row& r : std::vector<row>{
             {"", "is empty"},
             {"0123456789abcdef", "has 16 hexadecimal digits"},
             {std::string(20, '\xff'), "has something else than hexadecimal digits"},
             {std::string(5000, '0'), "has 4096 hexadecimal digits"},
         }) {
        const auto name = f.file("bad", r.text);
        CHECK(set({"add", "key=" + name}) == "V6FrontPseudoV4: \"" + name + "\" " + r.says +
                                                 "; a key is 32 hexadecimal digits, as from: "
                                                 "(umask 077; openssl rand -hex 16 > " +
                                                 name + ")");
    }
}

TEST_CASE("what V6FrontPseudoV4 cannot use is refused", "[pseudo]")
{
    const folder f;
    const auto key = "key=" + f.file("key", digits);
    CHECK(set({}) == "V6FrontPseudoV4: needs off, add or overwrite, such as \"V6FrontPseudoV4 add "
                     "key=/etc/apache2/pseudo.key\"");
    CHECK(set({"on"}) == "V6FrontPseudoV4: \"on\" must be \"off\", \"add\" or \"overwrite\"");
    CHECK(set({key}) ==
          "V6FrontPseudoV4: \"" + key + "\" must be \"off\", \"add\" or \"overwrite\"");
    for (const char* mode : {"add", "overwrite"})
        CHECK(set({mode}) == "V6FrontPseudoV4: needs key=, a file with 32 hexadecimal digits, as "
                             "from: (umask 077; openssl rand -hex 16 > /etc/apache2/pseudo.key)");
    CHECK(set({"off", key}) ==
          "V6FrontPseudoV4: off takes no settings, but \"" + key + "\" follows it");
    CHECK(set({"add", key, "prefix=64", "Prefix=56"}) ==
          "V6FrontPseudoV4: prefix= is given twice: \"prefix=64\" and \"Prefix=56\"");
    bench b;
    CHECK(set_in(b, {"off"}).empty());
    CHECK(set_in(b, {"off"}) == "V6FrontPseudoV4: is given twice for this server");
}
