// SPDX-License-Identifier: Apache-2.0
//
// A backend on the loopback interface that does what it is told, connection by connection, on the
// same io_context as the engine under test. What it was sent is kept; a script that is at its end
// waits for the front to close.
#pragma once

#include "loopback.hpp"
#include "ports.hpp"

#include <boost/asio/detached.hpp>

#include <algorithm>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace v6front::test
{

struct act {
    enum class kind { expect, send, chatter, drip, close, reset, hold } does;
    std::string text{};
    std::size_t size = 0;
    std::chrono::milliseconds period{};
};

// Reads until this text has come.
inline act expect(std::string text)
{
    return {act::kind::expect, std::move(text)};
}
inline act send(std::string text)
{
    return {act::kind::send, std::move(text)};
}
// Reads so many octets in steps of 3000, and says the text before each step.
inline act chatter(std::string text, std::size_t size)
{
    return {act::kind::chatter, std::move(text), size};
}
// Says the text so many times, each after such a while: for deadlines, which are about time.
inline act drip(std::string text, std::size_t times, std::chrono::milliseconds period)
{
    return {act::kind::drip, std::move(text), times, period};
}
inline act close()
{
    return {act::kind::close};
}
inline act reset()
{
    return {act::kind::reset};
}
inline act hold()
{
    return {act::kind::hold};
} // and reads nothing any more

inline const std::string end_of_head = "\r\n\r\n";

class scripted_site
{
public:
    struct visit {
        explicit visit(tcp_socket s) : socket(std::move(s)) {}
        tcp_socket socket;
        std::string received{};
        std::size_t expected = 0; // of what was received, by the script so far
        bool left = false;        // the front has closed the connection
    };

    explicit scripted_site(asio::io_context& context) : state_(std::make_shared<state>(context))
    {
        // Little room, so that a site that does not read is felt early.
        state_->listener.set_option(asio::socket_base::receive_buffer_size(8192));
        asio::co_spawn(context.get_executor(), serve(state_), asio::detached);
    }
    ~scripted_site() { state_->listener.close(); }

    void script(std::vector<act> next) { state_->scripts.push_back(std::move(next)); }
    std::uint16_t port() const { return state_->listener.local_endpoint().port(); }
    std::size_t visits() const { return state_->visits.size(); }
    visit& operator[](std::size_t i) const { return *state_->visits.at(i); }

private:
    struct state {
        explicit state(asio::io_context& context) : listener(context, loopback()) {}
        acceptor listener;
        std::deque<std::vector<act>> scripts;
        std::vector<std::shared_ptr<visit>> visits;
    };

    static task<void> serve(std::shared_ptr<state> s)
    {
        for (;;) {
            auto [ec, socket] = co_await s->listener.async_accept(use_task);
            if (ec)
                co_return;
            const auto v = std::make_shared<visit>(std::move(socket));
            s->visits.push_back(v);
            std::vector<act> script;
            if (!s->scripts.empty()) {
                script = std::move(s->scripts.front());
                s->scripts.pop_front();
            }
            auto played = play(v, std::move(script));
            asio::co_spawn(s->listener.get_executor(), std::move(played), asio::detached);
        }
    }

    static task<bool> read_some(std::shared_ptr<visit> v, std::size_t most)
    {
        std::string space(most, '\0');
        const auto buffer = asio::buffer(space);
        const auto [ec, n] = co_await v->socket.async_read_some(buffer, use_task);
        v->received.append(space, 0, n);
        v->left = v->left || ec;
        co_return !ec;
    }

    static task<bool> say(std::shared_ptr<visit> v, const std::string& text)
    {
        const auto buffer = asio::buffer(text);
        const auto [ec, n] = co_await asio::async_write(v->socket, buffer, use_task);
        co_return !ec;
    }

    static task<bool> await(std::shared_ptr<visit> v, const std::string& text)
    {
        // What was searched before the last read is not searched anew: it may be megabytes.
        auto from = v->expected;
        for (;;) {
            const auto at = v->received.find(text, from);
            if (at != std::string::npos) {
                v->expected = at + text.size();
                co_return true;
            }
            const auto size = v->received.size();
            from = std::max(v->expected, size - std::min(size, text.size() - 1));
            const bool more = co_await read_some(v, 65536);
            if (!more)
                co_return false;
        }
    }

    static task<bool> chat(std::shared_ptr<visit> v, const act& a)
    {
        const std::size_t end = v->expected + a.size;
        for (std::size_t step = v->expected; step < end;) {
            const bool said = co_await say(v, a.text);
            if (!said)
                co_return false;
            step = std::min(step + 3000, end);
            while (v->received.size() < step) {
                const bool more = co_await read_some(v, step - v->received.size());
                if (!more)
                    co_return false;
            }
        }
        co_return true;
    }

    static task<bool> drip(std::shared_ptr<visit> v, const act& a)
    {
        steady_timer clock(v->socket.get_executor());
        bool said = true;
        for (std::size_t i = 0; said && i < a.size; ++i) {
            clock.expires_after(a.period);
            co_await clock.async_wait(use_task);
            said = co_await say(v, a.text);
        }
        co_return said;
    }

    static task<void> play(std::shared_ptr<visit> v, std::vector<act> script)
    {
        bool goes_on = true;
        for (const auto& a : script) {
            if (a.does == act::kind::hold)
                co_return;
            if (a.does == act::kind::reset)
                v->socket.set_option(asio::socket_base::linger(true, 0));
            if (a.does == act::kind::reset || a.does == act::kind::close) {
                v->socket.close();
                co_return;
            }
            if (a.does == act::kind::expect)
                goes_on = co_await await(v, a.text);
            if (a.does == act::kind::send)
                goes_on = co_await say(v, a.text);
            if (a.does == act::kind::chatter)
                goes_on = co_await chat(v, a);
            if (a.does == act::kind::drip)
                goes_on = co_await drip(v, a);
            if (!goes_on)
                co_return;
        }
        while (goes_on)
            goes_on = co_await read_some(v, 65536);
    }

    std::shared_ptr<state> state_;
};

} // namespace v6front::test
