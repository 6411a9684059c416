// SPDX-License-Identifier: Apache-2.0

#include "beginning_hooks.hpp"

#include "httpd/base/log.hpp"

#include <atomic>

namespace v6front
{

void tell_of_wait(const conn_rec* c, const kept_time& kept)
{
    static std::atomic<bool> is_told{false};
    const auto too_long = kept.too_long();
    if (!too_long || is_told.exchange(true))
        return;
    ap_log_cerror(APLOG_MARK, APLOG_WARNING, 0, c,
                  V6LOGNO(0183) "another module blocked an engine and all its connections for %d "
                                "ms while this connection began (pre_connection or "
                                "process_connection). \"V6FrontAccept Off\" lets the MPM accept: "
                                "then such modules wait on threads",
                  static_cast<int>(too_long->count()));
}

} // namespace v6front
