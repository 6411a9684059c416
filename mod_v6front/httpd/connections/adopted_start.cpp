// SPDX-License-Identifier: Apache-2.0
//
// How an adopted connection begins: handed over by the MPM, whose worker has to let go of it, or
// accepted by its engine, which then does what the MPM does with a new connection.

#include "adopted_connection.hpp"

#include "httpd/base/guard.hpp"
#include "httpd/requests/client_record.hpp"
#include "beginning_hooks.hpp"
#include "core_input.hpp"
#include "filters.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <thread>

namespace v6front
{

using namespace std::chrono_literals;

adopted_connection::adopted_connection(conn_rec* c, engine_thread& thread, services& shared,
                                       handover_slots& slots)
    : connection_(c),
      thread_(thread),
      shared_(shared),
      handover_(std::in_place, c, slots),
      socket_(thread.get_engine().context()),
      deadline_(thread.get_engine().deadlines(), [this] { on_deadline(); }),
      end_look_(thread.get_engine().deadlines(), [this] { look_for_end(); }),
      output_(c),
      keep_alive_timeout_(c->base_server->keep_alive_timeout)
{
    record_of(c)->host = this;
}

adopted_connection::adopted_connection(conn_rec* c, engine_thread& thread, services& shared,
                                       std::unique_ptr<accepted_socket> from)
    : connection_(c),
      thread_(thread),
      shared_(shared),
      accepted_(std::move(from)),
      socket_(std::move(accepted_->stream)),
      deadline_(thread.get_engine().deadlines(), [this] { on_deadline(); }),
      end_look_(thread.get_engine().deadlines(), [this] { look_for_end(); }),
      since_(accepted_->since),
      socket_store_(std::move(accepted_->store)),
      output_(c),
      keep_alive_timeout_(c->base_server->keep_alive_timeout)
{
    record_of(c)->host = this;
}

void adopted_connection::on_deadline()
{
    arrived_.notify();
    if (waits_to_write_) {
        error_code ignored;
        socket_.cancel(ignored);
    }
}

// On the engine, since the worker that runs this still has the connection, and so it cannot end
// here.
void adopted_connection::start(std::unique_ptr<adopted_connection> self)
{
    auto ex = self->thread_.get_engine().get_executor();
    asio::post(ex, [self = std::move(self), ex]() mutable {
        guard("an adopted connection", [&self, &ex] {
            asio::co_spawn(ex, live_on(std::move(self)), [](std::exception_ptr e) {
                guard("an adopted connection", [e] {
                    if (e)
                        std::rethrow_exception(e);
                });
            });
        });
    });
}

// Where there was no memory to wait for that by a timer. False: the pool has to stay.
bool adopted_connection::worker_has_let_go() const
{
    auto state = handover_->check();
    for (; state == handover::progress::pending; state = handover_->check())
        std::this_thread::sleep_for(200us);
    return state == handover::progress::complete;
}

// The worker that suspended this connection has let go of it.
task<bool> adopted_connection::handed_over()
{
    steady_timer again(thread_.get_engine().context());
    auto state = handover_->check();
    while (state == handover::progress::pending) {
        again.expires_after(200us);
        const auto [ec] = co_await again.async_wait(directly);
        if (ec)
            co_return false;
        state = handover_->check();
    }
    keep_pool_for_now_ = state == handover::progress::complete_but_keep;
    co_return true;
}

void adopted_connection::settle_in()
{
    auto* c = connection_;
    thread_.enter(*this);
    stopping_ = thread_.is_stopping();
    c->current_thread = thread_.apr_thread();
    c->sbh = thread_.slots().shared();
    auto* const head_filter = install_filters(c, this);
    head_filter_ = bytes_are_changed(c) ? head_filter : nullptr;
    scratch_ = apr_brigade_create(c->pool, c->bucket_alloc);
    // A TLS handshake, or mod_http2's look for a preface, has read ahead into core's own buffer.
    take_what_core_holds(c, socket_store_);
}

void adopted_connection::take_over()
{
    auto* c = connection_;
    thread_.begin(handover_->child());
    c->id = thread_.next_connection_id(); // its worker serves others under the old one
    handover_.reset();
    thread_.watch_listener();
    thread_.memory().give_to(c->pool);
    settle_in();
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

// The process_connection hooks, for which nothing is waited: mod_ssl begins its handshake in one,
// and goes on with it when it is asked for the request. Ours is the last before core's, and says
// that no other has taken the connection.
bool adopted_connection::begin()
{
    settle_in();
    shakes_hands_ = true;
    const int status = begin_with_process_connection(connection_);
    shakes_hands_ = false;
    thread_.slots().clear_shared(); // a hook may have noted that it reads
    return hooks_have_run_ && status == OK && !connection_->aborted;
}

} // namespace v6front
