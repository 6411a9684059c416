// SPDX-License-Identifier: Apache-2.0
//
// V6FrontTLS at the start: files that cannot be used stop it, and what is unsafe is said each time.
#include "catch.hpp"
#include "certificates.hpp"
#include "text_lines.hpp"
#include "ways.hpp"

#include <sys/stat.h>

using namespace v6front;

namespace
{

const std::string https_route = "V6FrontPass / https://site.test/\n";

httpd_options https_options(const std::string& directives)
{
    return options_for(short_list().front(), https_route + directives + "\n");
}

void openssl(const std::vector<std::string>& words)
{
    std::vector<std::string> command{"openssl"};
    command.insert(command.end(), words.begin(), words.end());
    const auto done = run_command(command);
    INFO(done.output);
    REQUIRE(done.code == 0);
}

} // namespace

TEST_CASE("A file that V6FrontTLS cannot use stops the start, and is named", "[https_start]")
{
    certificate_authority ca;
    const auto own = ca.issue(), other = ca.issue();
    const auto& at = ca.folder();
    write_file(at + "/empty", "");
    write_file(at + "/words", "this is no certificate\n");
    const auto whole = read_file(own.certificate);
    write_file(at + "/short", whole.substr(0, whole.size() / 2));
    const auto whole_key = read_file(own.key);
    write_file(at + "/short.key", whole_key.substr(0, whole_key.size() / 2));
    openssl({"genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out",
             at + "/rsa.key"});
    openssl({"pkey", "-in", own.key, "-aes128", "-passout", "pass:secret", "-out",
             at + "/encrypted.key"});
    struct row {
        std::string directive;
        std::string words;
    };
    const auto cert = "cert=" + own.certificate;
    const row rows[]{
        {"V6FrontTLS ca=" + at + "/none", "ca=\"" + at + "/none\" cannot be read: No such file"},
        {"V6FrontTLS ca=" + at, "ca=\"" + at + "\" cannot be read: Is a directory"},
        {"V6FrontTLS ca=none.pem", "/none.pem\" cannot be read: No such file"},
        {"V6FrontTLS ca=" + at + "/empty", "/empty\" has no certificate in PEM form"},
        {"V6FrontTLS ca=" + at + "/words", "/words\" has no certificate in PEM form"},
        {"V6FrontTLS ca=" + at + "/short", "/short\" has no certificate in PEM form"},
        {"V6FrontTLS ca=" + own.key, ".key\" has no certificate in PEM form"},
        {"V6FrontTLS cert=" + at + "/none", "cert=\"" + at + "/none\" cannot be read: No such"},
        {"V6FrontTLS cert=" + at + "/words key=" + own.key, "/words\" has no certificate in PEM"},
        {"V6FrontTLS cert=" + at + "/short key=" + own.key, "/short\" has no certificate in PEM"},
        {"V6FrontTLS " + cert, "has no private key in PEM form: add key="},
        {"V6FrontTLS " + cert + " key=" + at + "/none", "key=\"" + at + "/none\" cannot be read"},
        {"V6FrontTLS " + cert + " key=" + at + "/empty", "/empty\" has no private key in PEM"},
        {"V6FrontTLS " + cert + " key=" + at + "/short.key", "has no private key in PEM form"},
        {"V6FrontTLS " + cert + " key=" + other.key, "is not the key of the certificate in cert="},
        {"V6FrontTLS " + cert + " key=" + at + "/rsa.key", "is not the key of the certificate in"},
        {"V6FrontTLS " + cert + " key=" + at + "/encrypted.key", "is encrypted: write it without"},
        {"V6FrontTLS key=" + own.key, "needs cert="},
        {"V6FrontTLS verify=off ca=" + ca.file(), "has no effect with verify=off"},
        {"V6FrontTLS", "needs at least one of verify=, ca=, cert="},
        {"V6FrontTLS site.test", "needs at least one of verify=, ca=, cert="},
        {"V6FrontTLS protocol=1.4", "protocol=\"1.4\" must be the oldest TLS version"},
        {"V6FrontTLS protocol=SSLv3", "protocol=\"SSLv3\" must be the oldest TLS version"},
        {"V6FrontTLS verify=maybe", "verify must be \"on\" or \"off\", not \"maybe\""},
        {"V6FrontTLS ca=", "ca=\"\" must be the name of a file"},
        {"V6FrontTLS cipher=x", "the key of \"cipher=x\" must be one of verify, ca, cert, key"},
        {"V6FrontTLS ca=" + ca.file() + " ca=" + ca.file(), "ca= is given twice"},
        {"V6FrontTLS verify=off\nV6FrontTLS legacy=on", "is given twice for every backend"},
        {"V6FrontTLS https://site.test/ verify=off", "is a URL; write the name alone"},
        {"<Location />\nV6FrontTLS verify=off\n</Location>", "not allowed in <Location>"},
    };
    for (const auto& r : rows) {
        CAPTURE(r.directive);
        const auto got = configtest(https_options(r.directive));
        INFO(got.output);
        CHECK(got.code != 0);
        CHECK(got.output.find("V6FrontTLS") != std::string::npos);
        CHECK(got.output.find(r.words) != std::string::npos);
    }
    // All of it right.
    const auto good = configtest(https_options("V6FrontTLS site.test protocol=1.3 ca=" + ca.file() +
                                               " " + cert + " key=" + own.key));
    INFO(good.output);
    CHECK(good.code == 0);
    for (const char* number : {"V6F0241", "V6F0242", "V6F0243", "V6F0244", "V6F0245", "V6F0211"})
        CHECK(good.output.find(number) == std::string::npos);
}

TEST_CASE("What of V6FrontTLS is unsafe is said at every start", "[https_start]")
{
    certificate_authority ca;
    const auto own = ca.issue();
    const auto old = ca.issue({{"front.test"}, -86400, -60});
    chmod(own.key.c_str(), 0644);
    const auto files = [](const certificate_files& f) {
        return "cert=" + f.certificate + " key=" + f.key;
    };
    struct row {
        std::string directive;
        std::vector<std::string> words;
    };
    const row rows[]{
        {"V6FrontTLS verify=off", {"V6F0241: V6FrontTLS (", "anybody between"}},
        {"V6FrontTLS site.test protocol=1.1", {"V6F0242: V6FrontTLS site.test (", "protocol=1.1"}},
        {"V6FrontTLS protocol=1.0", {"V6F0242", "protocol=1.0"}},
        {"V6FrontTLS legacy=on", {"V6F0243", "RFC 5746"}},
        {"V6FrontTLS " + files(own), {"V6F0244", own.key, "chmod 600"}},
        {"V6FrontTLS " + files(old), {"V6F0245", old.certificate, "expired on 20"}},
        {"V6FrontTLS six.test legacy=on", {"V6F0211: V6FrontTLS six.test (", "site.test"}},
    };
    for (const auto& r : rows) {
        CAPTURE(r.directive);
        const httpd_server front(https_options(r.directive));
        const auto log = front.error_log();
        for (const auto& words : r.words)
            CHECK(log.find(words) != std::string::npos);
    }
}

TEST_CASE("What of V6FrontTLS is unsafe is said again at a graceful restart", "[https_start]")
{
    certificate_authority ca;
    const auto own = ca.issue({{"front.test"}, -86400, -60});
    chmod(own.key.c_str(), 0644);
    httpd_server front(https_options("V6FrontTLS verify=off\nV6FrontTLS site.test protocol=1.1\n"
                                     "V6FrontTLS six.test legacy=on cert=" +
                                     own.certificate + " key=" + own.key));
    front.graceful();
    for (const char* number : {"V6F0241", "V6F0242", "V6F0243", "V6F0244", "V6F0245"}) {
        CAPTURE(number);
        CHECK(count(front.error_log(), number) == 2);
    }
}
