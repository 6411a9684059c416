// SPDX-License-Identifier: Apache-2.0

#include "tls_closure.hpp"

#include "httpd/base/guard.hpp"

// As mod_ssl_openssl.h has it, which wants OpenSSL's headers.
using SSL = struct ssl_st;
using ssl_HOOK_pre_handshake_t = int(conn_rec* c, SSL* ssl, int is_proxy);

namespace v6front
{

namespace
{

constexpr char key[] = "v6front:tls";

using shutdown_function = int(SSL*);

// Out of the library that mod_ssl itself uses: another module may have brought another OpenSSL.
shutdown_function* find_shutdown()
{
    const auto* mod_ssl = ap_find_linked_module("mod_ssl.c");
    apr_dso_handle_sym_t found = nullptr;
    if (!mod_ssl || !mod_ssl->dynamic_load_handle ||
        apr_dso_sym(&found, static_cast<apr_dso_handle_t*>(mod_ssl->dynamic_load_handle),
                    "SSL_shutdown") != APR_SUCCESS)
        return nullptr;
    return reinterpret_cast<shutdown_function*>(found);
}

} // namespace

extern "C" {

static int v6front_pre_handshake(conn_rec* c, SSL* ssl, int is_proxy)
{
    return guard("mod_ssl's pre_handshake", OK, [=] {
        if (!is_proxy)
            apr_pool_userdata_setn(ssl, key, nullptr, c->pool);
        return OK;
    });
}

} // extern "C"

void register_tls_closure()
{
    APR_OPTIONAL_HOOK(ssl, pre_handshake, v6front_pre_handshake, nullptr, nullptr, APR_HOOK_MIDDLE);
}

bool send_close_notify(conn_rec* c)
{
    void* ssl = nullptr;
    apr_pool_userdata_get(&ssl, key, c->pool);
    auto* shutdown = ssl ? find_shutdown() : nullptr;
    // 0: sent, and the other direction is open; 1: that had been closed before.
    return shutdown && shutdown(static_cast<SSL*>(ssl)) >= 0;
}

} // namespace v6front
