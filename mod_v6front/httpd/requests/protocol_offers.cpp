// SPDX-License-Identifier: Apache-2.0

#include "protocol_offers.hpp"

#include "core/base/ascii.hpp"
#include "request_host.hpp"

namespace v6front
{

namespace
{

constexpr const char* upgrade = "Upgrade";

bool is_http2(std::string_view protocol)
{
    return iequals(protocol, "h2c") || iequals(protocol, "h2");
}

// Those that this server would switch to by itself (ap_select_protocol asks for no others).
bool is_own_protocol(request_rec* r, std::string_view protocol)
{
    const apr_array_header_t* own = nullptr;
    ap_get_protocol_upgrades(r->connection, r, nullptr, 1, &own);
    for (int i = 0; own && i < own->nelts; ++i)
        if (iequals(protocol, APR_ARRAY_IDX(own, i, const char*)))
            return true;
    return is_http2(protocol);
}

// The list without what cannot be done, or as it was; nullptr: nothing is left of it.
const char* possible(request_rec* r, const char* list, bool on_engine)
{
    const char* left = nullptr;
    bool dropped = false;
    for (char *rest = apr_pstrdup(r->pool, list), *state = nullptr;;) {
        char* one = apr_strtok(std::exchange(rest, nullptr), ",", &state);
        if (!one)
            return dropped ? left : list;
        apr_collapse_spaces(one, one);
        if (on_engine ? is_own_protocol(r, one) : is_http2(one))
            dropped = true;
        else
            left = left ? apr_pstrcat(r->pool, left, ", ", one, nullptr) : one;
    }
}

// The request's host, where these fields have an Upgrade that may have to go.
const request_host* host_if_named(const request_rec* r, const apr_table_t* fields)
{
    return apr_table_get(fields, upgrade) ? request_host::of(r) : nullptr;
}

} // namespace

void drop_impossible_upgrades(request_rec* r)
{
    const auto* host = host_if_named(r, r->headers_in);
    if (!host)
        return;
    if (const char* left = possible(r, apr_table_get(r->headers_in, upgrade), host->is_on_engine()))
        apr_table_setn(r->headers_in, upgrade, left);
    else
        apr_table_unset(r->headers_in, upgrade);
}

void withdraw_impossible_offers(request_rec* r)
{
    const auto* host = host_if_named(r, r->headers_out);
    if (!host)
        return;
    if (const char* left =
            possible(r, apr_table_get(r->headers_out, upgrade), host->is_on_engine())) {
        apr_table_setn(r->headers_out, upgrade, left);
        return;
    }
    apr_table_unset(r->headers_out, upgrade);
    apr_table_unset(r->headers_out, "Connection"); // core's, which says "Upgrade" and no more
}

} // namespace v6front
