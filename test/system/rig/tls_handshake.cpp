// SPDX-License-Identifier: Apache-2.0
#include "tls_handshake.hpp"

#include <openssl/ssl.h>

namespace v6front
{

struct tls_handshake::state {
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context{SSL_CTX_new(TLS_client_method()),
                                                              SSL_CTX_free};
    std::unique_ptr<SSL, decltype(&SSL_free)> ssl{SSL_new(context.get()), SSL_free};
    BIO* in = BIO_new(BIO_s_mem());
    BIO* out = BIO_new(BIO_s_mem());
    state() { SSL_set_bio(ssl.get(), in, out); } // which has them now
};

tls_handshake::tls_handshake(const std::vector<std::string>& alpn)
    : state_(std::make_unique<state>())
{
    std::string list;
    for (const auto& name : alpn)
        list.append(1, static_cast<char>(name.size())).append(name);
    if (!list.empty())
        SSL_set_alpn_protos(state_->ssl.get(), reinterpret_cast<const unsigned char*>(list.data()),
                            static_cast<unsigned>(list.size()));
    SSL_set_tlsext_host_name(state_->ssl.get(), "site.test");
    SSL_connect(state_->ssl.get());
}

tls_handshake::~tls_handshake() = default;

std::string tls_handshake::says()
{
    std::string bytes(static_cast<std::size_t>(BIO_pending(state_->out)), '\0');
    if (!bytes.empty())
        BIO_read(state_->out, bytes.data(), static_cast<int>(bytes.size()));
    return bytes;
}

void tls_handshake::hears(std::string_view bytes)
{
    BIO_write(state_->in, bytes.data(), static_cast<int>(bytes.size()));
    if (!is_done())
        SSL_connect(state_->ssl.get());
}

bool tls_handshake::is_done() const
{
    return SSL_is_init_finished(state_->ssl.get()) != 0;
}

std::string tls_handshake::protocol() const
{
    const unsigned char* name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(state_->ssl.get(), &name, &size);
    return size == 0 ? std::string() : std::string(reinterpret_cast<const char*>(name), size);
}

void tls_handshake::write(std::string_view text)
{
    SSL_write(state_->ssl.get(), text.data(), static_cast<int>(text.size()));
}

std::string tls_handshake::read()
{
    std::string all;
    char piece[4096];
    for (int n; (n = SSL_read(state_->ssl.get(), piece, sizeof piece)) > 0;)
        all.append(piece, static_cast<std::size_t>(n));
    return all;
}

} // namespace v6front
