// SPDX-License-Identifier: Apache-2.0

#include "connect.hpp"

#include <boost/asio/error.hpp>

#include <cerrno>
#include <optional>
#include <vector>

namespace v6front
{

namespace
{

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
        std::optional<error_code> ended{};
    };

    void start_next()
    {
        const auto i = runners.size();
        runners.push_back(std::make_unique<runner>(context));
        ++running;
        runners[i]->socket.async_connect(candidates[i].address,
                                         [self = shared_from_this(), i](error_code ec) {
                                             --self->running;
                                             self->runners[i]->ended = ec;
                                             if (!ec && !self->winner)
                                                 self->winner = i;
                                             if (ec)
                                                 self->last_error = ec;
                                             self->changed.notify();
                                         });
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
    error_code last_error;
    std::size_t running = 0;
    event changed;
};

failure connect_failure(error_code ec)
{
    namespace error = asio::error;
    // Codes of the system, of which Asio has no names. Not compared with errc's conditions, whose
    // categories g++ 12's sanitizer takes for no objects.
    const auto is = [ec](int number) {
        return ec == error_code(number, boost::system::system_category());
    };
    if (ec == error::connection_refused)
        return {reason::connect_refused, ec, {}};
    if (ec == error::timed_out)
        return {reason::connect_timed_out, ec, {}};
    // Every port that a connection to there could have is taken.
    if (is(EADDRNOTAVAIL))
        return {reason::no_local_port, ec, {}};
    if (ec == error::no_descriptors || ec == error::no_memory || ec == error::no_buffer_space ||
        is(ENFILE))
        return {reason::out_of_resources, ec, {}};
    return {reason::connect_failed, ec, {}};
}

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
        } else if (r.ended && *r.ended) {
            // What this machine lacks says nothing about the address.
            const auto f = connect_failure(*r.ended);
            if (describe(f.what).whose != fault::front)
                report(candidates[i].address, &f);
        }
    }
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
            run->start_next();
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
    if (run->winner) {
        auto& socket = run->runners[*run->winner]->socket;
        error_code ignored;
        socket.set_option(asio::ip::tcp::no_delay(true), ignored);
        connection = std::make_shared<backend_connection>(std::move(socket),
                                                          run->candidates[*run->winner], deadlines);
    }
    for (auto& r : run->runners) {
        error_code ignored;
        r->socket.close(ignored);
    }
    if (connection)
        co_return connection;
    if (limit.expired() && run->running > 0)
        co_return failure{reason::connect_timed_out, {}, {}};
    co_return connect_failure(run->last_error);
}

} // namespace v6front
