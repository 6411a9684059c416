// SPDX-License-Identifier: Apache-2.0

#include "connect.hpp"

#include <boost/asio/error.hpp>

#include <cerrno>
#include <netinet/in.h>
#include <optional>
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

// Gives the socket the address that it is to come from. Its port is found when it connects, for
// that one destination: one chosen now would be taken from the connections to all others.
std::optional<failure> bind_source(tcp_socket& socket, const asio::ip::address_v4& source)
{
    error_code ec;
    socket.open(asio::ip::tcp::v4(), ec);
    if (ec)
        return connect_failure(ec);
    const int on = 1;
    ::setsockopt(socket.native_handle(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    socket.bind({source, 0}, ec);
    if (is(ec, EADDRNOTAVAIL) || is(ec, EACCES) || is(ec, EINVAL))
        return failure{reason::no_source_address, ec, source.to_string()};
    return ec ? std::optional(connect_failure(ec)) : std::nullopt;
}

// The race of one connect. Shared with the handlers of its sockets, which may end after the race
// has.
struct race : std::enable_shared_from_this<race> {
    race(asio::io_context& c, std::span<const connection_identity> to)
        : context(c), candidates(to.begin(), to.end())
    {
    }

    struct runner {
        explicit runner(asio::io_context& c) : socket(c) {}
        tcp_socket socket;
        deadline::clock::time_point started = deadline::clock::now();
        bool ended = false;
        std::optional<failure> failed{};
    };

    // False if it has failed at once.
    bool start_next()
    {
        const auto i = runners.size();
        runners.push_back(std::make_unique<runner>(context));
        const auto& source = candidates[i].terms.source;
        if (!source.is_unspecified())
            if (auto unbound = bind_source(runners[i]->socket, source)) {
                end(i, std::move(unbound));
                return false;
            }
        ++running;
        runners[i]->socket.async_connect(
            candidates[i].address, [self = shared_from_this(), i](error_code ec) {
                --self->running;
                self->end(i, ec ? std::optional(connect_failure(ec)) : std::nullopt);
                self->changed.notify();
            });
        return true;
    }

    void end(std::size_t i, std::optional<failure> with)
    {
        runners[i]->ended = true;
        if (!with && !winner)
            winner = i;
        if (with)
            last_failure = with;
        runners[i]->failed = std::move(with);
    }

    void join(const std::vector<connection_identity>& more)
    {
        candidates.insert(candidates.end(), more.begin(), more.end());
    }

    // What is still under way says something only when it had time enough.
    void tell(const connect_report& report) const;

    asio::io_context& context;
    std::vector<connection_identity> candidates;
    std::vector<std::unique_ptr<runner>> runners;
    std::optional<std::size_t> winner;
    std::optional<failure> last_failure;
    std::size_t running = 0;
    event changed;
};

void race::tell(const connect_report& report) const
{
    const auto late = deadline::clock::now() - connect_stagger;
    for (std::size_t i = 0; i < runners.size(); ++i) {
        const auto& r = *runners[i];
        if (i == winner)
            report(candidates[i].address, nullptr);
        else if (!r.ended && r.started <= late) {
            const failure f{reason::connect_timed_out, {}, {}};
            report(candidates[i].address, &f);
        } else if (r.failed && describe(r.failed->what).whose != fault::front) {
            // What this machine lacks says nothing about the address.
            report(candidates[i].address, &*r.failed);
        }
    }
}

ip_endpoint as_ip_endpoint(const endpoint& e)
{
    return {ip_address::ipv4(e.address().to_v4().to_uint()), e.port()};
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

} // namespace

task<result<std::shared_ptr<backend_connection>>> connect_to_backend(
    asio::io_context& context, deadline_list& deadlines,
    std::span<const connection_identity> candidates, std::chrono::milliseconds timeout,
    const connect_report& report, const later_candidates& later)
{
    const auto run = std::make_shared<race>(context, candidates);
    deadline limit(deadlines, [&run] { run->changed.notify(); });
    limit.arm(timeout);
    std::optional<steady_timer> stagger;
    deadline late(deadlines, [&run] { run->changed.notify(); });
    while (!run->winner && !limit.expired()) {
        if (later && run->runners.size() == run->candidates.size())
            run->join(later());
        if (run->runners.size() < run->candidates.size()) {
            if (!run->start_next())
                continue;
            if (run->runners.size() < run->candidates.size()) {
                stagger.emplace(context, connect_stagger);
                stagger->async_wait([run](error_code ec) {
                    if (!ec)
                        run->changed.notify();
                });
            }
        } else if (run->running == 0) {
            break;
        }
        if (later && run->runners.size() == run->candidates.size())
            late.arm(connect_stagger);
        co_await run->changed.wait(context.get_executor());
    }
    stagger.reset();
    if (report)
        run->tell(report);
    std::shared_ptr<backend_connection> connection;
    std::string preface;
    if (run->winner) {
        auto& socket = run->runners[*run->winner]->socket;
        error_code ignored;
        socket.set_option(asio::ip::tcp::no_delay(true), ignored);
        preface = preface_of(run->candidates[*run->winner].terms, socket);
        connection = std::make_shared<backend_connection>(std::move(socket),
                                                          run->candidates[*run->winner], deadlines);
    }
    for (auto& r : run->runners) {
        error_code ignored;
        r->socket.close(ignored);
    }
    if (!connection && limit.expired() && run->running > 0)
        co_return failure{reason::connect_timed_out, {}, {}};
    if (!connection)
        co_return run->last_failure.value_or(failure{reason::connect_failed});
    if (!preface.empty()) {
        const auto sent = co_await connection->write(preface, timeout);
        if (sent.error)
            co_return failure{reason::connect_failed, sent.error, "sending the PROXY header"};
    }
    co_return connection;
}

} // namespace v6front
