// SPDX-License-Identifier: Apache-2.0
//
// One request on an adopted connection, and on which thread each part of it runs.

#include "adopted_connection.hpp"

#include "httpd/base/guard.hpp"
#include "httpd/config/read_limits.hpp"
#include "httpd/config/thread_needed.hpp"
#include "httpd/requests/proxied_request.hpp"
#include "httpd/requests/routing.hpp"
#include "httpd/requests/without_memory.hpp"
#include "core_input.hpp"
#include "lent_tunnel.hpp"

#include <algorithm>
#include <optional>

namespace v6front
{

namespace
{

// To mod_status.
void show_begin(request_rec* r)
{
    auto* slot = static_cast<ap_sb_handle_t*>(r->connection->sbh);
    ap_update_child_status(slot, SERVER_BUSY_WRITE, r);
    if (ap_extended_status)
        ap_time_process_request(slot, START_PREQUEST);
}

// 0: it is told otherwise, or there is none.
std::size_t told_length_of_body(const request_rec* r)
{
    const char* length = apr_table_get(r->headers_in, "Content-Length");
    apr_off_t octets = 0;
    if (!length || apr_table_get(r->headers_in, "Transfer-Encoding") ||
        !ap_parse_strict_length(&octets, length))
        return 0;
    return static_cast<std::size_t>(octets);
}

// HTTP_IN has what it knows of a body from the first read on (http_filters.c).
bool is_untouched(const request_rec* r)
{
    const auto* f = r->input_filters;
    while (f && f->frec != ap_http_input_filter_handle)
        f = f->next;
    return f && !f->ctx;
}

} // namespace

// One request: httpd reads and processes it; then what its handler left to do is done, and awaited.
task<void> adopted_connection::serve()
{
    auto* c = connection_;
    c->cs->state = CONN_STATE_READ_REQUEST_LINE;
    next_ = next_step::none;
    has_begun_request_ = true;
    request_rec* r = nullptr;
    std::function<void()> reading = [this, &r] { read_timed(r); };
    if (!run_here(hook_kind::reading, c->base_server, reading))
        co_await run_hooks_elsewhere(std::move(reading));
    if (!r || r->status != HTTP_OK) {
        c->keepalive = AP_CONN_CLOSE; // its answer, if it has one, is on its way down
        co_return;
    }
    c->cs->state = CONN_STATE_HANDLER;
    keep_alive_timeout_ = r->server->keep_alive_timeout_set ? r->server->keep_alive_timeout
                                                            : c->base_server->keep_alive_timeout;
    show_begin(r);
    last_input_ = deadline::clock::now();
    if (needs_thread(r, shared_.bodies_read_first()) ||
        shared_.hooks().need_thread(r->server, hook_kind::passing)) {
        co_await serve_elsewhere(r);
        co_return;
    }
    // Where httpd itself answers, it would wait here for the rest of the request's body to throw it
    // away. A handler that takes the body lifts this.
    keepalive_before_ = c->keepalive;
    const auto body = told_length_of_body(r);
    if (ap_request_has_body(r) && !is_here(body))
        c->keepalive = AP_CONN_CLOSE;
    read_refused_ = false;
    struct {
        request_rec* request;
        int status;
    } now{r, HTTP_SERVICE_UNAVAILABLE};
    auto& status = now.status;
    std::function<void()> processing = [this, &now] { process_timed(now.request, now.status); };
    bool processed = run_here(hook_kind::processing, r->server, processing);
    if (!processed)
        processed = co_await run_hooks_elsewhere(std::move(processing));
    if (!processed)
        co_return refuse(r);
    if (read_refused_)
        status = with_read_refused(r, status);
    if (status != SUSPENDED) {
        co_await body_before(status, r, body);
        co_await conclude(r, status);
    } else if (next_ == next_step::exchange)
        co_await exchange(r);
    else
        co_await other_handler(r);
}

bool adopted_connection::is_here(std::size_t body) const
{
    return body > 0 && store_of_requests().bytes().size() >= body;
}

// What httpd itself answers, without a look at the body, need not cost the client its connection:
// it may just have logged in on it, or be about to (Negotiate). Not for a body that has to be asked
// for, nor for a large one; nor where a hook has read of it, and nothing more may come.
bool adopted_connection::is_worth_awaiting(const request_rec* r, std::size_t body, int status) const
{
    return status != OK && status != DONE && !ap_status_drops_connection(status) &&
           !read_refused_ && body > 0 && body <= input_store::large && is_untouched(r) &&
           !is_here(body);
}

// Until it is here, or will not be in time.
task<void> adopted_connection::body_before(int status, request_rec* r, std::size_t body)
{
    if (!is_worth_awaiting(r, body, status))
        co_return;
    auto& store = store_of_requests();
    body_account account(body_time_of(r).value_or(read_time{std::chrono::seconds(0)}));
    const auto since = deadline::clock::now();
    while (!r->expecting_100 && store.ending() == APR_SUCCESS) {
        decrypt_all(body);
        if (is_here(body)) {
            connection_->keepalive = keepalive_before_;
            break;
        }
        const auto left = account.left().value_or(deadline::clock::duration::max());
        const auto silence = shared_.end().allowed(std::chrono::microseconds(r->server->timeout));
        if (left <= left.zero()) // nor on closing
            apr_table_setn(connection_->notes, "short-lingering-close", "1");
        const auto before = socket_store_.bytes().size();
        const auto began = deadline::clock::now();
        const auto rv = co_await more_input({since, silence, left});
        account.waited(deadline::clock::now() - began);
        if (rv != APR_SUCCESS)
            break;
        account.received(socket_store_.bytes().size() - before);
    }
}

// As far as it has come. One call ends where a head would be too long.
void adopted_connection::decrypt_all(std::size_t body)
{
    bool more = head_filter_ != nullptr;
    while (more && !is_here(body)) {
        const auto before = head_store_.bytes().size();
        head_store_.end_with(decrypt([=, this](auto) { return is_here(body); }));
        more = head_store_.ending() == APR_SUCCESS && head_store_.bytes().size() > before;
    }
}

// All of it on a thread. A tunnel that another module makes has an end.
task<void> adopted_connection::serve_elsewhere(request_rec* r)
{
    std::function<void()> all_of_it = [this, r] { process_to_the_end(r); };
    std::optional<lent_tunnel> limit;
    if (lent_tunnel::is_wanted(r))
        limit.emplace(r, thread_.get_engine());
    const bool ran = co_await run_elsewhere(std::move(all_of_it));
    limit.reset();
    if (!ran)
        refuse(r);
}

// What ap_process_async_request does before the request's conclusion, which conclude() is. Unlike
// it, this tells no STOP_PREQUEST when a handler suspends the request: the one at its end counts
// from the same start, so the time until then would be counted twice.
int adopted_connection::process(request_rec* r)
{
    int status = ap_run_quick_handler(r, 0);
    if (status == DECLINED) {
        status = ap_process_request_internal(r);
        if (status == OK)
            status = ap_invoke_handler(r);
    }
    return status;
}

// A hook has read the part of the body that had arrived, and was refused the rest; or mod_ssl was
// refused the client's part of a handshake. The hook has not seen the whole body, and what it has
// taken may be lost: so the request ends here, even if the hook reports no error.
int adopted_connection::with_read_refused(request_rec* r, int status)
{
    learn_thread_need(r);
    if (status == OK || status == DONE)
        return status; // it has answered by itself
    if (status == SUSPENDED)
        status = HTTP_SERVICE_UNAVAILABLE;
    connection_->keepalive = AP_CONN_CLOSE;
    ap_log_rerror(
        APLOG_MARK, APLOG_WARNING, 0, r,
        V6LOGNO(0106) "%s %s: another module tried to block an engine, waiting for the %s; the "
                      "client gets %d, and requests of this virtual host run on threads from now "
                      "on. Set \"V6FrontEngine Off\" there to run them on threads from the start",
        r->method, r->uri, ap_request_has_body(r) ? "request body" : "client (a TLS handshake?)",
        status);
    return status;
}

void adopted_connection::then(next_step step, const request_rec* r) noexcept
{
    next_ = step;
    handler_ = r->handler;
    connection_->keepalive = keepalive_before_;
}

namespace
{

// ErrorDocument names a path of this server: httpd makes a new request of it, whose handler may
// block.
bool answers_with_own_document(request_rec* r, int status)
{
    if (!ap_is_HTTP_VALID_RESPONSE(status))
        return false;
    const char* custom = ap_response_code_string(r, ap_index_of_response(status));
    return custom && custom[0] == '/';
}

void conclude_request(request_rec* r, int status)
{
    // What ap_die finds here, it takes for an error while another was being answered.
    if (ap_is_HTTP_VALID_RESPONSE(status))
        r->status = HTTP_OK;
    ap_die(status, r); // with OK it only finishes the response
    ap_process_request_after_handler(r);
}

} // namespace

at_once<void> adopted_connection::conclude(request_rec* r, int status)
{
    if (status != OK && status != DONE && answers_with_own_document(r, status))
        return conclude_elsewhere(r, status);
    conclude_here(r, status);
    return done{};
}

// The page that an ErrorDocument names may be the site's own, and then this has to wait for it.
task<void> adopted_connection::conclude_elsewhere(request_rec* r, int status)
{
    std::function<void()> conclusion = [r, status] { conclude_request(r, status); };
    const bool concluded = co_await run_elsewhere(std::move(conclusion));
    if (!concluded)
        conclude_here(r, status);
}

void adopted_connection::conclude_here(request_rec* r, int status)
{
    conclude_request(r, status);
    // Where its last octet has left already, it was logged and counted in there.
    if (slot_ && !connection_->sbh && ap_extended_status) {
        slot_->show_again();
        ap_time_process_request(static_cast<ap_sb_handle_t*>(connection_->sbh), STOP_PREQUEST);
    }
}

// Not where a thread does all of it, since that is httpd's own way.
void adopted_connection::logged(const request_rec* r) noexcept
{
    if (slot_ && is_on_engine())
        slot_->count(r);
}

task<void> adopted_connection::exchange(request_rec* r)
{
    int status = HTTP_INTERNAL_SERVER_ERROR;
    {
        request_client client(r, *this);
        try {
            if (client.has_changing_body())
                co_await client.read_ahead();
            const proxied_request job(r, *routed(r), shared_, client);
            const auto ended = co_await run_admitted(thread_.get_engine(), client, job.order());
            status = job.conclude(client, ended);
        } catch (const std::bad_alloc&) {
            status = end_without_memory(r, client);
        }
    }
    co_await conclude(r, status);
}

// The handler of another module, on a thread that may block. ap_run_handler and not
// ap_invoke_handler, which would insert the filters a second time.
task<void> adopted_connection::other_handler(request_rec* r)
{
    std::function<void()> work = [r, handler = handler_] {
        r->handler = handler;
        const int status = ap_run_handler(r);
        conclude_request(r, status == DECLINED ? HTTP_INTERNAL_SERVER_ERROR : status);
    };
    std::optional<lent_tunnel> limit;
    if (lent_tunnel::is_wanted(r))
        limit.emplace(r, thread_.get_engine());
    const bool ran = co_await run_elsewhere(std::move(work));
    limit.reset();
    if (!ran)
        refuse(r);
}

void adopted_connection::refuse(request_rec* r)
{
    ap_log_rerror(
        APLOG_MARK, APLOG_ERR, 0, r,
        V6LOGNO(0103) "%s %s: %d requests are already waiting for a thread; the client gets 503. "
                      "If handlers of this virtual host are slow, set \"V6FrontEngine Off\" there",
        r->method, r->uri, static_cast<int>(offload::max_waiting));
    connection_->keepalive = AP_CONN_CLOSE;
    conclude_here(r, HTTP_SERVICE_UNAVAILABLE);
}

// False if no thread is free. Meanwhile the connection belongs to that thread.
task<bool> adopted_connection::run_elsewhere(std::function<void()> work)
{
    co_await stop_reading();
    bool finished = false;
    event done;
    const auto ex = thread_.get_engine().get_executor();
    on_engine_ = false;
    const bool taken = shared_.handlers().post([&, ex](apr_thread_t* thread) {
        connection_->current_thread = thread;
        guard("a request on an offload thread", work);
        asio::post(ex, [&] {
            finished = true;
            done.notify();
        });
    });
    while (taken && !finished)
        co_await done.wait(ex);
    connection_->current_thread = thread_.apr_thread();
    on_engine_ = true;
    take_what_core_holds(connection_, socket_store_); // what the thread has read too far
    co_return taken;
}

} // namespace v6front
