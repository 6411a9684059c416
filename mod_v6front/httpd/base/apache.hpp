// SPDX-License-Identifier: Apache-2.0
//
// The only C++ header that includes httpd's and APR's. httpd.h defines OK, DONE, DECLINED and
// SUSPENDED as macros, which Asio survives if it comes first.
#pragma once

#include "net/loop/asio.hpp"

#define AP_HAVE_DESIGNATED_INITIALIZER
#include <httpd.h>

#include <ap_listen.h>
#include <ap_mpm.h>
#include <apr_buckets.h>
#include <apr_dso.h>
#include <apr_optional_hooks.h>
#include <apr_portable.h>
#include <apr_siphash.h>
#include <apr_strings.h>
#include <http_config.h>
#include <http_connection.h>
#include <http_core.h>
#include <http_log.h>
#include <http_main.h>
#include <http_protocol.h>
#include <http_request.h>
#include <http_ssl.h>
#include <http_vhost.h>
#include <mod_core.h>
#include <mod_status.h>
#include <mpm_common.h>
#include <scoreboard.h>
#include <util_filter.h>

#if !AP_MODULE_MAGIC_AT_LEAST(20120211, 129) // ap_get_pollfd_from_conn()
#error "mod_v6front needs httpd 2.4.58 or later"
#endif

#include <cstddef>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

// APR's form for C++ goes through a null pointer, which clang's sanitizer takes for a fault
// wherever a brigade's buckets are linked.
#undef APR_OFFSETOF
#define APR_OFFSETOF(type, field) offsetof(type, field)

// APLOG_USE_MODULE(v6front) without the name that httpd gave the type: clang 19 takes a declaration
// with "module" in it for the beginning of a C++20 module, and warns of each #include that follows.
extern "C" struct module_struct AP_MODULE_DECLARE_DATA v6front_module;
[[maybe_unused]] static int* const aplog_module_index = &v6front_module.module_index;

namespace v6front
{

// Constructs in pool memory; the pool's end runs the destructor, if there is anything to destroy.
template <class T, class... Args> T* pool_new(apr_pool_t* pool, Args&&... args)
{
    auto* made = new (apr_palloc(pool, sizeof(T))) T(std::forward<Args>(args)...);
    if constexpr (!std::is_trivially_destructible_v<T>)
        apr_pool_cleanup_register(
            pool, made,
            [](void* p) -> apr_status_t {
                static_cast<T*>(p)->~T();
                return APR_SUCCESS;
            },
            apr_pool_cleanup_null);
    return made;
}

inline char* to_pool(apr_pool_t* pool, std::string_view text)
{
    return apr_pstrmemdup(pool, text.data(), text.size());
}

inline std::string_view view(const char* text)
{
    return text ? std::string_view(text) : std::string_view();
}

} // namespace v6front
