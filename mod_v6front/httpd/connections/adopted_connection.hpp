// SPDX-License-Identifier: Apache-2.0
//
// A client connection that an engine owns: accepted by it, or taken from the event MPM; served
// request after request, closed with care. live() reads from top to bottom as the life of the
// connection.
//
// Life: made by the engine's acceptor, or in the process_connection hook on a worker; lives on its
// engine's thread, ends itself with the connection's pool. While a request is with the offload
// threads, they own it and the engine touches nothing of it.
#pragma once

#include "net/loop/at_once.hpp"
#include "net/loop/event.hpp"
#include "net/loop/socket_read.hpp"
#include "httpd/process/services.hpp"
#include "httpd/requests/client_waits.hpp"
#include "httpd/requests/request_host.hpp"
#include "accepted_socket.hpp"
#include "engine_thread.hpp"
#include "handover.hpp"
#include "held_output.hpp"
#include "input_store.hpp"

#include <memory>
#include <optional>

namespace v6front
{

class adopted_connection final : public client_waits, public request_host, private socket_reader
{
public:
    // On the worker: suspends the connection.
    adopted_connection(conn_rec* c, engine_thread& thread, services& shared, handover_slots& slots);
    // On the engine, which has accepted it; after the pre_connection hooks.
    adopted_connection(conn_rec* c, engine_thread& thread, services& shared,
                       std::unique_ptr<accepted_socket> from);
    ~adopted_connection() override;

    // The one that owns this connection; nullptr for a connection that was not adopted.
    static adopted_connection* of(const conn_rec* c);
    // After the last suspend_connection hook: the engine begins to wait for the hand-over to
    // complete.
    static void start(std::unique_ptr<adopted_connection> self);
    // On the engine.
    static task<void> live_on(std::unique_ptr<adopted_connection> self);

    bool is_accepted() const noexcept { return accepted_ != nullptr; }
    // In the process_connection hook of one that was accepted.
    void hooks_have_run() noexcept { hooks_have_run_ = true; }

    // For the filters.
    input_store& socket_store() noexcept { return socket_store_; }
    input_store& head_store() noexcept { return head_store_; }
    // httpd reads a head, whose lines are in the socket store as they are.
    bool has_line_of_head() const noexcept { return reads_head_ && socket_store_.holds_line(); }
    held_output& output() noexcept { return output_; }
    apr_status_t pass_to_client(ap_filter_t* core, apr_bucket_brigade* brigade);
    // Somebody would have waited for the client on the engine.
    void refuse_read() noexcept { read_refused_ = true; }
    // Its octets are not those of the socket: there is a head store.
    bool decrypts() const noexcept { return head_filter_ != nullptr; }
    // Pulls what the socket's bytes decrypt to into the head store, never waiting, until that holds
    // enough. SUCCESS: more may come.
    apr_status_t decrypt(const std::function<bool(std::string_view)>& is_enough);
    bool lets_flush_pass() const noexcept { return !on_engine_ || closing_; }
    // The process_connection hooks run on the engine: who would wait comes back later.
    bool shakes_hands() const noexcept { return shakes_hands_; }
    // What TLS says in its handshake, an alert for instance, goes out at once.
    bool pushes_flushes() const noexcept { return is_accepted() && !has_begun_request_; }

    bool is_on_engine() const noexcept override { return on_engine_; }
    bool may_suspend() const noexcept override { return on_engine_ || hooks_elsewhere_; }
    void then(next_step step, const request_rec* r) noexcept override;
    ap_conn_keepalive_e keepalive_before() const noexcept override { return keepalive_before_; }
    void logged(const request_rec* r) noexcept override;
    deadline::clock::duration time_of_client() const noexcept override { return time_of_client_; }

    // The child stops: close now if idle, after this response otherwise.
    void begin_stop();
    // The MPM accepts no more, since too many connections are open or all its workers are busy: one
    // that waits for its next request ends, as event's own do then, and one whose head takes long.
    void make_room();
    // The child ends at once: threads blocked on this connection come back.
    void shut_down() noexcept;

    bool may_block() const override { return false; }
    task<apr_status_t> more_input(input_patience how_long) override;
    void take_what_has_come() override;
    task<bool> is_end_meant() override { co_return true; }
    void watch(std::function<void()> gone) override;
    bool is_gone() const override { return socket_store_.ending() != APR_SUCCESS; }
    void push() override;
    void push_tunnel() override { push(); }
    task<apr_status_t> writable(apr_interval_time_t timeout) override;
    task<apr_status_t> tunnel_input() override;
    task<apr_status_t> tunnel_output() override;

private:
    task<void> live();
    task<bool> handed_over();
    bool worker_has_let_go() const;
    void take_over();
    void settle_in();
    bool begin();
    void on_deadline();
    task<bool> read_head();
    std::size_t max_head_bytes() const;
    void set_idle(bool idle) noexcept;
    deadline::clock::duration idle_time() const;
    deadline::clock::duration time_left_for_head(std::size_t octets) const;
    // Of requests, decrypted where that is needed.
    input_store& store_of_requests() noexcept { return head_filter_ ? head_store_ : socket_store_; }
    const input_store& store_of_requests() const noexcept
    {
        return head_filter_ ? head_store_ : socket_store_;
    }
    task<void> serve();
    // Of a body of so many octets.
    bool is_here(std::size_t body) const;
    bool is_worth_awaiting(const request_rec* r, std::size_t body, int status) const;
    task<void> body_before(int status, request_rec* r, std::size_t body);
    void decrypt_all(std::size_t body);
    task<void> serve_elsewhere(request_rec* r);
    bool run_here(hook_kind kind, const server_rec* s, const std::function<void()>& work);
    task<bool> run_hooks_elsewhere(std::function<void()> work);
    void read_timed(request_rec*& r);
    void process_timed(request_rec* r, int& status);
    void process_to_the_end(request_rec* r);
    int process(request_rec* r);
    int with_read_refused(request_rec* r, int status);
    at_once<void> conclude(request_rec* r, int status);
    task<void> conclude_elsewhere(request_rec* r, int status);
    void conclude_here(request_rec* r, int status);
    task<void> exchange(request_rec* r);
    task<void> other_handler(request_rec* r);
    task<bool> run_elsewhere(std::function<void()> work);
    void refuse(request_rec* r);
    at_once<bool> flushed();
    task<bool> flushed_as_taken();
    task<void> close();
    task<void> drain();
    task<apr_status_t> read_socket(std::size_t room, deadline::clock::duration limit);
    using end_is_told = socket_read::end_is_told;
    void start_reading(std::size_t room, end_is_told end = end_is_told::at_once);
    std::span<char> read_room() override;
    void leave_room() override;
    void on_read(error_code ec, std::size_t n) override;
    void note_end();
    void look_for_end();
    task<void> stop_reading();

    conn_rec* connection_;
    engine_thread& thread_;
    services& shared_;
    std::optional<handover> handover_; // until it is taken over
    bool keep_pool_for_now_ = false;
    std::unique_ptr<accepted_socket> accepted_; // where it was not handed over
    bool shakes_hands_ = false;
    bool hooks_have_run_ = false;
    bool has_begun_request_ = false;
    tcp_socket socket_; // borrowed: released, never closed, by us
    deadline deadline_;
    deadline end_look_;
    deadline::clock::time_point since_ = deadline::clock::now();
    // One read into socket_store_ may be outstanding, beyond the call that has begun it.
    socket_read read_;
    std::size_t read_size_ = 0;
    std::span<char> read_room_; // where something is held when it begins, which must not move
    bool waits_to_write_ = false;
    apr_status_t read_status_ = APR_SUCCESS;
    bool has_ended_ = false; // the client's sending side, or its connection
    event arrived_;
    std::function<void()> on_departure_;
    input_store socket_store_;
    input_store head_store_;
    held_output output_;
    request_slot* slot_ = nullptr;       // of the request that is served
    ap_filter_t* head_filter_ = nullptr; // where TLS and the like are between it and the socket
    apr_bucket_brigade* scratch_ = nullptr;
    bool reads_head_ = false;
    bool on_engine_ = true;
    bool hooks_elsewhere_ = false;
    deadline::clock::duration time_of_client_{};
    bool read_refused_ = false;
    bool idle_ = false; // waiting for a request, none of which has come
    deadline::clock::time_point head_began_ = deadline::clock::time_point::max(); // is awaited
    bool stopping_ = false;
    bool makes_room_ = false; // and does not linger
    bool closing_ = false;
    next_step next_ = next_step::none;
    const char* handler_ = nullptr; // of the request that next_ is about
    ap_conn_keepalive_e keepalive_before_ = AP_CONN_UNKNOWN;
    deadline::clock::time_point last_input_{};
    apr_interval_time_t keep_alive_timeout_;
};

} // namespace v6front
