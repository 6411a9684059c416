// SPDX-License-Identifier: Apache-2.0

#include "tunnel.hpp"

#include "core/message/websocket_frames.hpp"
#include "net/loop/beside.hpp"

#include <boost/asio/error.hpp>

#include <optional>

namespace v6front
{

namespace
{

// What is left of a frame that has begun, and the client's answer to a Close frame, come in this
// time or not at all.
constexpr std::chrono::seconds time_to_part{2};
constexpr std::uint16_t going_away = 1001; // RFC 6455 7.4.1

class tunnel
{
public:
    tunnel(engine& engine, upgraded_client& client, backend_connection& backend, tunnel_rules rules,
           tunnel_traffic moved)
        : executor_(engine.get_executor()),
          client_(client),
          backend_(backend),
          limit_(rules.idle),
          moved_(moved),
          silence_(engine.deadlines(), [this] { end(tunnel_end::how::idle, {}); }),
          last_(engine.deadlines(), [this] { end(tunnel_end::how::stopping, {}); }),
          closing_(engine.closing()),
          entry_(engine.closing(), [this] { part(); })
    {
        if (rules.protocol == tunnel_protocol::websocket)
            frames_.emplace();
    }

    task<tunnel_end> run();

private:
    task<void> up();
    task<void> down();
    void part();
    std::string_view before_parting(std::string_view input) const;
    task<void> say_goodbye();
    task<void> cut_short();
    void end(tunnel_end::how why, error_code cause);

    executor executor_;
    upgraded_client& client_;
    backend_connection& backend_;
    std::chrono::milliseconds limit_;
    tunnel_traffic moved_;
    deadline silence_;
    deadline last_;
    closing_list& closing_;
    closing_list::entry entry_;
    bool parting_ = false;                   // the child stops, and has waited for long enough
    std::optional<websocket_frames> frames_; // down, where the protocol is known
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

void tunnel::part()
{
    parting_ = true;
    last_.arm(time_to_part);
    backend_.end_wait();
}

// What is still to be passed down of the backend's bytes: up to the end of a frame, where there are
// frames. Nothing in nothing: this is the place to part.
std::string_view tunnel::before_parting(std::string_view input) const
{
    if (!frames_ || frames_->is_lost())
        return {};
    return input.substr(0, frames_->whole_frames_in(input).value_or(input.size()));
}

task<void> tunnel::say_goodbye()
{
    if (!frames_ || !frames_->is_between_frames() || frames_->has_closed())
        co_return;
    const auto text = websocket_close(going_away);
    const auto sent = co_await client_.send(text);
    if (!sent)
        end(tunnel_end::how::client_lost, sent.error().cause);
}

task<void> tunnel::down()
{
    for (;;) {
        auto input = backend_.input();
        if (parting_) {
            input = before_parting(input);
            if (input.empty() && (!frames_ || frames_->is_lost() || frames_->is_between_frames())) {
                co_await say_goodbye();
                break;
            }
        }
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
        if (frames_)
            frames_->pass(input);
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
    silence_.arm(limit_);
    auto both = end_of(run_beside(executor_, beside::until_both_end, up(), down()));
    co_await run_beside(executor_, beside::until_one_ends, std::move(both), cut_short());
    silence_.disarm();
    last_.disarm();
    auto how = end_.value_or(tunnel_end{});
    if (parting_) {
        how = {tunnel_end::how::stopping, {}};
        closing_.when()->note_tunnel();
    }
    co_return how;
}

} // namespace

std::string_view to_string(tunnel_end::how why) noexcept
{
    switch (why) {
    case tunnel_end::how::closed:
        return "both sides have closed it";
    case tunnel_end::how::idle:
        return "idle for longer than idle=";
    case tunnel_end::how::client_lost:
        return "the connection to the client was lost";
    case tunnel_end::how::backend_lost:
        return "the connection to the backend was lost";
    case tunnel_end::how::stopping:
        return "this server is restarting or stopping (see V6FrontGracefulTimeout)";
    }
    return "unknown";
}

task<tunnel_end> run_tunnel(engine& engine, upgraded_client& client, backend_connection& backend,
                            tunnel_rules rules, tunnel_traffic moved)
{
    tunnel passing(engine, client, backend, rules, moved);
    const auto how = co_await passing.run();
    co_return how;
}

} // namespace v6front
