// SPDX-License-Identifier: Apache-2.0
#include "certificates.hpp"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <stdexcept>

#include <sys/stat.h>

namespace v6front
{

namespace
{

struct free_key {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct free_certificate {
    void operator()(X509* certificate) const { X509_free(certificate); }
};
using key_ptr = std::unique_ptr<EVP_PKEY, free_key>;
using certificate_ptr = std::unique_ptr<X509, free_certificate>;

void require(bool done, const char* what)
{
    if (!done)
        throw std::runtime_error(std::string("no certificate was made: ") + what);
}

void extend(X509* certificate, int what, const std::string& value)
{
    auto* extension = X509V3_EXT_conf_nid(nullptr, nullptr, what, value.c_str());
    require(extension != nullptr, value.c_str());
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

bool is_address(const std::string& name)
{
    return name.find_first_not_of("0123456789.") == name.npos;
}

certificate_ptr unsigned_certificate(EVP_PKEY* key, const std::string& name, long serial,
                                     long begins, long ends)
{
    certificate_ptr made(X509_new());
    auto* c = made.get();
    X509_set_version(c, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(c), serial);
    X509_gmtime_adj(X509_getm_notBefore(c), begins);
    X509_gmtime_adj(X509_getm_notAfter(c), ends);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(c), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509_set_pubkey(c, key);
    return made;
}

void write_pem(const std::string& name, const std::vector<X509*>& certificates, EVP_PKEY* key)
{
    auto* out = std::fopen(name.c_str(), "w");
    require(out != nullptr, name.c_str());
    for (auto* certificate : certificates)
        PEM_write_X509(out, certificate);
    if (key)
        PEM_write_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(out);
    chmod(name.c_str(), key ? 0600 : 0644);
}

} // namespace

struct certificate_authority::pair {
    key_ptr key;
    certificate_ptr certificate;
};

certificate_authority::certificate_authority() : own_(std::make_unique<pair>())
{
    chmod(folder_.path().c_str(), 0755);
    own_->key.reset(EVP_EC_gen("P-256"));
    own_->certificate =
        unsigned_certificate(own_->key.get(), "CA of this test", 1, -86400, 86400L * 30);
    auto* c = own_->certificate.get();
    X509_set_issuer_name(c, X509_get_subject_name(c));
    extend(c, NID_basic_constraints, "critical,CA:TRUE");
    require(X509_sign(c, own_->key.get(), EVP_sha256()) > 0, "the CA");
    file_ = folder_.path() + "/ca.pem";
    write_pem(file_, {c}, nullptr);
}

certificate_authority::~certificate_authority() = default;

certificate_files certificate_authority::issue(const certificate_wish& wish)
{
    const auto number = std::to_string(++made_);
    const key_ptr key(wish.rsa_bits > 0 ? EVP_RSA_gen(wish.rsa_bits) : EVP_EC_gen("P-256"));
    const auto made = unsigned_certificate(key.get(), wish.names.front(), 100 + long{made_},
                                           wish.begins, wish.ends);
    std::string names;
    for (const auto& name : wish.names)
        names += (names.empty() ? "" : ",") + std::string(is_address(name) ? "IP:" : "DNS:") + name;
    extend(made.get(), NID_subject_alt_name, names);
    auto* ca = own_->certificate.get();
    X509_set_issuer_name(made.get(), X509_get_subject_name(wish.self_signed ? made.get() : ca));
    require(X509_sign(made.get(), wish.self_signed ? key.get() : own_->key.get(), EVP_sha256()) > 0,
            "a certificate");
    certificate_files files{folder_.path() + "/" + number + ".pem",
                            folder_.path() + "/" + number + ".key"};
    std::vector<X509*> chain{made.get()};
    if (wish.with_ca)
        chain.push_back(ca);
    write_pem(files.certificate, chain, nullptr);
    write_pem(files.key, {}, key.get());
    return files;
}

} // namespace v6front
