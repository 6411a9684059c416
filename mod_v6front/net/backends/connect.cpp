// SPDX-License-Identifier: Apache-2.0

#include "connect.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <cerrno>
#include <netinet/in.h>
#include <optional>
#include <string>
#include <sys/socket.h>
#include <vector>

namespace v6front
{

namespace
{

// Codes of the system, of which Asio has no names. Not compared with errc's conditions, whose
// categories g++ 12's sanitizer takes for no objects.
bool is(error_code ec, int number)
{
    return ec == error_code(number, boost::system::system_category());
}

failure connect_failure(error_code ec)
{
    namespace error = asio::error;
    if (ec == error::connection_refused)
        return {reason::connect_refused, ec, {}};
    if (ec == error::timed_out)
        return {reason::connect_timed_out, ec, {}};
    // Every port that a connection to there could have is taken.
    if (is(ec, EADDRNOTAVAIL))
        return {reason::no_local_port, ec, {}};
    if (ec == error::no_descriptors || ec == error::no_memory || ec == error::no_buffer_space ||
        is(ec, ENFILE))
        return {reason::out_of_resources, ec, {}};
    return {reason::connect_failed, ec, {}};
}

// Of a socket with an address of its own: a loopback one reaches nobody elsewhere.
failure connect_failure(error_code ec, const asio::ip::address_v4& source)
{
    if (is(ec, EINVAL) && !source.is_unspecified())
        return {reason::no_source_address, ec, source.to_string()};
    return connect_failure(ec);
}

// Gives the socket the address that it is to come from. Its port is found when it connects, for
// that one destination: one chosen now would be taken from the connections to all others.
std::optional<failure> bind_source(tcp_socket& socket, const asio::ip::address_v4& source)
{
    error_code ec;
    socket.open(asio::ip::tcp::v4(), ec);
    if (ec)
        return connect_failure(ec);
    const int enabled = 1;
    ::setsockopt(socket.native_handle(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &enabled,
                 sizeof enabled);
    socket.bind({source, 0}, ec);
    if (is(ec, EADDRNOTAVAIL) || is(ec, EACCES) || is(ec, EINVAL))
        return failure{reason::no_source_address, ec, source.to_string()};
    return ec ? std::optional(connect_failure(ec)) : std::nullopt;
}

ip_endpoint as_ip_endpoint(const endpoint& e)
{
    return {v4_address(e.address().to_v4().to_uint()), e.port()};
}

// What goes first on it. An end that is lost already is noticed when it is sent.
std::string preface_of(const connection_terms& terms, const tcp_socket& socket)
{
    if (terms.own_name == proxy_protocol::off)
        return terms.preface;
    error_code ignored;
    const auto from = socket.local_endpoint(ignored), to = socket.remote_endpoint(ignored);
    return proxy_header_for_nobody(terms.own_name, as_ip_endpoint(from), as_ip_endpoint(to));
}

// The race of one connect. Shared with the handlers of its sockets, which may end after the race
// has.
struct race : std::enable_shared_from_this<race> {
    using clock = std::chrono::steady_clock;

    race(asio::io_context& c, std::span<const connection_identity> to,
         std::chrono::milliseconds timeout)
        : context(c),
          candidates(to.begin(), to.end()),
          after_accepted(std::clamp(timeout / 3, connect_stagger, handshake_stagger))
    {
    }

    struct runner {
        explicit runner(asio::io_context& c) : socket(c) {}
        tcp_socket socket;
        std::string preface{};              // while it is sent; `candidates` may grow meanwhile
        std::unique_ptr<tls_session> tls{}; // once it is connected
        clock::time_point started = clock::now();
        std::optional<clock::time_point> accepted{};
        bool has_ended = false;
        std::optional<failure> failed{};
        // What it is to have come too late.
        failure late() const
        {
            return {tls ? reason::tls_timed_out : reason::connect_timed_out, {}, {}};
        }
    };

    bool are_all_started() const { return runners.size() == candidates.size(); }
    void start_next()
    {
        const auto i = runners.size();
        runners.push_back(std::make_unique<runner>(context));
        ++running;
        const auto& source = candidates[i].terms.source;
        if (!source.is_unspecified())
            if (auto unbound = bind_source(runners[i]->socket, source)) {
                end(i, std::move(unbound));
                return;
            }
        runners[i]->socket.async_connect(
            candidates[i].address, [self = shared_from_this(), i](error_code ec) {
                if (ec)
                    self->end(i, connect_failure(ec, self->candidates[i].terms.source));
                else
                    self->connected(i);
            });
    }

    // What comes before HTTP: the PROXY header, then TLS.
    void connected(std::size_t i);
    void begin_tls(std::size_t i);
    void shake_hands(std::size_t i);
    void end(std::size_t i, std::optional<failure> failed);

    // When one has had the time after which another is tried as well.
    clock::time_point has_had_time(const runner& r) const
    {
        return r.accepted ? *r.accepted + after_accepted : r.started + connect_stagger;
    }
    // The last one to be started is waited for unless it has failed, and whoever has accepted.
    clock::time_point next_start() const
    {
        clock::time_point at{};
        for (const auto& r : runners)
            if (!r->has_ended && (r->accepted || r == runners.back()))
                at = std::max(at, has_had_time(*r));
        return at;
    }

    void join(const std::vector<connection_identity>& more)
    {
        candidates.insert(candidates.end(), more.begin(), more.end());
    }

    // Why the race is over where time is up.
    failure late() const;
    // What is still under way says something only when it had time enough.
    void tell(const connect_report& report) const;

    asio::io_context& context;
    std::vector<connection_identity> candidates;
    std::chrono::milliseconds after_accepted;
    std::vector<std::unique_ptr<runner>> runners;
    std::optional<std::size_t> winner;
    std::optional<failure> last_failure;
    std::size_t running = 0;
    event changed;
};

void race::connected(std::size_t i)
{
    auto& r = *runners[i];
    error_code ignored;
    r.socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    r.accepted = clock::now();
    r.preface = preface_of(candidates[i].terms, r.socket);
    if (r.preface.empty())
        return begin_tls(i);
    asio::async_write(
        r.socket, asio::buffer(r.preface),
        [self = shared_from_this(), i](error_code ec, std::size_t) {
            if (ec)
                self->end(i, failure{reason::connect_failed, ec, "sending the PROXY header"});
            else
                self->begin_tls(i);
        });
}

void race::begin_tls(std::size_t i)
{
    auto& r = *runners[i];
    const auto& to = candidates[i];
    if (!to.tls)
        return end(i, std::nullopt);
    r.tls = to.tls->begin(r.socket.native_handle(), to.address);
    if (!r.tls)
        return end(i, failure{reason::out_of_resources, {}, {}});
    shake_hands(i);
}

void race::shake_hands(std::size_t i)
{
    auto& r = *runners[i];
    const auto step = r.tls->shake_hands();
    if (step.wants == tls_session::want::nothing)
        return end(i,
                   step.error ? std::optional(r.tls->handshake_failure(step.error)) : std::nullopt);
    r.socket.async_wait(step.wants == tls_session::want::input ? tcp_socket::wait_read
                                                               : tcp_socket::wait_write,
                        [self = shared_from_this(), i](error_code ec) {
                            if (ec)
                                self->end(i, failure{reason::tls_failed, ec, {}});
                            else
                                self->shake_hands(i);
                        });
}

failure race::late() const
{
    for (const auto& r : runners)
        if (!r->has_ended && r->tls)
            return r->late();
    return {reason::connect_timed_out, {}, {}};
}

void race::end(std::size_t i, std::optional<failure> failed)
{
    auto& r = *runners[i];
    --running;
    r.has_ended = true;
    r.failed = std::move(failed);
    if (r.failed)
        last_failure = r.failed;
    else if (!winner)
        winner = i;
    changed.notify();
}

void race::tell(const connect_report& report) const
{
    const auto now = clock::now();
    for (std::size_t i = 0; i < runners.size(); ++i) {
        const auto& r = *runners[i];
        if (i == winner)
            report(candidates[i].address, nullptr);
        else if (!r.has_ended && has_had_time(r) <= now) {
            const auto f = r.late();
            report(candidates[i].address, &f);
        } else if (r.failed && describe(r.failed->reason).whose != fault::front) {
            // What this machine lacks says nothing about the address.
            report(candidates[i].address, &*r.failed);
        }
    }
}

} // namespace

task<result<std::shared_ptr<backend_connection>>> connect_to_backend(
    asio::io_context& context, deadline_list& deadlines,
    std::span<const connection_identity> candidates, std::chrono::milliseconds timeout,
    const connect_report& report, const later_candidates& later)
{
    const auto run = std::make_shared<race>(context, candidates, timeout);
    deadline limit(deadlines, [&run] { run->changed.notify(); });
    limit.arm(timeout);
    std::optional<steady_timer> stagger;
    deadline late(deadlines, [&run] { run->changed.notify(); });
    while (!run->winner && !limit.expired()) {
        const auto next = run->next_start();
        const bool is_due = next <= race::clock::now();
        if (is_due && later && run->are_all_started())
            run->join(later());
        if (is_due && !run->are_all_started()) {
            run->start_next();
            continue;
        }
        if (run->are_all_started() && run->running == 0)
            break;
        if (!run->are_all_started()) {
            stagger.emplace(context, next);
            stagger->async_wait([run](error_code ec) {
                if (!ec)
                    run->changed.notify();
            });
        } else if (later) {
            late.arm_at(is_due ? race::clock::now() + connect_stagger : next);
        }
        co_await run->changed.wait(context.get_executor());
    }
    stagger.reset();
    if (report)
        run->tell(report);
    std::shared_ptr<backend_connection> connection;
    if (run->winner) {
        auto& r = *run->runners[*run->winner];
        connection =
            std::make_shared<backend_connection>(transport(std::move(r.socket), std::move(r.tls)),
                                                 run->candidates[*run->winner], deadlines);
    }
    for (auto& r : run->runners) {
        error_code ignored;
        r->socket.close(ignored);
    }
    if (connection)
        co_return connection;
    if (limit.expired() && run->running > 0)
        co_return run->late();
    co_return run->last_failure.value_or(failure{reason::connect_failed, {}, {}});
}

} // namespace v6front
