// SPDX-License-Identifier: Apache-2.0

#include "tunnel.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include <optional>

namespace v6front
{

namespace
{

class tunnel
{
public:
    tunnel(engine& on, upgraded_client& client, backend_connection& backend,
           std::chrono::milliseconds idle, tunnel_traffic moved)
        : executor_(on.get_executor()),
          client_(client),
          backend_(backend),
          limit_(idle),
          moved_(moved),
          silence_(on.deadlines(), [this] { end(tunnel_end::how::idle, {}); })
    {
    }

    task<tunnel_end> run();

private:
    task<void> up();
    task<void> down();
    task<void> cut_short();
    void end(tunnel_end::how why, error_code cause);

    executor executor_;
    upgraded_client& client_;
    backend_connection& backend_;
    std::chrono::milliseconds limit_;
    tunnel_traffic moved_;
    deadline silence_;
    event ended_;
    std::optional<tunnel_end> end_; // before both directions have ended by themselves
};

void tunnel::end(tunnel_end::how why, error_code cause)
{
    if (end_)
        return;
    end_ = tunnel_end{why, cause};
    ended_.notify();
}

task<void> tunnel::up()
{
    for (;;) {
        const auto got = co_await client_.receive();
        if (!got) {
            end(tunnel_end::how::client_lost, got.error().cause);
            co_return;
        }
        if (got->empty())
            break;
        silence_.arm(limit_);
        const auto sent = co_await backend_.write(*got, backend_connection::no_limit);
        moved_.up += sent.size;
        if (sent.error)
            co_return; // reading from it tells what has become of it
    }
    backend_.end_sending();
}

task<void> tunnel::down()
{
    for (;;) {
        const auto input = backend_.input();
        if (input.empty()) {
            const auto ec = co_await backend_.readable(backend_connection::no_limit);
            if (ec == asio::error::eof)
                break;
            if (ec && ec != asio::error::timed_out) {
                end(tunnel_end::how::backend_lost, ec);
                co_return;
            }
            continue;
        }
        silence_.arm(limit_);
        const auto sent = co_await client_.send(input);
        if (!sent) {
            end(tunnel_end::how::client_lost, sent.error().cause);
            co_return;
        }
        moved_.down += input.size();
        backend_.consume(input.size());
    }
    const bool still_open = co_await client_.end_sending();
    if (!still_open)
        end(tunnel_end::how::closed, {});
}

task<void> tunnel::cut_short()
{
    while (!end_)
        co_await ended_.wait(executor_);
}

task<tunnel_end> tunnel::run()
{
    using namespace asio::experimental::awaitable_operators;
    silence_.arm(limit_);
    co_await ((up() && down()) || cut_short());
    silence_.disarm();
    co_return end_.value_or(tunnel_end{});
}

} // namespace

std::string_view to_string(tunnel_end::how why) noexcept
{
    switch (why) {
    case tunnel_end::how::closed:
        return "both sides have closed it";
    case tunnel_end::how::idle:
        return "nothing passed within the idle deadline";
    case tunnel_end::how::client_lost:
        return "the connection to the client was lost";
    case tunnel_end::how::backend_lost:
        return "the connection to the backend was lost";
    }
    return "unknown";
}

task<tunnel_end> run_tunnel(engine& on, upgraded_client& client, backend_connection& backend,
                            std::chrono::milliseconds idle, tunnel_traffic moved)
{
    tunnel passing(on, client, backend, idle, moved);
    const auto how = co_await passing.run();
    co_return how;
}

} // namespace v6front
