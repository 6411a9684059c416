// SPDX-License-Identifier: Apache-2.0

#include "adopted_connection.hpp"

#include "filters.hpp"
#include "guard.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>

namespace v6front
{

using namespace std::chrono_literals;

namespace
{

// How long a client may take for a request head: mod_reqtimeout's own default, whose header stage
// does not see a connection that is read ahead of need.
constexpr auto head_time_at_first = 20s;
constexpr auto head_time_at_most = 40s;
constexpr std::size_t head_octets_per_second = 500;

// A stopping child still takes a request that was on its way when it closed shop, and answers it
// with "Connection: close": a client that has just sent one would see an error else.
constexpr auto grace_when_stopping = 100ms;

// More than core ever holds in one bucket (APR_BUCKET_BUFF_SIZE), so that a read takes whole
// buckets and leaves nothing behind there but the socket.
constexpr std::size_t pull_size = 64 * 1024;

// SECONDS_TO_LINGER and MAX_SECS_TO_LINGER of httpd (connection.c).
constexpr auto linger_per_read = 2s;
constexpr auto linger_in_all = 30s;

} // namespace

adopted_connection::adopted_connection(conn_rec* c, engine_thread& on, child& in,
                                       handover_slots& slots)
    : connection_(c),
      thread_(on),
      child_(in),
      handover_(c, slots),
      socket_(on.on().context()),
      deadline_(on.on().deadlines(),
                [this] {
                    arrived_.notify();
                    if (waits_to_write_) {
                        error_code ignored;
                        socket_.cancel(ignored);
                    }
                }),
      self_(std::make_shared<adopted_connection*>(this)),
      keep_alive_timeout_(c->base_server->keep_alive_timeout)
{
    ap_set_module_config(c->conn_config, &v6front_module, this);
}

adopted_connection* adopted_connection::of(const conn_rec* c)
{
    return static_cast<adopted_connection*>(ap_get_module_config(c->conn_config, &v6front_module));
}

void adopted_connection::start(std::unique_ptr<adopted_connection> self)
{
    auto ex = self->thread_.on().get_executor();
    asio::co_spawn(ex, live_on(std::move(self)), [](std::exception_ptr e) {
        guard("an adopted connection", [e] {
            if (e)
                std::rethrow_exception(e);
        });
    });
}

// Owns the connection: it ends with this coroutine, however that ends.
task<void> adopted_connection::live_on(std::unique_ptr<adopted_connection> self)
{
    co_await self->live();
}

task<void> adopted_connection::live()
{
    const bool ours = co_await handed_over();
    if (!ours)
        co_return;
    take_over();
    for (;;) {
        const bool more = co_await next_request();
        if (!more)
            break;
        co_await serve();
        const bool all_sent = co_await flushed();
        if (!all_sent || connection_->keepalive != AP_CONN_KEEPALIVE)
            break;
    }
    co_await close();
}

// The worker that suspended this connection has let go of it.
task<bool> adopted_connection::handed_over()
{
    steady_timer again(thread_.on().context());
    auto state = handover_.check();
    while (state == handover::progress::pending) {
        again.expires_after(200us);
        const auto [ec] = co_await again.async_wait(use_task);
        if (ec)
            co_return false;
        state = handover_.check();
    }
    keep_pool_for_now_ = state == handover::progress::complete_but_keep;
    co_return true;
}

void adopted_connection::take_over()
{
    auto* c = connection_;
    thread_.enter(*this);
    stopping_ = thread_.is_stopping();
    c->current_thread = thread_.apr_thread();
    // A spare slot of the scoreboard, where the child has one: mod_status counts, and error lines
    // say
    // "[client ...]". Never a worker's own slot, which the MPM counts as busy or idle.
    int threads = 0, limit = 0;
    ap_mpm_query(AP_MPMQ_MAX_THREADS, &threads);
    ap_mpm_query(AP_MPMQ_HARD_LIMIT_THREADS, &limit);
    if (threads + thread_.number() < limit)
        ap_create_sb_handle(reinterpret_cast<ap_sb_handle_t**>(&c->sbh), c->pool,
                            static_cast<int>(c->id / limit), threads + thread_.number());
    const auto installed = install_filters(c, this);
    head_filter_ = installed.head;
    scratch_ = apr_brigade_create(c->pool, c->bucket_alloc);
    // A TLS handshake, or mod_http2's look for a preface, has read ahead into core's own buffer.
    pull(installed.socket, socket_store_, pull_size);
    apr_os_sock_t fd = -1;
    apr_os_sock_get(&fd, ap_get_conn_socket(c));
    sockaddr_storage local{};
    socklen_t size = sizeof local;
    getsockname(fd, reinterpret_cast<sockaddr*>(&local), &size);
    error_code ec;
    socket_.assign(local.ss_family == AF_INET ? asio::ip::tcp::v4() : asio::ip::tcp::v6(), fd, ec);
    if (ec)
        c->aborted = 1;
}

// Waits for a whole request head, so that httpd never waits for one. False: nothing more will come.
task<bool> adopted_connection::next_request()
{
    auto* c = connection_;
    if (c->aborted)
        co_return false;
    co_return co_await read_head();
}

task<bool> adopted_connection::read_head()
{
    auto& store = head_filter_ ? head_store_ : socket_store_;
    const bool first = connection_->keepalives == 0;
    const auto start = deadline::clock::now();
    deadline::clock::time_point began = start; // when the head's first octet was there
    if (!reading_)
        socket_store_.shrink();
    for (;;) {
        if (head_filter_)
            store.end_with(pull(head_filter_, store, most_head_bytes()));
        store.drop(leading_empty_lines(store.bytes()));
        if (holds_whole_head(store.bytes()) || store.bytes().size() > most_head_bytes())
            co_return true;
        if (store.ending() != APR_SUCCESS)
            co_return !store.empty(); // httpd reads the torso, refuses and logs it
        const auto octets = store.bytes().size();
        if (octets == 0)
            began = deadline::clock::now();
        idle_ = octets == 0 && !first;
        const auto allowed =
            idle_ ? idle_time()
                  : std::min<deadline::clock::duration>(
                        head_time_at_first + std::chrono::seconds(octets / head_octets_per_second),
                        head_time_at_most);
        const auto left = (octets == 0 ? start : began) + allowed - deadline::clock::now();
        const auto rv = co_await read_socket(input_store::small, left);
        idle_ = false;
        if (rv != APR_SUCCESS) {
            socket_store_.end_with(rv);
            store.end_with(rv);
        }
    }
}

deadline::clock::duration adopted_connection::idle_time() const
{
    if (stopping_)
        return grace_when_stopping;
    return std::chrono::microseconds(keep_alive_timeout_);
}

// Past this httpd's own limits are exceeded for certain, and it answers 414 or 431 from what is
// there.
std::size_t adopted_connection::most_head_bytes() const
{
    const auto* s = connection_->base_server;
    const auto fields = s->limit_req_fields > 0 ? s->limit_req_fields : 1000;
    return static_cast<std::size_t>(s->limit_req_line) +
           static_cast<std::size_t>(fields + 1) *
               static_cast<std::size_t>(s->limit_req_fieldsize + 2);
}

// Moves what the filter below `above` has, or can have without waiting, into the store, until that
// holds a request's head or `enough`. SUCCESS: more may come.
apr_status_t adopted_connection::pull(ap_filter_t* above, input_store& store, std::size_t enough)
{
    for (;;) {
        const auto rv = ap_get_brigade(above->next, scratch_, AP_MODE_READBYTES, APR_NONBLOCK_READ,
                                       static_cast<apr_off_t>(pull_size));
        const auto before = store.bytes().size();
        while (!APR_BRIGADE_EMPTY(scratch_)) {
            auto* b = APR_BRIGADE_FIRST(scratch_);
            const char* data = nullptr;
            apr_size_t n = 0;
            if (!APR_BUCKET_IS_METADATA(b) &&
                apr_bucket_read(b, &data, &n, APR_NONBLOCK_READ) == APR_SUCCESS)
                store.put(data, n);
            apr_bucket_delete(b);
        }
        const auto now = store.bytes().size();
        if (APR_STATUS_IS_EAGAIN(rv) || now == before || now > enough ||
            holds_whole_head(store.bytes()))
            return rv == APR_SUCCESS || APR_STATUS_IS_EAGAIN(rv) ? APR_SUCCESS : rv;
        if (rv != APR_SUCCESS)
            return rv;
    }
}

void adopted_connection::start_reading(std::size_t room)
{
    if (reading_)
        return;
    reading_ = true;
    read_status_ = APR_SUCCESS;
    const auto space = socket_store_.room(room);
    socket_.async_read_some(asio::buffer(space.data(), space.size()),
                            [self = self_](error_code ec, std::size_t n) {
                                if (*self)
                                    (*self)->on_read(ec, n);
                            });
}

void adopted_connection::on_read(error_code ec, std::size_t n)
{
    reading_ = false;
    socket_store_.fill(n);
    if (n > 0)
        last_input_ = deadline::clock::now();
    else if (ec == asio::error::eof)
        read_status_ = APR_EOF;
    else
        read_status_ = APR_FROM_OS_ERROR(ec.value());
    if (on_departure_ && n == 0 && ec != asio::error::operation_aborted) {
        socket_store_.end_with(read_status_);
        std::exchange(on_departure_, nullptr)();
    }
    arrived_.resume();
}

task<apr_status_t> adopted_connection::read_socket(std::size_t room,
                                                   deadline::clock::duration limit)
{
    if (limit <= limit.zero())
        co_return APR_TIMEUP;
    const auto before = socket_store_.bytes().size();
    start_reading(room);
    deadline_.arm(limit);
    error_code cancelled;
    while (reading_ && !deadline_.expired() && !cancelled)
        cancelled = co_await arrived_.wait(socket_.get_executor());
    const bool late = deadline_.expired();
    deadline_.disarm();
    if (socket_store_.bytes().size() > before)
        co_return APR_SUCCESS;
    if (cancelled)
        co_return APR_FROM_OS_ERROR(cancelled.value());
    co_return late ? APR_TIMEUP : read_status_;
}

// Before the connection is lent to another thread, and before its end.
task<void> adopted_connection::stop_reading()
{
    while (reading_) {
        error_code ignored;
        socket_.cancel(ignored);
        co_await arrived_.wait(socket_.get_executor());
    }
}

void adopted_connection::watch(std::function<void()> gone)
{
    on_departure_ = std::move(gone);
    if (on_departure_)
        start_reading(input_store::small);
}

// Core's output filter, the last one, writes what it has set aside when it is called with nothing.
void adopted_connection::push()
{
    auto* last = connection_->output_filters;
    while (last->next)
        last = last->next;
    last->frec->filter_func.out_func(last, nullptr);
}

task<apr_status_t> adopted_connection::writable(apr_interval_time_t timeout)
{
    deadline_.arm(std::chrono::microseconds(timeout));
    waits_to_write_ = true;
    const auto [ec] = co_await socket_.async_wait(tcp_socket::wait_write, use_task);
    waits_to_write_ = false;
    const bool late = deadline_.expired();
    deadline_.disarm();
    if (late)
        co_return APR_TIMEUP;
    co_return ec ? APR_FROM_OS_ERROR(ec.value()) : APR_SUCCESS;
}

task<bool> adopted_connection::flushed()
{
    auto* c = connection_;
    for (;;) {
        push();
        if (c->aborted)
            co_return false;
        if (!c->data_in_output_filters)
            co_return true;
        const auto rv = co_await writable(c->base_server->timeout);
        if (rv != APR_SUCCESS)
            c->aborted = 1;
    }
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
        if (ap_start_lingering_close(c) == 0 && socket_store_.ending() != APR_EOF)
            co_await drain();
    }
    if (keep_pool_for_now_) {
        steady_timer a_while(thread_.on().context(), 1s);
        co_await a_while.async_wait(use_task);
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
    *self_ = nullptr;
    thread_.leave(*this);
    deadline_.disarm();
    error_code ignored;
    if (socket_.is_open())
        socket_.release(ignored);
    if (thread_.has_ended())
        return; // the process goes, and its pools with it
    auto* c = connection_;
    c->cs->state = CONN_STATE_SUSPENDED;
    apr_socket_close(ap_get_conn_socket(c));
    apr_pool_destroy(c->pool);
}

void adopted_connection::begin_stop()
{
    stopping_ = true;
    if (idle_)
        deadline_.arm(grace_when_stopping);
}

void adopted_connection::shut_down() noexcept
{
    if (!on_engine_)
        apr_socket_shutdown(ap_get_conn_socket(connection_), APR_SHUTDOWN_READWRITE);
}

} // namespace v6front
