// SPDX-License-Identifier: Apache-2.0

#include "held_output.hpp"

#include "httpd/base/brigades.hpp"
#include "socket_output.hpp"

#include <algorithm>
#include <cstdint>

namespace v6front
{

namespace
{

// A bucket of unknown length is longer than anything.
apr_size_t octets_in(apr_bucket_brigade* brigade)
{
    apr_off_t n = 0;
    apr_brigade_length(brigade, 0, &n);
    return n < 0 ? SIZE_MAX : static_cast<apr_size_t>(n);
}

// Less than this waits for what follows, or for a push (THRESHOLD_MIN_WRITE, core_filters.c).
constexpr apr_size_t worth_a_write = 4096;

bool is_core(const ap_filter_t* f)
{
    return f->frec == ap_core_output_filter_handle;
}

// The others keep themselves, or are copied.
bool needs_pool(apr_bucket_brigade* brigade)
{
    for (auto* b = APR_BRIGADE_FIRST(brigade); b != APR_BRIGADE_SENTINEL(brigade);
         b = APR_BUCKET_NEXT(b))
        if (!APR_BUCKET_IS_METADATA(b) && !APR_BUCKET_IS_HEAP(b) && !APR_BUCKET_IS_TRANSIENT(b) &&
            !APR_BUCKET_IS_POOL(b) && !APR_BUCKET_IS_IMMORTAL(b))
            return true;
    return false;
}

} // namespace

apr_size_t held_output::most() const
{
    const auto* core = static_cast<const core_server_config*>(
        ap_get_core_module_config(connection_->base_server->module_config));
    return std::max<apr_size_t>(core->flush_max_threshold, 1);
}

apr_status_t held_output::pass(ap_filter_t* core, apr_bucket_brigade* brigade)
{
    if (connection_->aborted)
        return give_up(APR_ECONNABORTED, brigade);
    if (in_core_ == 0 && is_core(core))
        return write(core, brigade);
    if (brigade) {
        const auto octets = octets_in(brigade);
        if (is_empty() && in_core_ < most() && octets <= most() - in_core_)
            return hand(core, brigade, octets);
        if (const auto rv = keep(core, brigade); rv != APR_SUCCESS)
            return rv;
    }
    return go_on(core);
}

apr_status_t held_output::pass_all(ap_filter_t* core, apr_bucket_brigade* brigade)
{
    if (!brigade)
        return core->frec->filter_func.out_func(core, nullptr);
    if (!is_empty())
        APR_BRIGADE_PREPEND(brigade, held_);
    return hand(core, brigade, most());
}

apr_status_t held_output::keep(ap_filter_t* core, apr_bucket_brigade* brigade)
{
    if (!held_) {
        held_ = apr_brigade_create(connection_->pool, connection_->bucket_alloc);
        slice_ = apr_brigade_create(connection_->pool, connection_->bucket_alloc);
    }
    if (!pool_ && needs_pool(brigade))
        apr_pool_create(&pool_, connection_->pool);
    return ap_save_brigade(core, &held_, &brigade, pool_ ? pool_ : connection_->pool);
}

// nullptr: a push.
apr_status_t held_output::write(ap_filter_t* core, apr_bucket_brigade* brigade)
{
    auto* next = is_empty() ? brigade : held_;
    if (brigade && next == held_)
        if (const auto rv = keep(core, brigade); rv != APR_SUCCESS)
            return give_up(rv, brigade);
    const auto octets = next ? octets_in(next) : 0;
    if (next && (!brigade || octets == 0 || octets >= worth_a_write)) {
        const auto rv = write_what_fits(connection_, next);
        if (rv != APR_SUCCESS && !APR_STATUS_IS_EAGAIN(rv))
            return give_up(rv, next);
    }
    if (next && next != held_ && !APR_BRIGADE_EMPTY(next))
        if (const auto rv = keep(core, next); rv != APR_SUCCESS)
            return give_up(rv, next);
    return note_held();
}

// What follows would not fit to what has gone. The log of a request that ends with its brigade is
// to say so, as core has it.
apr_status_t held_output::give_up(apr_status_t status, apr_bucket_brigade* brigade)
{
    connection_->aborted = 1;
    if (brigade)
        apr_brigade_cleanup(brigade);
    if (held_)
        apr_brigade_cleanup(held_);
    return status;
}

apr_status_t held_output::note_held()
{
    connection_->data_in_output_filters = is_empty() ? 0 : 1;
    if (is_empty() && pool_)
        apr_pool_clear(pool_);
    return APR_SUCCESS;
}

apr_status_t held_output::hand(ap_filter_t* core, apr_bucket_brigade* brigade, apr_size_t octets)
{
    const auto rv = ap_pass_brigade(core, brigade);
    in_core_ = connection_->data_in_output_filters ? in_core_ + octets : 0;
    return rv;
}

apr_status_t held_output::go_on(ap_filter_t* core)
{
    apr_status_t rv = APR_SUCCESS;
    for (;;) {
        core->frec->filter_func.out_func(core, nullptr);
        if (!connection_->data_in_output_filters)
            in_core_ = 0;
        if (connection_->aborted || is_empty() || in_core_ > 0)
            break;
        if (is_core(core))
            return write(core, nullptr);
        if (rv = pass_slice(core); rv != APR_SUCCESS)
            break;
    }
    if (connection_->aborted || rv != APR_SUCCESS)
        return give_up(rv != APR_SUCCESS ? rv : APR_ECONNABORTED, nullptr);
    if (in_core_ > 0)
        return APR_SUCCESS;
    return note_held();
}

// Files and the like are copied: core would set a part of one aside in a pool of its own, and end
// that while other parts are still here.
apr_status_t held_output::pass_slice(ap_filter_t* core)
{
    auto room = most();
    while (!APR_BRIGADE_EMPTY(held_) && room > 0) {
        auto* b = APR_BRIGADE_FIRST(held_);
        if (APR_BUCKET_IS_METADATA(b)) {
            APR_BUCKET_REMOVE(b);
            append(slice_, b);
            continue;
        }
        if (b->length > room)
            apr_bucket_split(b, room);
        const char* data = nullptr;
        apr_size_t n = 0;
        if (const auto rv = apr_bucket_read(b, &data, &n, APR_BLOCK_READ); rv != APR_SUCCESS)
            return rv;
        if (APR_BUCKET_IS_HEAP(b))
            APR_BUCKET_REMOVE(b);
        else {
            auto* copy = apr_bucket_heap_create(data, n, nullptr, connection_->bucket_alloc);
            apr_bucket_delete(b);
            b = copy;
        }
        append(slice_, b);
        room -= std::min(n, room);
    }
    const auto rv = hand(core, slice_, most() - room);
    apr_brigade_cleanup(slice_);
    return rv;
}

} // namespace v6front
