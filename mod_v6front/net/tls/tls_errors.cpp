// SPDX-License-Identifier: Apache-2.0

#include "tls_errors.hpp"

#include <boost/asio/error.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <memory>

namespace v6front
{

namespace
{

using boost::system::error_code;

constexpr int cut_off = -1; // no code of OpenSSL
constexpr const char* weak_keys =
    ": renew the site's keys, or V6FrontTLS protocol=1.0, which accepts weak ones";

class tls_error_category final : public boost::system::error_category
{
public:
    const char* name() const noexcept override { return "tls"; }
    std::string message(int value) const override
    {
        if (value == cut_off)
            return "it closed the connection without the end that TLS has (close_notify)";
        const auto code = static_cast<unsigned>(value);
        const char* words = ERR_reason_error_string(code);
        std::string all = words ? words : "TLS error";
        // With TLS 1.3 the site says these when the handshake is over here.
        switch (ERR_GET_REASON(code)) {
        case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
            return all + ": it requires a client certificate (V6FrontTLS cert= and key=)";
        case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
        case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
        case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
        case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
        case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
            return all + ": it does not accept the client certificate (V6FrontTLS cert=)";
        default:
            return all;
        }
    }
};

const tls_error_category category;

int reason_in(const error_code& error) noexcept
{
    return error.category() == category && error.value() != cut_off
               ? ERR_GET_REASON(static_cast<unsigned>(error.value()))
               : 0;
}

// A peer's text in a line of ours.
std::string printable(std::string text)
{
    constexpr std::size_t most = 120;
    if (text.size() > most)
        text.replace(most, text.npos, "...");
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c < ' ' || c > '~' || c == '"'; }, '?');
    return text;
}

std::string text_of(X509_NAME* name)
{
    struct free_text {
        void operator()(char* text) const { OPENSSL_free(text); }
    };
    const std::unique_ptr<char, free_text> text(X509_NAME_oneline(name, nullptr, 0));
    return printable(text ? text.get() : "");
}

std::string text_of(const ASN1_TIME* time)
{
    std::tm parts{};
    char text[40];
    if (ASN1_TIME_to_tm(time, &parts) != 1 ||
        std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &parts) == 0)
        return "an unknown time";
    return text;
}

std::string text_of(const GENERAL_NAME& name)
{
    const auto* data = name.type == GEN_DNS     ? name.d.dNSName
                       : name.type == GEN_IPADD ? name.d.iPAddress
                                                : nullptr;
    if (!data)
        return {};
    const auto* octets = ASN1_STRING_get0_data(data);
    const auto size = static_cast<std::size_t>(ASN1_STRING_length(data));
    if (name.type == GEN_DNS)
        return printable({reinterpret_cast<const char*>(octets), size});
    if (size != 4)
        return "an IPv6 address";
    std::string text;
    for (std::size_t i = 0; i < size; ++i)
        text += (i == 0 ? "" : ".") + std::to_string(octets[i]);
    return text;
}

// Whom it is for: "a.example", "b.example".
std::string names_in(X509* certificate)
{
    constexpr int enough = 5;
    struct free_names {
        void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
    };
    const std::unique_ptr<GENERAL_NAMES, free_names> names(static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    std::string all;
    const int n = names ? sk_GENERAL_NAME_num(names.get()) : 0;
    for (int i = 0; i < n && i < enough; ++i)
        if (const auto text = text_of(*sk_GENERAL_NAME_value(names.get(), i)); !text.empty())
            all += (all.empty() ? "\"" : ", \"") + text + "\"";
    if (n > enough)
        all += ", ...";
    return all.empty() ? text_of(X509_get_subject_name(certificate)) : all;
}

// In a record of the backend's: the version that its ServerHello chooses, "" where there is none.
std::string_view version_chosen(std::string_view first)
{
    constexpr char handshake = 22, server_hello = 2;
    if (first.size() < 11 || first[0] != handshake || first[5] != server_hello || first[9] != 3)
        return {};
    switch (first[10]) {
    case 0:
        return "SSL 3.0";
    case 1:
        return "TLS 1.0";
    case 2:
        return "TLS 1.1";
    default:
        return {};
    }
}

bool is_tls_record(std::string_view first)
{
    return first[0] >= 20 && first[0] <= 23 && (first.size() < 2 || first[1] == 3);
}

std::string too_old(std::string_view first, const tls_rule& rule)
{
    const auto chosen = version_chosen(first);
    const auto wanted = "TLS " + std::string(to_string(rule.least));
    const auto set = chosen == "TLS 1.1" ? "1.1" : "1.0";
    return (chosen.empty()
                ? "it has no protocol version that is accepted here (" + wanted + " or later)"
                : "it offers " + std::string(chosen) + ", and " + wanted +
                      " or later is required") +
           ": update the site, or V6FrontTLS protocol=" + set;
}

} // namespace

void clear_tls_errors() noexcept
{
    if (ERR_peek_error() != 0)
        ERR_clear_error();
}

error_code take_tls_error() noexcept
{
    const auto code = ERR_peek_error();
    ERR_clear_error();
    if (code == 0)
        return {};
    return ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING
               ? tls_cut_off()
               : error_code(static_cast<int>(code), category);
}

error_code tls_cut_off() noexcept
{
    return {cut_off, category};
}

bool is_alert(const error_code& error) noexcept
{
    return reason_in(error) > SSL_AD_REASON_OFFSET;
}

std::string describe_certificate(x509_store_ctx_st* check, std::string_view name)
{
    const int error = X509_STORE_CTX_get_error(check);
    auto* at = X509_STORE_CTX_get_current_cert(check);
    if (!at)
        at = X509_STORE_CTX_get0_cert(check);
    if (!at)
        return X509_verify_cert_error_string(error);
    const auto whose = X509_STORE_CTX_get_error_depth(check) > 0
                           ? "the CA certificate \"" + text_of(X509_get_subject_name(at)) + "\" "
                           : std::string("it ");
    switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return whose + "expired on " + text_of(X509_get0_notAfter(at)) + ": renew it at the site";
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return whose + "is not valid before " + text_of(X509_get0_notBefore(at)) +
               ": check the clocks of the site and of this server";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        return "it is for " + names_in(at) + ", not for \"" + std::string(name) +
               "\": use a name of the certificate in the URL, with V6FrontBackendV4 if needed, or "
               "V6FrontTLS name=";
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        return "it is self-signed, for " + names_in(at) +
               ": V6FrontTLS ca= with a file that has this certificate, if it is the site's";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        return "its issuer \"" + text_of(X509_get_issuer_name(at)) +
               "\" is not a known CA: V6FrontTLS ca= with the site's CA, or the site does not send "
               "its intermediate certificates";
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        return "its CA \"" + text_of(X509_get_subject_name(at)) +
               "\" is not a known CA: V6FrontTLS ca= with the site's CA";
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_CA_MD_TOO_WEAK:
        return whose + "was refused: " + X509_verify_cert_error_string(error) + weak_keys;
    default:
        return whose + "was refused: " + X509_verify_cert_error_string(error);
    }
}

std::string describe_handshake(const error_code& error, std::string_view first,
                               const tls_rule& rule, std::string_view name)
{
    if (!first.empty() && !is_tls_record(first))
        return "it does not speak TLS on this port: http:// in the URL, or the port of its TLS";
    switch (reason_in(error)) {
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_WRONG_SSL_VERSION:
        return too_old(first, rule);
    case SSL_R_UNSAFE_LEGACY_RENEGOTIATION_DISABLED:
        return "it has no secure renegotiation (RFC 5746): update the site, or V6FrontTLS "
               "legacy=on";
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
        return "it refused the handshake: it has no cipher in common with this server (old sites: "
               "V6FrontTLS protocol=1.0), or requires a client certificate (cert= and key=)";
    case SSL_R_TLSV1_UNRECOGNIZED_NAME:
        return "it knows no site \"" + std::string(name) + "\": V6FrontTLS name=";
    case SSL_R_DH_KEY_TOO_SMALL:
    case SSL_R_EE_KEY_TOO_SMALL:
    case SSL_R_CA_KEY_TOO_SMALL:
    case SSL_R_CA_MD_TOO_WEAK:
        return error.message() + weak_keys;
    default:
        break;
    }
    namespace ended = boost::asio::error;
    if (error == tls_cut_off() || error == ended::eof || error == ended::connection_reset ||
        error == ended::broken_pipe)
        return "it closed the connection: does it speak TLS on this port, and for \"" +
               std::string(name) + "\"?";
    return error.message();
}

} // namespace v6front
