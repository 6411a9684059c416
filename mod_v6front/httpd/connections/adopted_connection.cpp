// SPDX-License-Identifier: Apache-2.0

#include "adopted_connection.hpp"

#include "core/message/head_search.hpp"
#include "httpd/base/http2_stream.hpp"
#include "httpd/config/config.hpp"
#include "httpd/requests/client_record.hpp"

#include <algorithm>

namespace v6front
{

using namespace std::chrono_literals;

namespace
{

// How long a client may take for a request head while the MPM accepts nobody for want of room: as
// long as a fresh client waits at most.
constexpr auto head_time_when_full = 3s;

// A stopping child still takes a request that was on its way when it closed shop, and answers it
// with "Connection: close": otherwise a client that has just sent one would see an error.
constexpr auto grace_when_stopping = 100ms;

// SECONDS_TO_LINGER and MAX_SECS_TO_LINGER of httpd (connection.c).
constexpr auto linger_per_read = 2s;
constexpr auto linger_in_all = 30s;

} // namespace

adopted_connection* adopted_connection::of(const conn_rec* c)
{
    const auto* record = is_http2_stream(c) ? nullptr : record_of(c);
    return record ? static_cast<adopted_connection*>(record->host) : nullptr;
}

// Owns the connection: it ends with this coroutine, however that ends.
task<void> adopted_connection::live_on(std::unique_ptr<adopted_connection> self)
{
    co_await self->live();
}

task<void> adopted_connection::live()
{
    bool begun = true;
    if (!accepted_) {
        const bool ours = co_await handed_over();
        if (!ours)
            co_return;
        take_over();
    } else
        begun = begin();
    while (begun && !connection_->aborted) {
        const bool more = co_await read_head();
        if (!more)
            break;
        const request_slot shown(*connection_, thread_.slots(), slot_);
        co_await serve();
        const bool all_sent = co_await flushed();
        if (!all_sent || connection_->keepalive != AP_CONN_KEEPALIVE)
            break;
    }
    co_await close();
}

// Waits for a whole request head, so that httpd never waits for one. False: nothing more will come.
task<bool> adopted_connection::read_head()
{
    auto& store = store_of_requests();
    const bool first = connection_->keepalives == 0;
    const auto start = first ? since_ : deadline::clock::now();
    deadline::clock::time_point began = start; // when the head's first octet was there
    head_search search;
    const std::function<bool(std::string_view)> is_whole = [&search](std::string_view bytes) {
        return search.ends_in(bytes);
    };
    for (;;) {
        if (head_filter_)
            store.end_with(decrypt(is_whole));
        if (connection_->data_in_output_filters) { // what the handshake says
            const bool said = co_await flushed();
            if (!said)
                co_return false;
        }
        store.drop(leading_empty_lines(store.bytes()));
        if (is_whole(store.bytes()) || store.bytes().size() > max_head_bytes())
            co_return true;
        if (store.ending() != APR_SUCCESS)
            co_return !store.empty(); // httpd reads the torso, refuses and logs it
        const auto octets = store.bytes().size();
        if (octets == 0)
            began = deadline::clock::now();
        set_idle(octets == 0 && !first);
        head_began_ = octets == 0 ? start : began;
        head_store_.give_memory_back();
        const auto rv = co_await read_socket(input_store::small, time_left_for_head(octets));
        head_began_ = deadline::clock::time_point::max();
        makes_room_ = makes_room_ && rv != APR_SUCCESS;
        set_idle(false);
        if (rv != APR_SUCCESS) {
            socket_store_.end_with(rv);
            store.end_with(rv);
        }
    }
}

void adopted_connection::set_idle(bool idle) noexcept
{
    if (idle != idle_)
        thread_.counts().idle += idle ? 1u : -1u;
    idle_ = idle;
}

deadline::clock::duration adopted_connection::idle_time() const
{
    if (stopping_)
        return grace_when_stopping;
    return std::chrono::microseconds(keep_alive_timeout_);
}

// As mod_reqtimeout and Timeout have it, for a read. That module does not see a connection that is
// read ahead of need. Over TLS the handshake comes before the first octet.
deadline::clock::duration adopted_connection::time_left_for_head(std::size_t octets) const
{
    const auto passed = deadline::clock::now() - head_began_;
    if (idle_)
        return idle_time() - passed;
    const auto* s = connection_->base_server;
    const deadline::clock::duration timeout = std::chrono::microseconds(s->timeout);
    auto allowed = head_time(s, octets);
    const auto handshake = config_of(s)->reading.handshake.allowed(0);
    if (allowed && handshake && head_filter_ && octets == 0 && connection_->keepalives == 0)
        allowed = std::max(*allowed, *handshake);
    return allowed ? std::min(*allowed - passed, timeout) : timeout;
}

// Past this httpd's own limits are exceeded for certain, and it answers 414 or 431 from what is
// there.
std::size_t adopted_connection::max_head_bytes() const
{
    const auto* s = connection_->base_server;
    const auto fields = s->limit_req_fields > 0 ? s->limit_req_fields : 1000;
    return static_cast<std::size_t>(s->limit_req_line) +
           static_cast<std::size_t>(fields + 1) *
               static_cast<std::size_t>(s->limit_req_fieldsize + 2);
}

apr_status_t adopted_connection::decrypt(const std::function<bool(std::string_view)>& is_enough)
{
    for (;;) {
        const auto rv =
            ap_get_brigade(head_filter_->next, scratch_, AP_MODE_READBYTES, APR_NONBLOCK_READ,
                           static_cast<apr_off_t>(input_store::small));
        const auto before = head_store_.bytes().size();
        while (!APR_BRIGADE_EMPTY(scratch_)) {
            auto* b = APR_BRIGADE_FIRST(scratch_);
            const char* data = nullptr;
            apr_size_t n = 0;
            if (!APR_BUCKET_IS_METADATA(b) &&
                apr_bucket_read(b, &data, &n, APR_NONBLOCK_READ) == APR_SUCCESS)
                head_store_.put(data, n);
            apr_bucket_delete(b);
        }
        const auto now = head_store_.bytes().size();
        if (APR_STATUS_IS_EAGAIN(rv) || now == before || now > max_head_bytes() ||
            is_enough(head_store_.bytes()))
            return rv == APR_SUCCESS || APR_STATUS_IS_EAGAIN(rv) ? APR_SUCCESS : rv;
        if (rv != APR_SUCCESS)
            return rv;
    }
}

at_once<bool> adopted_connection::flushed()
{
    push();
    if (connection_->aborted)
        return false;
    if (!connection_->data_in_output_filters)
        return true;
    return flushed_as_taken();
}

task<bool> adopted_connection::flushed_as_taken()
{
    auto* c = connection_;
    while (!c->aborted && c->data_in_output_filters) {
        const auto rv = co_await writable(c->base_server->timeout);
        if (rv != APR_SUCCESS)
            c->aborted = 1;
        push();
    }
    co_return !c->aborted;
}

// As httpd does it, but for waiting on the engine instead of in a thread.
task<void> adopted_connection::close()
{
    auto* c = connection_;
    const bool all_sent = co_await flushed();
    if (all_sent) {
        closing_ =
            true; // from here flushes pass; with no time allowed, core does not wait for them
        apr_socket_timeout_set(ap_get_conn_socket(c), 0);
        const bool lingers = ap_start_lingering_close(c) == 0;
        thread_.slots().clear_shared();
        if (lingers && socket_store_.ending() != APR_EOF && !makes_room_)
            co_await drain();
    }
    if (keep_pool_for_now_) {
        steady_timer a_while(thread_.get_engine().context(), 1s);
        co_await a_while.async_wait(directly);
    }
}

// A client that still sends would lose our answer to the reset that an early close causes (RFC
// 9112 9.6).
task<void> adopted_connection::drain()
{
    const bool in_short = stopping_ || apr_table_get(connection_->notes, "short-lingering-close");
    const auto until = deadline::clock::now() + (in_short ? linger_per_read : linger_in_all);
    apr_status_t rv = APR_SUCCESS;
    while (rv == APR_SUCCESS) {
        socket_store_.drop(socket_store_.bytes().size());
        rv = co_await read_socket(
            input_store::small,
            std::min<deadline::clock::duration>(linger_per_read, until - deadline::clock::now()));
    }
}

// The end of the connection, whatever led here. The descriptor leaves the engine before it is
// closed; the state is what event's own accounting expects of a suspended connection (event.c,
// decrement_connection_count).
adopted_connection::~adopted_connection()
{
    thread_.leave(*this);
    set_idle(false);
    deadline_.disarm();
    end_look_.disarm();
    error_code ignored;
    if (socket_.is_open())
        socket_.release(ignored);
    if (thread_.has_ended()) { // the process goes, and its pools with it
        if (accepted_)
            accepted_->abandon();
        return;
    }
    if (accepted_)
        return; // which ends the pool, and closes the socket
    if (handover_ && !worker_has_let_go())
        return;
    auto* c = connection_;
    c->cs->state = CONN_STATE_SUSPENDED;
    apr_socket_close(ap_get_conn_socket(c));
    thread_.memory().take_from(c->pool);
}

void adopted_connection::begin_stop()
{
    stopping_ = true;
    if (idle_)
        deadline_.arm(grace_when_stopping);
}

void adopted_connection::make_room()
{
    const bool is_late = deadline::clock::now() - head_time_when_full > head_began_;
    if (!makes_room_ && (idle_ || is_late)) { // once: it may be asked again before that is over
        makes_room_ = true;
        deadline_.arm(idle_ ? grace_when_stopping : 0ms);
    }
}

void adopted_connection::shut_down() noexcept
{
    if (!on_engine_)
        apr_socket_shutdown(ap_get_conn_socket(connection_), APR_SHUTDOWN_READWRITE);
}

} // namespace v6front
