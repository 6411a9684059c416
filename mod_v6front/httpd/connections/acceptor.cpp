// SPDX-License-Identifier: Apache-2.0

#include "acceptor.hpp"

#include "httpd/base/guard.hpp"
#include "httpd/base/log.hpp"
#include "httpd/config/read_limits.hpp"
#include "httpd/process/generations.hpp"
#include "httpd/process/successor_mail.hpp"
#include "httpd/requests/client_record.hpp"
#include "adopted_connection.hpp"
#include "adoption.hpp"
#include "beginning_hooks.hpp"
#include "descriptor_room.hpp"
#include "engine_thread.hpp"

#include <boost/asio/co_spawn.hpp>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <new>

namespace v6front
{

using namespace std::chrono_literals;

namespace
{

constexpr int at_a_time = 4; // connections, before others of this engine have their turn

constexpr auto until_child_has_begun = 1ms; // between two looks
constexpr auto shortage_pause = 20ms;
constexpr auto between_limits = 100ms; // looks at the limit of descriptors

// How long a client may say nothing, where that is not what its virtual host says (read_limits).
constexpr auto time_when_full = 3s;
constexpr auto time_when_stopping = 100ms;

constexpr int others = 24; // descriptors that are neither a client's nor a site's

// Each client may need a second one, for its site.
unsigned max_accepted()
{
    return static_cast<unsigned>(std::max(4, (max_client_descriptors() - others) / 2));
}

// The other way round, for each new connection, without asking the system again.
int max_descriptor(unsigned accepted)
{
    return static_cast<int>(accepted) * 2 + others;
}

} // namespace

class acceptor::listed_newcomer
{
public:
    listed_newcomer(std::vector<newcomer*>& in, newcomer& one) : in_(in), one_(one)
    {
        in_.push_back(&one_);
    }
    ~listed_newcomer() { std::erase(in_, &one_); }
    listed_newcomer(const listed_newcomer&) = delete;

private:
    std::vector<newcomer*>& in_;
    newcomer& one_;
};

void acceptor::spawn(task<void> life)
{
    asio::co_spawn(thread_.get_engine().get_executor(), std::move(life), [](std::exception_ptr e) {
        guard("an accepted connection", [e] {
            if (e)
                std::rethrow_exception(e);
        });
    });
}

void acceptor::start(taken_listener& at)
{
    ++to_begin_;
    spawn(accept_at(at));
}

bool acceptor::is_over(const taken_listener& at) const
{
    return thread_.is_stopping() || at.is_given_up();
}

task<void> acceptor::pause(deadline::clock::duration time)
{
    steady_timer timer(thread_.get_engine().context(), time);
    co_await timer.async_wait(directly);
}

// The listener is the MPM's and that of other processes, too, so the watch ends before the
// descriptor closes: closing alone would leave it in the engine's epoll set.
task<void> acceptor::accept_at(taken_listener& at)
{
    watched_socket watched(thread_.get_engine().context());
    steady_timer shortage(thread_.get_engine().context());
    for (bool has_ended = false; !has_ended;) {
        try {
            co_await accept_while_there_is_memory(watched, at);
            has_ended = true;
        } catch (const std::bad_alloc&) {
            shortage.expires_after(shortage_pause);
        }
        if (!has_ended)
            co_await shortage.async_wait(directly);
    }
    std::erase_if(watched_, [&watched](const watch& w) { return w.socket == &watched; });
    if (watched.is_open())
        ::close(watched.release());
    at.leave();
}

task<void> acceptor::accept_while_there_is_memory(watched_socket& watched, taken_listener& at)
{
    bool goes_on = co_await child_has_begun();
    if (goes_on && !watched.is_open())
        goes_on = co_await begin_watch(watched, at);
    while (goes_on) {
        co_await room_for_one(at);
        if (is_over(at)) // nobody cancels a wait that begins after that
            break;
        const auto [ec] = co_await watched.async_wait(watched_socket::wait_read, directly);
        goes_on = !ec && !is_over(at);
        if (goes_on)
            co_await accept_some(at);
    }
}

// All child_init hooks have run then, the MPM has set up its listeners, and the parent has given
// this process its place in the scoreboard.
task<bool> acceptor::child_has_begun()
{
    while (!thread_.is_stopping()) {
        int state = AP_MPMQ_STARTING;
        ap_mpm_query(AP_MPMQ_MPM_STATE, &state);
        if (state != AP_MPMQ_STARTING && own_scoreboard_slot() >= 0) {
            thread_.begin(own_scoreboard_slot());
            co_return true;
        }
        co_await pause(until_child_has_begun);
    }
    co_return false;
}

// With the last of its listeners this engine accepts: the generation before may stop.
task<bool> acceptor::begin_watch(watched_socket& watched, taken_listener& at)
{
    while (!is_over(at)) {
        watched_.reserve(watched_.size() + 1);
        const int own = ::fcntl(at.descriptor(), F_DUPFD_CLOEXEC, 0);
        error_code ec;
        try {
            if (own >= 0)
                watched.assign(own, ec);
        } catch (const std::bad_alloc&) {
            ec = asio::error::no_memory;
        }
        if (own >= 0 && !ec) {
            watched_.push_back({&watched, &at});
            if (--to_begin_ == 0)
                tell_that_engines_accept();
            co_return true;
        }
        if (own >= 0)
            ::close(own);
        co_await pause(shortage_pause);
    }
    co_return false;
}

bool acceptor::has_room(const taken_listener& at)
{
    if (const auto now = deadline::clock::now(); now >= next_look_) {
        next_look_ = now + between_limits;
        max_accepted_ = max_accepted();
    }
    if (thread_.counts().accepted.load(std::memory_order_relaxed) >= max_accepted_)
        return false;
    is_near_limit_ = is_near_limit_ && !has_descriptor_for_client(at.descriptor());
    return !is_near_limit_;
}

task<void> acceptor::room_for_one(const taken_listener& at)
{
    for (unsigned pauses = 1; !is_over(at) && !has_room(at); ++pauses) {
        ask_for_descriptors(pauses);
        co_await pause(shortage_pause);
    }
}

// Whatever else accept() says, of the connection or of an interruption, is over with the next call.
task<void> acceptor::accept_some(taken_listener& at)
{
    for (int i = 0; i < at_a_time && has_room(at); ++i) {
        const auto status = accept_one(at);
        if (is_shortage(status)) {
            ask_for_descriptors(1);
            co_await pause(shortage_pause);
        }
        if (status != APR_SUCCESS)
            break;
    }
}

apr_status_t acceptor::accept_one(taken_listener& at)
{
    try {
        auto one =
            std::make_unique<accepted_socket>(thread_.get_engine().context(), thread_.pools());
        const auto status = one->accept(at.socket(), thread_.counts().accepted);
        if (status != APR_SUCCESS)
            return status;
        is_near_limit_ = is_near_limit_ || one->descriptor() >= max_descriptor(max_accepted_);
        spawn(meet(at, std::move(one)));
        return APR_SUCCESS;
    } catch (const std::bad_alloc&) {
        return ENOMEM;
    }
}

task<void> acceptor::meet(taken_listener& at, connection one)
{
    if (!one->open())
        co_return;
    const auto whose = co_await read_first_bytes(at.offered(), *one);
    if (whose == first_bytes::more) // and they have not come
        co_return;
    if (whose == first_bytes::other && (give_back(at, *one) || send_on(at, *one)))
        co_return;
    co_await begin(&at, std::move(one));
}

task<first_bytes> acceptor::read_first_bytes(offered_protocols offered, accepted_socket& from)
{
    newcomer waiting{deadline(thread_.get_engine().deadlines(),
                              [&from] {
                                  error_code ignored;
                                  from.stream.cancel(ignored);
                              }),
                     from.since};
    const listed_newcomer here(newcomers_, waiting);
    waiting.patience.arm(thread_.is_stopping() ? time_when_stopping : time_of_newcomers());
    auto whose = judge_first_bytes(from.store.bytes(), offered);
    while (whose == first_bytes::more && !waiting.patience.expired()) {
        const auto space = from.store.room();
        const auto n = ::recv(from.descriptor(), space.data(), space.size(), MSG_DONTWAIT);
        if (n > 0) {
            from.store.fill(static_cast<std::size_t>(n));
            whose = judge_first_bytes(from.store.bytes(), offered);
            continue;
        }
        from.store.give_memory_back();
        if (n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR))
            break;
        const auto [ec] = co_await from.stream.async_wait(tcp_socket::wait_read, directly);
        if (ec)
            break;
    }
    co_return whose;
}

// The MPM gets a descriptor of its own.
bool acceptor::give_back(taken_listener& at, const accepted_socket& one)
{
    const int copy = ::fcntl(one.descriptor(), F_DUPFD_CLOEXEC, 0);
    if (copy < 0)
        return false;
    thread_.watch_listener();
    ap_log_error(APLOG_MARK, APLOG_DEBUG, 0, ap_server_conf,
                 V6LOGNO(0182) "a connection goes to the MPM after its first %d bytes: another "
                               "protocol than HTTP/1, or an address without routes",
                 static_cast<int>(one.store.bytes().size()));
    try {
        if (at.give_back({copy, std::string(one.store.bytes())}))
            return true;
    } catch (const std::bad_alloc&) { // as when the MPM fetches no more
    }
    ::close(copy);
    return false;
}

// One that HTTP/1 is of no use to, where the MPM has ended.
bool acceptor::send_on(const taken_listener& at, const accepted_socket& one)
{
    return thread_.is_leaving() && !may_speak_http1(one.store.bytes()) &&
           send_to_successors(at.inode(), one.descriptor(), one.store.bytes());
}

// As the MPM does it (event.c, process_socket). Whose connections it takes back no more gets
// HTTP/1.
task<void> acceptor::begin(taken_listener* at, connection one)
{
    auto* c = one->make_connection(thread_.next_connection_id(), thread_.slots().shared(),
                                   thread_.apr_thread());
    if (!c || (at && !may_be_routed(c) && give_back(*at, *one)))
        co_return;
    const int status = begin_with_pre_connection(c, one->socket());
    if ((status != OK && status != DONE) || !record_of(c)) // no record is made while the child ends
        co_return;
    co_await adopted_connection::live_on(
        std::make_unique<adopted_connection>(c, thread_, shared_, std::move(one)));
}

void acceptor::serve_after_all(taken_listener::returned one)
{
    auto socket =
        std::make_unique<accepted_socket>(thread_.get_engine().context(), thread_.pools());
    if (socket->take(one.descriptor, thread_.counts().accepted) != APR_SUCCESS || !socket->open())
        return;
    socket->store.put(one.read.data(), one.read.size());
    spawn(begin(nullptr, std::move(socket)));
}

void acceptor::leave_given_up()
{
    for (const auto& w : watched_)
        if (w.at->is_given_up())
            w.socket->cancel();
}

void acceptor::begin_stop()
{
    for (const auto& w : watched_)
        w.socket->cancel();
    for (auto* n : newcomers_)
        n->patience.arm(time_when_stopping);
}

void acceptor::make_room()
{
    const auto late = deadline::clock::now() - time_when_full;
    for (auto* n : newcomers_)
        if (n->since < late)
            n->patience.arm(0ms);
}

} // namespace v6front
