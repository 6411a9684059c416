// SPDX-License-Identifier: Apache-2.0
//
// What makes connections over TLS interchangeable: all of their settings, and the name.
#include "mod_v6front/net/backends/connection_identity.hpp"

#include "unit/loopback.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdio>

using namespace v6front;
using namespace v6front::test;

namespace
{

// One file with a certificate and its key, gone with its owner.
class own_file
{
public:
    own_file()
    {
        auto* key = EVP_EC_gen("P-256");
        auto* certificate = X509_new();
        X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
        X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
        X509_set_pubkey(certificate, key);
        X509_sign(certificate, key, EVP_sha256());
        auto* out = ::fdopen(::mkstemp(name_.data()), "w");
        PEM_write_X509(out, certificate);
        PEM_write_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
        std::fclose(out);
        X509_free(certificate);
        EVP_PKEY_free(key);
    }
    ~own_file() { std::remove(name_.c_str()); }
    own_file(const own_file&) = delete;
    own_file& operator=(const own_file&) = delete;
    const std::string& name() const { return name_; }

private:
    std::string name_ = "/tmp/v6front-XXXXXX";
};

} // namespace

TEST_CASE("a connection over TLS is one of its settings, each of them, and of its name", "[tls]")
{
    const own_file own;
    tls_rule with_ca, with_cert, newer, legacy, unverified;
    with_ca.ca = own.name();
    with_cert.cert = with_cert.key = own.name();
    newer.least = tls_version::v1_3;
    legacy.legacy = true;
    unverified.verify = false;
    const auto plain = std::make_shared<const tls_settings>(tls_rule());
    const auto set = [](const tls_rule& rule) {
        return tls_peer(std::make_shared<const tls_settings>(rule), "site.test");
    };
    const tls_peer peers[]{
        {plain, "site.test"}, {plain, "other.test"}, set(with_ca),   set(with_cert),
        set(newer),           set(legacy),           set(unverified)};
    const connection_identity without{loopback(1)};
    for (const auto& one : peers) {
        const connection_identity its{loopback(1), &one};
        CHECK_FALSE(its == without);
        for (const auto& other : peers) {
            CAPTURE(&one - peers, &other - peers);
            CHECK((its == connection_identity{loopback(1), &other}) == (&one == &other));
        }
    }
}
