// SPDX-License-Identifier: Apache-2.0

#include "tls_settings.hpp"

#include "loaded_openssl.hpp"
#include "system_cas.hpp"
#include "tls_errors.hpp"
#include "tls_session.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509err.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace v6front
{

namespace
{

constexpr unsigned char http_1[] = "\x08http/1.1"; // RFC 7301

int version_number(tls_version version)
{
    switch (version) {
    case tls_version::v1_0:
        return TLS1_VERSION;
    case tls_version::v1_1:
        return TLS1_1_VERSION;
    case tls_version::v1_2:
        return TLS1_2_VERSION;
    case tls_version::v1_3:
        break;
    }
    return TLS1_3_VERSION;
}

[[noreturn]] void refuse_file(std::string_view key, const std::string& file, std::string_view why)
{
    throw setting_error(std::string(key) + "=\"" + file + "\" " + std::string(why));
}

void check_readable(std::string_view key, const std::string& file)
{
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> opened(std::fopen(file.c_str(), "re"),
                                                                 std::fclose);
    char octet = 0;
    if (!opened || (std::fread(&octet, 1, 1, opened.get()) == 0 && std::ferror(opened.get())))
        refuse_file(key, file, std::string("cannot be read: ") + std::strerror(errno));
}

// Nobody is there to type a passphrase.
int no_passphrase(char*, int, int, void* asked)
{
    *static_cast<bool*>(asked) = true;
    return -1;
}

} // namespace

tls_settings::tls_settings(const tls_rule& rule) : rule_(rule)
{
    if (const auto wrong = wrong_openssl(); !wrong.empty())
        throw setting_error(wrong);
    context_ = SSL_CTX_new(TLS_client_method());
    if (!context_)
        throw setting_error("OpenSSL cannot be used: " + take_tls_error().message());
    try {
        SSL_CTX_set_mode(context_, SSL_MODE_ENABLE_PARTIAL_WRITE |
                                       SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                       SSL_MODE_RELEASE_BUFFERS);
        SSL_CTX_set_read_ahead(context_, 1);
        SSL_CTX_set_alpn_protos(context_, http_1, sizeof http_1 - 1);
        // Old versions need hashes, ciphers and keys that OpenSSL has refused since.
        if (rule_.takes_old_protocols() &&
            SSL_CTX_set_cipher_list(context_, "DEFAULT:@SECLEVEL=0") != 1)
            throw setting_error("protocol=" + std::string(to_string(rule_.least)) +
                                " cannot be used: " + take_tls_error().message());
        if (SSL_CTX_set_min_proto_version(context_, version_number(rule_.least)) != 1)
            throw setting_error("protocol=" + std::string(to_string(rule_.least)) +
                                " cannot be used: " + take_tls_error().message());
        SSL_CTX_set_max_proto_version(context_, 0);
        SSL_CTX_clear_options(context_, SSL_OP_LEGACY_SERVER_CONNECT);
        if (rule_.legacy)
            SSL_CTX_set_options(context_, SSL_OP_LEGACY_SERVER_CONNECT);
        tls_session::prepare(context_, rule_.verify);
        if (rule_.verify)
            read_cas();
        if (!rule_.cert.empty())
            read_own();
    } catch (...) {
        SSL_CTX_free(context_);
        throw;
    }
    ERR_clear_error();
}

tls_settings::~tls_settings()
{
    SSL_CTX_free(context_);
}

void tls_settings::read_cas()
{
    if (rule_.ca.empty()) {
        SSL_CTX_set_default_verify_paths(context_);
        return;
    }
    check_readable("ca", rule_.ca);
    if (SSL_CTX_load_verify_locations(context_, rule_.ca.c_str(), nullptr) != 1)
        refuse_file("ca", rule_.ca,
                    "has no certificate in PEM form: " + take_tls_error().message());
    // Whatever certificate the operator gives is trusted, also the site's own or an intermediate.
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context_), X509_V_FLAG_PARTIAL_CHAIN);
}

void tls_settings::read_own()
{
    check_readable("cert", rule_.cert);
    check_readable("key", rule_.key);
    if (SSL_CTX_use_certificate_chain_file(context_, rule_.cert.c_str()) != 1)
        refuse_file("cert", rule_.cert,
                    "has no certificate in PEM form that can be used: " +
                        take_tls_error().message());
    // A site may ask for it later, for one path (RFC 8446 4.6.2).
    SSL_CTX_set_post_handshake_auth(context_, 1);
    bool is_encrypted = false;
    SSL_CTX_set_default_passwd_cb(context_, no_passphrase);
    SSL_CTX_set_default_passwd_cb_userdata(context_, &is_encrypted);
    const bool read =
        SSL_CTX_use_PrivateKey_file(context_, rule_.key.c_str(), SSL_FILETYPE_PEM) == 1;
    SSL_CTX_set_default_passwd_cb_userdata(context_, nullptr);
    if (is_encrypted)
        refuse_file("key", rule_.key,
                    "is encrypted: write it without a passphrase (openssl pkey), readable by root "
                    "alone");
    const auto error = ERR_peek_last_error();
    const bool fits = read && SSL_CTX_check_private_key(context_) == 1;
    if ((read && !fits) ||
        (ERR_GET_LIB(error) == ERR_LIB_X509 && ERR_GET_REASON(error) == X509_R_KEY_VALUES_MISMATCH))
        refuse_file("key", rule_.key,
                    "is not the key of the certificate in cert=\"" + rule_.cert + "\"");
    if (!read)
        refuse_file("key", rule_.key,
                    rule_.key == rule_.cert
                        ? "has no private key in PEM form: add key= with the file that has it"
                        : "has no private key in PEM form: " + take_tls_error().message());
}

std::string tls_settings::own_expired() const
{
    const auto* own = SSL_CTX_get0_certificate(context_);
    if (!own || X509_cmp_current_time(X509_get0_notAfter(own)) > 0)
        return {};
    std::tm parts{};
    char text[40] = "before now";
    if (ASN1_TIME_to_tm(X509_get0_notAfter(own), &parts) == 1)
        std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &parts);
    return text;
}

std::string tls_settings::missing_cas() const
{
    return rule_.verify && rule_.ca.empty() ? places_without_cas(context_) : std::string();
}

} // namespace v6front
