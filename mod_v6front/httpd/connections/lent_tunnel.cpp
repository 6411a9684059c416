// SPDX-License-Identifier: Apache-2.0

#include "lent_tunnel.hpp"

#include "core/edits/upgrade.hpp"
#include "httpd/base/log.hpp"
#include "httpd/config/config.hpp"

#include <vector>

namespace v6front
{

using namespace std::chrono_literals;

namespace
{

constexpr auto end_of_own = 3s; // behind the limit: a tunnel of ours says goodbye for two

field_list fields_about_upgrade(const request_rec* r)
{
    field_list fields;
    for (const char* name : {"Connection", "Upgrade"})
        if (const char* value = apr_table_get(r->headers_in, name))
            fields.push_back({name, value});
    return fields;
}

} // namespace

bool lent_tunnel::is_wanted(const request_rec* r)
{
    if (r->method_number == M_CONNECT)
        return true;
    const auto fields = fields_about_upgrade(r);
    request_view view;
    view.version = r->proto_num >= HTTP_VERSION(1, 1) ? "1.1" : "1.0";
    view.may_upgrade = true;
    view.fields = fields;
    return !wanted_upgrade(view).empty();
}

lent_tunnel::lent_tunnel(const request_rec* r, engine& its_engine)
    : connection_(r->connection),
      engine_(its_engine),
      server_(r->server),
      asked_(std::string(r->method) + " " + r->uri),
      may_be_own_(config_of(r->server)->has_routes()),
      last_(its_engine.deadlines(), [this] { shut_down(); }),
      limit_(its_engine.closing(), [this] { is_over(); })
{
}

void lent_tunnel::is_over()
{
    const auto end = engine_.closing().when()->end();
    if (may_be_own_ && end)
        last_.arm_at(*end + end_of_own);
    else
        shut_down();
}

void lent_tunnel::shut_down()
{
    engine_.closing().when()->note_tunnel();
    apr_socket_shutdown(ap_get_conn_socket(connection_), APR_SHUTDOWN_READWRITE);
    ap_log_error(APLOG_MARK, APLOG_INFO, 0, server_,
                 V6LOGNO(0151) "%s: tunnel of another module, client %s: this server is restarting "
                               "or stopping (see V6FrontGracefulTimeout)",
                 asked_.c_str(), connection_->client_ip);
}

} // namespace v6front
