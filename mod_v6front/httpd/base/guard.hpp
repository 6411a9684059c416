// SPDX-License-Identifier: Apache-2.0
//
// The only `try` on the C boundary. Every function whose address httpd holds is one guarded call,
// so that no exception unwinds through httpd's frames.
#pragma once

#include "apache.hpp"
#include "log.hpp"

#include <exception>
#include <new>

namespace v6front
{

// Runs f; what it throws is logged under `where`, and `fallback` is returned.
template <class F, class R> R guard(const char* where, R fallback, F&& f) noexcept
{
    try {
        return f();
    } catch (const std::bad_alloc&) {
        ap_log_error(APLOG_MARK, APLOG_CRIT, 0, ap_server_conf,
                     V6LOGNO(0152) "%s: out of memory; this request or connection ends, the others "
                                   "continue",
                     where);
    } catch (const std::exception& e) {
        ap_log_error(
            APLOG_MARK, APLOG_CRIT, 0, ap_server_conf,
            V6LOGNO(0001) "%s failed: %s. This is a bug in mod_v6front; please report this line",
            where, e.what());
    } catch (...) {
        ap_log_error(
            APLOG_MARK, APLOG_CRIT, 0, ap_server_conf,
            V6LOGNO(0001) "%s failed. This is a bug in mod_v6front; please report this line",
            where);
    }
    return fallback;
}

template <class F> void guard(const char* where, F&& f) noexcept
{
    guard(where, 0, [&f] {
        f();
        return 0;
    });
}

} // namespace v6front
