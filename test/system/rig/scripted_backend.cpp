// SPDX-License-Identifier: Apache-2.0
#include "scripted_backend.hpp"
#include "deadline.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <mutex>
#include <set>
#include <sstream>
#include <thread>

namespace v6front
{

namespace asio = boost::asio;
using asio::ip::tcp;
using quiet = asio::as_tuple_t<asio::use_awaitable_t<>>;
constexpr quiet awaiting{};

namespace
{

// What has come on a connection and was not read by its script yet stays below this, so that a
// script which reads nothing makes its peer wait.
constexpr std::size_t read_ahead = 65536;

struct peer {
    explicit peer(tcp::socket s)
        : socket(std::move(s)),
          changed(socket.get_executor(), asio::steady_timer::time_point::max())
    {
    }
    tcp::socket socket;
    asio::steady_timer changed; // cancelled whenever something below, or a gate, changes
    std::string input;
    bool ended = false;
    boost::system::error_code ignored;
    unsigned number = 0;
    message_reader reader{message_reader::expecting::request}; // of the request begun last
    bool listed = false;
    std::size_t last_request = 0; // its place in the server's list
};
using peer_ptr = std::shared_ptr<peer>;

} // namespace

struct scripted_backend::server {
    server(std::vector<steps> scripts_, std::uint16_t port, const std::string& address)
        : scripts(std::move(scripts_)),
          acceptor(io, tcp::endpoint(asio::ip::make_address(address), port))
    {
        asio::co_spawn(io, accept(), asio::detached);
        thread = std::thread([this] { io.run(); });
    }

    ~server()
    {
        io.stop();
        thread.join();
    }

    asio::awaitable<void> accept()
    {
        for (;;) {
            auto [error, socket] = co_await acceptor.async_accept(awaiting);
            if (error)
                co_return;
            auto p = std::make_shared<peer>(std::move(socket));
            p->socket.non_blocking(true, error);
            p->socket.set_option(tcp::no_delay(true),
                                 error); // a client that is gone already has none
            {
                const std::lock_guard lock(mutex);
                p->number = ++accepted;
            }
            peers.insert(p);
            asio::co_spawn(io, read_all(p), asio::detached);
            asio::co_spawn(io, follow(p), asio::detached);
        }
    }

    // The one reader of a connection, so that its end is seen whatever the script waits for.
    asio::awaitable<void> read_all(peer_ptr p)
    {
        char buffer[16384];
        while (!p->ended) {
            if (p->input.size() >= read_ahead) {
                co_await change(p);
                continue;
            }
            auto [error, n] = co_await p->socket.async_read_some(asio::buffer(buffer), awaiting);
            p->input.append(buffer, n);
            {
                const std::lock_guard lock(mutex);
                bytes += n;
            }
            p->ended = p->ended || error;
            p->changed.cancel();
        }
        p->changed.cancel();
    }

    asio::awaitable<void> change(peer_ptr p) { co_await p->changed.async_wait(awaiting); }

    asio::awaitable<void> follow(peer_ptr p)
    {
        const steps& own = scripts[std::min<std::size_t>(p->number, scripts.size()) - 1];
        bool going = true;
        for (std::size_t at = 0; going && at < own.size(); ++at) {
            if (own[at].what == step::kind::again) {
                at = static_cast<std::size_t>(-1);
                continue;
            }
            going = co_await take(p, own[at]);
        }
        finish(*p);
        peers.erase(p);
    }

    asio::awaitable<bool> take(peer_ptr p, const step& s)
    {
        bool going = false;
        std::string text; // lives as long as it is being written
        switch (s.what) {
        case step::kind::read_head:
            going = co_await read(p, false);
            break;
        case step::kind::read_body:
            going = co_await read_more(p, true);
            break;
        case step::kind::read_request:
            going = co_await read(p, true);
            break;
        case step::kind::send:
            going = true;
            for (std::size_t i = 0; going && i < s.times; ++i)
                going = co_await write(p, s.text);
            break;
        case step::kind::answer:
            text = s.make(copy_of(p->last_request));
            going = co_await write(p, text);
            break;
        case step::kind::gate:
            while (!p->ended && !gates.contains(s.text))
                co_await change(p);
            going = !p->ended;
            break;
        case step::kind::read_end:
            while (!p->ended) {
                p->input.clear();
                p->changed.cancel();
                co_await change(p);
            }
            break;
        case step::kind::reset:
            p->socket.set_option(asio::socket_base::linger(true, 0), p->ignored);
            break;
        default:
            break;
        }
        co_return going;
    }

    asio::awaitable<bool> read(peer_ptr p, bool with_body)
    {
        p->reader = message_reader(message_reader::expecting::request);
        p->listed = false;
        co_return co_await read_more(p, with_body);
    }

    asio::awaitable<bool> read_more(peer_ptr p, bool with_body)
    {
        message_reader& reader = p->reader;
        bool& listed = p->listed;
        for (;;) {
            const std::size_t taken = reader.feed(p->input);
            p->input.erase(0, taken);
            p->changed.cancel(); // there is room again
            if (reader.head_complete() && !listed) {
                const std::lock_guard lock(mutex);
                listed = true;
                p->last_request = list.size();
                list.push_back({p->number, reader.message()});
            }
            if (reader.complete() || (listed && !with_body))
                break;
            if (p->ended && p->input.empty())
                break;
            co_await change(p);
        }
        if (listed) {
            const std::lock_guard lock(mutex);
            list[p->last_request].message = reader.message();
        }
        co_return listed && (reader.complete() || !with_body);
    }

    asio::awaitable<bool> write(peer_ptr p, const std::string& text)
    {
        // At once, where that is possible: what the script does next, a close, is not done after
        // all that the other connections have to do.
        boost::system::error_code error;
        const std::size_t sent = p->socket.write_some(asio::buffer(text), error);
        if (error && error != asio::error::would_block)
            co_return false;
        const auto rest = asio::buffer(text) + sent;
        if (rest.size() > 0) {
            auto [failed, n] = co_await asio::async_write(p->socket, rest, awaiting);
            co_return !failed;
        }
        co_return true;
    }

    void finish(peer& p)
    {
        p.ended = true;
        p.changed.cancel();
        p.socket.close(p.ignored);
        const std::lock_guard lock(mutex);
        ++finished;
    }

    received_request copy_of(std::size_t index)
    {
        const std::lock_guard lock(mutex);
        return list[index];
    }

    const std::vector<steps> scripts;
    asio::io_context io{1};
    tcp::acceptor acceptor;
    std::set<peer_ptr> peers; // of the thread alone, as are the gates
    std::set<std::string> gates;
    std::mutex mutex; // for what the test looks at:
    std::vector<received_request> list;
    unsigned accepted = 0;
    unsigned finished = 0;
    std::uint64_t bytes = 0;
    std::thread thread;
};

scripted_backend::scripted_backend(responder make, std::uint16_t port, const std::string& address)
    : scripted_backend(
          steps{script::read_request(), script::answer(std::move(make)), script::again()}, port,
          address)
{
}

scripted_backend::scripted_backend(steps every_connection, std::uint16_t port,
                                   const std::string& address)
    : scripted_backend(std::vector<steps>{std::move(every_connection)}, port, address)
{
}

scripted_backend::scripted_backend(std::vector<steps> by_connection, std::uint16_t port,
                                   const std::string& address)
    : server_(std::make_unique<server>(std::move(by_connection), port, address))
{
}

scripted_backend::~scripted_backend() = default;

std::uint16_t scripted_backend::port() const
{
    return server_->acceptor.local_endpoint().port();
}

std::string scripted_backend::authority() const
{
    return (std::ostringstream() << server_->acceptor.local_endpoint()).str();
}

std::string scripted_backend::url() const
{
    return "http://" + authority() + "/";
}

void scripted_backend::open(const std::string& gate)
{
    asio::post(server_->io, [s = server_.get(), gate] {
        s->gates.insert(gate);
        for (const peer_ptr& p : s->peers)
            p->changed.cancel();
    });
}

std::size_t scripted_backend::hits() const
{
    const std::lock_guard lock(server_->mutex);
    return server_->list.size();
}

std::size_t scripted_backend::connections() const
{
    const std::lock_guard lock(server_->mutex);
    return server_->accepted;
}

std::size_t scripted_backend::open_connections() const
{
    const std::lock_guard lock(server_->mutex);
    return server_->accepted - server_->finished;
}

std::uint64_t scripted_backend::received_bytes() const
{
    const std::lock_guard lock(server_->mutex);
    return server_->bytes;
}

std::vector<received_request> scripted_backend::requests() const
{
    const std::lock_guard lock(server_->mutex);
    return server_->list;
}

received_request scripted_backend::request(std::size_t index) const
{
    await("request " + std::to_string(index) + " at the backend", [&] { return hits() > index; });
    return requests()[index];
}

bool scripted_backend::wait_for_hits(std::size_t count) const
{
    return eventually([&] { return hits() >= count; });
}

bool scripted_backend::wait_for_open_connections(std::size_t count) const
{
    return eventually([&] { return open_connections() == count; });
}

} // namespace v6front
