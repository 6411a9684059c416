// SPDX-License-Identifier: Apache-2.0

#include "borrowed_waits.hpp"

#include "net/loop/beside.hpp"
#include "httpd/base/http2_stream.hpp"

#include <algorithm>

#include <poll.h>

namespace v6front
{

using namespace std::chrono_literals;

namespace
{

constexpr auto between_looks = 200ms;
constexpr auto before_abort = 10ms;

} // namespace

borrowed_waits::borrowed_waits(conn_rec* c, borrowed_engines& from)
    : connection_(c),
      loan_(std::in_place, from),
      next_look_(get_engine().deadlines(), [this] { look(); })
{
}

void borrowed_waits::return_engine()
{
    watch(nullptr);
    descriptor_.reset();
    loan_.reset();
}

// A stream of HTTP/2 has a limit of its own, H2StreamTimeout, which mod_http2 itself applies only
// to reads that block.
deadline::clock::duration borrowed_waits::limit_of_stream(deadline::clock::duration otherwise) const
{
    apr_pollfd_t where{};
    apr_interval_time_t limit = -1;
    const bool has_limit = is_http2_stream(connection_) &&
                           ap_get_pollfd_from_conn(connection_, &where, &limit) == APR_SUCCESS &&
                           limit > 0;
    return has_limit ? std::chrono::microseconds(limit) : otherwise;
}

task<apr_status_t> borrowed_waits::more_input(input_patience how_long)
{
    how_long.silence = limit_of_stream(how_long.silence);
    const auto time = how_long.slice(last_input_);
    if (time == time.zero())
        co_return APR_TIMEUP;
    steady_timer slice(get_engine().context(), time);
    std::optional<apr_status_t> got;
    auto reading = result_of(descriptor_of_client().input(), got);
    auto waiting = end_of(slice.async_wait(use_task));
    const auto first = co_await run_beside(get_engine().get_executor(), beside::until_one_ends,
                                           std::move(reading), std::move(waiting));
    if (first == 1)
        co_return connection_->aborted ? APR_ECONNABORTED : APR_SUCCESS;
    last_input_ = deadline::clock::now();
    co_return *got;
}

// mod_http2 ends the body of a stream that was reset as if the client had ended it, and a few
// instructions later, on another thread, has the stream aborted (h2_stream.c, close_input;
// h2_session.c, on_stream_close_cb). Nothing else tells the two ends apart.
task<bool> borrowed_waits::is_end_meant()
{
    if (!is_http2_stream(connection_))
        co_return true;
    steady_timer moment(get_engine().context(), before_abort);
    co_await moment.async_wait(directly);
    co_return !connection_->aborted;
}

void borrowed_waits::watch(std::function<void()> gone)
{
    on_departure_ = std::move(gone);
    if (on_departure_)
        next_look_.arm(between_looks);
    else
        next_look_.disarm();
}

// Core's output filter, the last one, writes when it is called with nothing. The streams of HTTP/2
// end above it.
void borrowed_waits::push_tunnel()
{
    if (is_http2_stream(connection_))
        return;
    auto* f = connection_->output_filters;
    while (f->next)
        f = f->next;
    f->frec->filter_func.out_func(f, nullptr);
}

void borrowed_waits::look()
{
    gone_ = has_left();
    if (!gone_)
        return next_look_.arm(between_looks);
    if (on_departure_)
        std::exchange(on_departure_, nullptr)();
}

// The stream of an HTTP/2 connection has been told. A connection of its own says so whatever still
// waits in it, such as the next request or TLS's good-bye. A client that has closed its sending
// side is taken for one that is gone, as on an engine.
bool borrowed_waits::has_left() const
{
    if (connection_->aborted || is_http2_stream(connection_))
        return connection_->aborted;
    apr_os_sock_t fd = -1;
    if (apr_os_sock_get(&fd, ap_get_conn_socket(connection_)) != APR_SUCCESS)
        return false;
    pollfd entry{fd, POLLRDHUP, 0};
    return ::poll(&entry, 1, 0) > 0 && (entry.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

} // namespace v6front
