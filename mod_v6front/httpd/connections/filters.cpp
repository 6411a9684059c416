// SPDX-License-Identifier: Apache-2.0
//
// Three filters. The *socket* filter, just above core's, answers from what the engine has read off
// the socket, and lets core's read while the connection is lent to a thread; the *head* filter,
// above TLS, from what was decrypted ahead of need, or, where nobody changes bytes, with the lines
// of a head, which then do not go through each filter one by one; the *flush* filter, just above
// core's on the way out, keeps core's output filter from blocking the engine: FLUSH buckets stop
// here, and what is too much at a time is held.

#include "filters.hpp"

#include "httpd/base/brigades.hpp"
#include "httpd/base/guard.hpp"
#include "adopted_connection.hpp"

#include <cstring>

namespace v6front
{

namespace
{

ap_filter_rec_t* socket_filter;
ap_filter_rec_t* head_filter;
ap_filter_rec_t* flush_filter;

bool takes_nothing(ap_input_mode_t mode)
{
    return mode == AP_MODE_INIT || mode == AP_MODE_EATCRLF;
}

// HTTP_IN at a chunk's line, on the engine: what it would have to wait for is waited for here.
bool is_at_chunk_line(const adopted_connection& owner, ap_input_mode_t mode, apr_read_type_e block)
{
    return mode == AP_MODE_GETLINE && block == APR_NONBLOCK_READ && owner.is_on_engine();
}

// The connection is lent to a thread. What the engine has read comes first; after that this filter
// is out of the way, and the thread finds the socket as on a connection that was never taken:
// core's filter reads it, and poll() is true of it (mod_proxy's tunnels poll it themselves).
apr_status_t read_lent(ap_filter_t* f, input_store& store, apr_bucket_brigade* brigade,
                       ap_input_mode_t mode, apr_read_type_e block, apr_off_t wanted)
{
    if (!store.empty() && mode != AP_MODE_INIT) {
        const auto rv = store.answer(brigade, mode, wanted);
        const bool wants_more = mode == AP_MODE_EATCRLF || mode == AP_MODE_EXHAUSTIVE;
        if (rv != APR_SUCCESS || !wants_more || !store.empty())
            return rv;
    }
    if (store.ending() != APR_SUCCESS && !takes_nothing(mode))
        return store.ending();
    return ap_get_brigade(f->next, brigade, mode, block, wanted);
}

apr_status_t read_socket(ap_filter_t* f, apr_bucket_brigade* brigade, ap_input_mode_t mode,
                         apr_read_type_e block, apr_off_t wanted)
{
    auto& owner = *static_cast<adopted_connection*>(f->ctx);
    auto& store = owner.socket_store();
    if (!owner.is_on_engine())
        return read_lent(f, store, brigade, mode, block, wanted);
    if (store.empty() && !takes_nothing(mode)) {
        if (store.ending() != APR_SUCCESS)
            return store.ending();
        if (block == APR_NONBLOCK_READ)
            return APR_EAGAIN;
        if (owner.shakes_hands())
            return APR_EAGAIN;
        // The engine never blocks: a filter that insists is told that the client is too slow.
        owner.refuse_read();
        return APR_TIMEUP;
    }
    if (is_at_chunk_line(owner, mode, block) && store.ending() == APR_SUCCESS &&
        !store.holds_chunk_line())
        return APR_EAGAIN;
    return store.answer(brigade, mode, wanted);
}

// What mod_logio logs, whose filter does not see these.
void count_input(conn_rec* c, std::size_t octets)
{
    static const auto add = APR_RETRIEVE_OPTIONAL_FN(ap_logio_add_bytes_in);
    if (add)
        add(c, static_cast<apr_off_t>(octets));
}

apr_status_t read_line_of_head(ap_filter_t* f, input_store& store, apr_bucket_brigade* brigade)
{
    const auto before = store.bytes().size();
    const auto rv = store.answer(brigade, AP_MODE_GETLINE, 0);
    count_input(f->c, before - store.bytes().size());
    return rv;
}

apr_status_t read_ahead(ap_filter_t* f, apr_bucket_brigade* brigade, ap_input_mode_t mode,
                        apr_read_type_e block, apr_off_t wanted)
{
    auto& owner = *static_cast<adopted_connection*>(f->ctx);
    auto& store = owner.head_store();
    if (mode == AP_MODE_GETLINE && owner.has_line_of_head())
        return read_line_of_head(f, owner.socket_store(), brigade);
    if (!owner.decrypts())
        return ap_get_brigade(f->next, brigade, mode, block, wanted);
    if (is_at_chunk_line(owner, mode, block) && store.ending() == APR_SUCCESS &&
        !store.holds_chunk_line()) {
        store.end_with(owner.decrypt([&](std::string_view) { return store.holds_chunk_line(); }));
        if (store.ending() == APR_SUCCESS && !store.holds_chunk_line())
            return APR_EAGAIN;
    }
    if (!store.empty() && mode != AP_MODE_INIT)
        return store.answer(brigade, mode, wanted);
    if (store.ending() != APR_SUCCESS && !takes_nothing(mode))
        return store.ending();
    return ap_get_brigade(f->next, brigade, mode, block, wanted);
}

apr_status_t withhold_flush(ap_filter_t* f, apr_bucket_brigade* brigade)
{
    auto& owner = *static_cast<adopted_connection*>(f->ctx);
    if (owner.lets_flush_pass())
        return owner.pass_to_client(f->next, brigade);
    if (!brigade)
        return owner.output().pass(f->next, nullptr);
    const bool pushes = drop_flushes(brigade) && owner.pushes_flushes();
    auto rv = APR_SUCCESS;
    if (!APR_BRIGADE_EMPTY(brigade))
        rv = owner.output().pass(f->next, brigade);
    return pushes && rv == APR_SUCCESS ? owner.output().pass(f->next, nullptr) : rv;
}

// Filters known to leave the bytes as they are, and to want nothing of a head that is there
// already.
bool is_transparent(const ap_filter_t* f)
{
    static constexpr const char* names[] = {"reqtimeout", "log_input_output"};
    for (const char* name : names)
        if (std::strcmp(f->frec->name, name) == 0)
            return true;
    return f->frec == head_filter;
}

} // namespace

extern "C" {

static apr_status_t v6front_socket_filter(ap_filter_t* f, apr_bucket_brigade* brigade,
                                          ap_input_mode_t mode, apr_read_type_e block,
                                          apr_off_t wanted)
{
    return guard("the socket filter", APR_EGENERAL,
                 [=] { return read_socket(f, brigade, mode, block, wanted); });
}

static apr_status_t v6front_head_filter(ap_filter_t* f, apr_bucket_brigade* brigade,
                                        ap_input_mode_t mode, apr_read_type_e block,
                                        apr_off_t wanted)
{
    return guard("the head filter", APR_EGENERAL,
                 [=] { return read_ahead(f, brigade, mode, block, wanted); });
}

static apr_status_t v6front_flush_filter(ap_filter_t* f, apr_bucket_brigade* brigade)
{
    return guard("the flush filter", APR_EGENERAL, [=] { return withhold_flush(f, brigade); });
}

} // extern "C"

void register_filters()
{
    // Between mod_reqtimeout (AP_FTYPE_CONNECTION + 8) and core (AP_FTYPE_NETWORK).
    constexpr auto above_core = static_cast<ap_filter_type>(AP_FTYPE_NETWORK - 1);
    socket_filter =
        ap_register_input_filter("V6FRONT_SOCKET", v6front_socket_filter, nullptr, above_core);
    head_filter =
        ap_register_input_filter("V6FRONT_HEAD", v6front_head_filter, nullptr, AP_FTYPE_CONNECTION);
    flush_filter =
        ap_register_output_filter("V6FRONT_FLUSH", v6front_flush_filter, nullptr, above_core);
}

ap_filter_t* install_filters(conn_rec* c, adopted_connection* owner)
{
    ap_add_input_filter_handle(socket_filter, owner, nullptr, c);
    ap_add_output_filter_handle(flush_filter, owner, nullptr, c);
    return ap_add_input_filter_handle(head_filter, owner, nullptr, c);
}

bool bytes_are_changed(const conn_rec* c)
{
    const auto* f = c->input_filters;
    while (f && f->frec != socket_filter && is_transparent(f))
        f = f->next;
    return f && f->frec != socket_filter;
}

// Core's output filter, the last one, writes what it has set aside when it is called with nothing;
// where ours is above it, that has something for it first.
void push_output(conn_rec* c)
{
    auto* f = c->output_filters;
    while (f->next && f->frec != flush_filter)
        f = f->next;
    f->frec->filter_func.out_func(f, nullptr);
}

} // namespace v6front
