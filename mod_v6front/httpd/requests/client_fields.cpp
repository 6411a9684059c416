// SPDX-License-Identifier: Apache-2.0

#include "client_fields.hpp"

#include "core/edits/client_claims.hpp"
#include "core/edits/forwarded.hpp"
#include "httpd/base/brigades.hpp"
#include "httpd/base/http2_stream.hpp"
#include "httpd/base/socket_address.hpp"
#include "httpd/config/config.hpp"
#include "httpd/config/logged_notes.hpp"
#include "routing.hpp"
#include "request_state.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace v6front
{

namespace
{

constexpr const char* key_of_remembered = "v6front-client-fields";

// Told from what others say by where it lies; without the pseudonym, so that what an operator makes
// of it is no sign of a loop.
const char via_word[] = "1.1 v6front";

struct client_fields {
    std::vector<field> sent;
    const char* joined = nullptr; // the value of Cookie, where there were several
    std::string divided;          // and what it should have become
};

// httpd keeps name and value of a field as they came, in one piece of memory; a value that it has
// joined of several is elsewhere (ap_get_mime_headers_core, apr_table_compress).
bool is_joined(const apr_table_entry_t& e)
{
    const auto behind_name = reinterpret_cast<std::uintptr_t>(e.key) + view(e.key).size() + 1;
    const auto value = reinterpret_cast<std::uintptr_t>(e.val);
    return value != behind_name && value != behind_name + 1;
}

bool is_several_cookies(const request_rec* r, const apr_table_entry_t& e)
{
    // mod_http2 has divided them already.
    return !is_http2_stream(r->connection) && iequals(view(e.key), "Cookie") && is_joined(e) &&
           view(e.val).find(", ") != std::string_view::npos;
}

// By the first letter, since nearly every field is none of these.
bool is_worth_remembering(const request_rec* r, const apr_table_entry_t& e)
{
    switch (e.key[0]) {
    case 'X':
    case 'x':
    case 'P':
    case 'p':
    case 'F':
    case 'f':
        return is_claim(view(e.key));
    case 'C':
    case 'c': {
        const field f{view(e.key), view(e.val)};
        return has_nominations({&f, 1}) || is_several_cookies(r, e);
    }
    default:
        return false;
    }
}

const client_fields* remembered(const request_rec* r)
{
    while (r->main)
        r = r->main;
    void* found = nullptr;
    apr_pool_userdata_get(&found, key_of_remembered, r->pool);
    return static_cast<const client_fields*>(found);
}

bool is_about_body(std::string_view name)
{
    static constexpr std::string_view names[] = {"content-length",   "transfer-encoding",
                                                 "content-encoding", "content-type",
                                                 "trailer",          "expect"};
    return std::any_of(std::begin(names), std::end(names),
                       [name](std::string_view n) { return iequals(n, name); });
}

// httpd's copy, for a subrequest or an ErrorDocument, of what the client has said of the request
// itself. An ErrorDocument has no body, whatever the request had that failed.
bool is_inherited(const request_rec* r, const field& f, const char* value)
{
    if (answers_an_error(r))
        return is_about_body(f.name) ||
               (is_about_whole_response(f.name) && !iequals(f.name, "Accept-Encoding"));
    return r->main && is_about_whole_response(f.name) &&
           apr_table_get(r->main->headers_in, f.name.data()) == value;
}

} // namespace

void remember_client_fields(request_rec* r)
{
    if (r->main || !note_fields_now(r) || !config_of(r->server)->has_routes())
        return;
    const auto entries = entries_of(r->headers_in);
    bool any = false;
    for (const auto& e : entries)
        any = any || is_worth_remembering(r, e);
    if (!any)
        return;
    auto* made = pool_new<client_fields>(r->pool);
    for (const auto& e : entries) {
        made->sent.push_back({view(e.key), view(e.val)});
        if (is_several_cookies(r, e)) {
            made->joined = e.val;
            made->divided = divide_cookies(view(e.val));
        }
    }
    apr_pool_userdata_setn(made, key_of_remembered, nullptr, r->pool);
}

void offer_via(request_rec* r)
{
    auto* decision = routed(r);
    if (!decision || view(r->handler) != handler_name || decision->via_offered)
        return;
    decision->via_offered = true;
    apr_table_addn(r->headers_in, "Via", via_word);
}

void take_via_back(request_rec* r)
{
    auto* decision = routed(r);
    if (!decision || !decision->via_offered)
        return;
    decision->via_offered = false;
    decision->via_taken_away = true;
    std::vector<const char*> others;
    for (const auto& e : entries_of(r->headers_in)) {
        if (!iequals(view(e.key), "Via"))
            continue;
        if (e.val == via_word)
            decision->via_taken_away = false;
        else
            others.push_back(e.val);
    }
    apr_table_unset(r->headers_in, "Via");
    for (const char* value : others)
        apr_table_addn(r->headers_in, "Via", value);
}

namespace
{

// Whoever holds the TCP connection, whomever mod_remoteip has found behind it.
bool has_trusted_peer(const request_rec* r)
{
    const auto& trusted = config_of(r->server)->trusted;
    return !trusted.empty() && trusted.contains(address_of(r->connection->client_addr));
}

// The addresses that a proxy before this one has listed; what the operator has set stays.
void write_plainly(const request_rec* r, site_fields& gathered, std::span<const field> sent)
{
    const bool is_list =
        (gathered.extends & static_cast<std::uint16_t>(added_header::address)) != 0;
    for (auto& f : gathered.fields) {
        if (!iequals(f.name, name_of(added_header::address)) || !(is_list || is_as_sent(f, sent)))
            continue;
        gathered.has_peers_list = true;
        if (const auto plain = plain_addresses(f.value))
            f.value = {to_pool(r->pool, *plain), plain->size()};
    }
}

std::string_view given_id(const site_fields& gathered, const client_fields* known, bool trusted)
{
    const auto* f = find(gathered.fields, name_of(added_header::request_id));
    if (!f)
        return {};
    const bool is_peers = known && is_as_sent(*f, known->sent);
    return !is_peers || (trusted && is_request_id(f->value)) ? f->value : std::string_view();
}

} // namespace

site_fields gather_site_fields(const request_rec* r, const added_headers& adds)
{
    site_fields out;
    const auto entries = entries_of(r->headers_in);
    const auto* known = remembered(r);
    // With room for one that is added, and in few sizes, since memory is kept by size.
    out.fields.reserve(std::bit_ceil(entries.size() + 1));
    for (const auto& e : entries) {
        field f{view(e.key), view(e.val)};
        if (e.key && e.val != via_word && !is_inherited(r, f, e.val))
            out.fields.push_back(f);
    }
    const bool has_own_id = adds.has(added_header::request_id);
    const bool asks_id = has_own_id || is_logged(logged_note::request_id);
    if (!known) {
        if (asks_id)
            out.request_id = given_id(out, nullptr, false);
        return out;
    }
    const bool trusted = has_trusted_peer(r);
    out.extends =
        drop_client_claims(out.fields, known->sent,
                           {.behind_proxy = view(r->useragent_ip) != view(r->connection->client_ip),
                            .trusted = trusted,
                            .has_own_id = has_own_id,
                            .client_address = plain_address(view(r->useragent_ip))});
    if (asks_id)
        out.request_id = given_id(out, known, trusted);
    if (trusted || out.extends != 0)
        write_plainly(r, out, known->sent);
    for (auto& f : out.fields)
        if (known->joined && f.value.data() == known->joined)
            f.value = known->divided;
    return out;
}

} // namespace v6front
