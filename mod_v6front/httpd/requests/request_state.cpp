// SPDX-License-Identifier: Apache-2.0

#include "request_state.hpp"

#include "httpd/base/http2_stream.hpp"
#include "client_record.hpp"
#include "request_host.hpp"

namespace v6front
{

void begin_request(request_rec* r)
{
    const auto* c = r->connection;
    const auto* record = is_http2_stream(c) ? nullptr : record_of(c);
    auto* state = pool_new<request_state>(r->pool);
    state->host = record ? record->host : nullptr;
    ap_set_module_config(r->request_config, &v6front_module, state);
}

const request_state* state_of(const request_rec* r)
{
    return static_cast<const request_state*>(
        ap_get_module_config(r->request_config, &v6front_module));
}

request_state& made_state_of(request_rec* r)
{
    auto* state =
        static_cast<request_state*>(ap_get_module_config(r->request_config, &v6front_module));
    if (!state) {
        state = pool_new<request_state>(r->pool);
        ap_set_module_config(r->request_config, &v6front_module, state);
    }
    return *state;
}

bool note_fields_now(request_rec* r)
{
    const auto* before = r->prev ? state_of(r->prev) : nullptr;
    auto& noted = made_state_of(r).fields_noted;
    const bool is_first = !noted && !(before && before->fields_noted);
    noted = true;
    return is_first;
}

void set_route(request_rec* r, routed_request* route)
{
    made_state_of(r).route = route;
}

std::string_view& request_id_place(request_rec* r)
{
    return made_state_of(r).id;
}

request_host* request_host::of(const request_rec* r)
{
    const auto* state = state_of(r);
    return state ? state->host : nullptr;
}

} // namespace v6front
