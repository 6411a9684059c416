// SPDX-License-Identifier: Apache-2.0

#include "adoption.hpp"

#include "httpd/base/http2_stream.hpp"
#include "httpd/config/config.hpp"
#include "httpd/requests/client_record.hpp"
#include "accept_guard.hpp"
#include "adopted_connection.hpp"

#include <algorithm>
#include <cstring>

namespace v6front
{

namespace
{

// Between the two hooks, which run on the same worker one after the other.
thread_local std::unique_ptr<adopted_connection> on_its_way;

bool may_adopt(conn_rec* c)
{
    return !is_http2_stream(c) && c->cs && c->sbh && !c->clogging_input_filters && !c->aborted &&
           record_of(c) && std::strcmp(ap_get_protocol(c), "http/1.1") == 0 && may_be_routed(c);
}

} // namespace

bool may_be_routed(conn_rec* c)
{
    bool found = false;
    const auto look = [](void* baton, conn_rec*, server_rec* s) -> int {
        const auto* config = config_of(s);
        auto& hit = *static_cast<bool*>(baton);
        hit = hit || (config->engine_on() && config->has_routes());
        return hit ? 1 : 0;
    };
    look(&found, c, c->base_server);
    if (!found)
        ap_vhost_iterate_given_conn(c, look, &found);
    return found;
}

int adopt(conn_rec* c, services& shared, engine_threads& engines, handover_slots& slots)
{
    if (auto* own = adopted_connection::of(c)) {
        own->hooks_have_run();
        return own->is_accepted() ? OK : DECLINED;
    }
    guard_accepting();
    if (!may_adopt(c))
        return DECLINED;
    auto* thread = engines.next();
    if (!thread)
        return DECLINED;
    on_its_way = std::make_unique<adopted_connection>(c, *thread, shared, slots);
    return OK;
}

void keep_to_http1(conn_rec* c, apr_array_header_t* proposals)
{
    const auto* own = adopted_connection::of(c);
    if (!own || !own->is_accepted())
        return;
    auto** names = reinterpret_cast<const char**>(proposals->elts);
    auto** end = std::remove_if(names, names + proposals->nelts,
                                [](const char* name) { return view(name).starts_with("h2"); });
    proposals->nelts = static_cast<int>(end - names);
}

void hand_over(conn_rec* c)
{
    if (on_its_way && adopted_connection::of(c) == on_its_way.get())
        adopted_connection::start(std::move(on_its_way));
}

} // namespace v6front
