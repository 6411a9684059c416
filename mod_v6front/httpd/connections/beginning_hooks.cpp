// SPDX-License-Identifier: Apache-2.0

#include "beginning_hooks.hpp"

#include "httpd/base/kept_time.hpp"
#include "httpd/base/log.hpp"

#include <atomic>

namespace v6front
{

namespace
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

} // namespace

int begin_with_pre_connection(conn_rec* c, apr_socket_t* socket)
{
    const kept_time kept(c->base_server);
    const int status = ap_pre_connection(c, socket);
    tell_of_wait(c, kept);
    return status;
}

int begin_with_process_connection(conn_rec* c)
{
    const kept_time kept(c->base_server);
    const int status = ap_run_process_connection(c);
    tell_of_wait(c, kept);
    return status;
}

} // namespace v6front
