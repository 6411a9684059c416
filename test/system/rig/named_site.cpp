// SPDX-License-Identifier: Apache-2.0
#include "named_site.hpp"

#include "deadline.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <future>
#include <mutex>
#include <thread>

namespace v6front
{

namespace
{

namespace asio = boost::asio;
using asio::ip::tcp;

} // namespace

struct named_site::server {
    struct visit {
        explicit visit(tcp::socket s) : socket(std::move(s)) {}
        tcp::socket socket;
        std::array<char, 4096> space{};
        std::string received; // under the mutex
        std::size_t searched = 0;
        std::size_t answered = 0;
    };

    server(std::size_t n, std::uint16_t wanted, const std::string& address)
        : answers(n), here(address), listener(context, {asio::ip::make_address(address), wanted})
    {
        accept();
        thread = std::thread([this] { context.run(); });
    }
    ~server()
    {
        context.stop();
        thread.join();
    }

    void accept()
    {
        listener.async_accept([this](boost::system::error_code ec, tcp::socket socket) {
            if (ec)
                return;
            const auto v = std::make_shared<visit>(std::move(socket));
            {
                const std::lock_guard lock(mutex);
                visits.push_back(v);
                ++open;
            }
            read(v);
            accept();
        });
    }

    void read(const std::shared_ptr<visit>& v)
    {
        v->socket.async_read_some(asio::buffer(v->space),
                                  [this, v](boost::system::error_code ec, std::size_t n) {
                                      take(v, n);
                                      if (ec)
                                          close(*v);
                                      else if (v->socket.is_open())
                                          read(v);
                                  });
    }

    void take(const std::shared_ptr<visit>& v, std::size_t n)
    {
        const std::lock_guard lock(mutex);
        v->received.append(v->space.data(), n);
        for (;;) {
            const auto end = v->received.find("\r\n\r\n", v->searched);
            if (end == std::string::npos)
                return;
            v->searched = end + 4;
            if (v->answered++ == answers) {
                --open;
                v->socket.close();
                return;
            }
            boost::system::error_code ignored;
            ++served;
            const std::string head = fails ? "HTTP/1.1 503 No" : "HTTP/1.1 200 OK";
            asio::write(v->socket,
                        asio::buffer(
                            head + "\r\nContent-Length: 2\r\nKeep-Alive: timeout=600\r\nAnswers: " +
                            here + "\r\n\r\nok"),
                        ignored);
        }
    }

    void close(visit& v)
    {
        const std::lock_guard lock(mutex);
        if (v.socket.is_open()) {
            --open;
            v.socket.close();
        }
    }

    std::size_t answers;
    std::string here;
    asio::io_context context;
    tcp::acceptor listener;
    const std::uint16_t port = listener.local_endpoint().port();
    mutable std::mutex mutex;
    std::vector<std::shared_ptr<visit>> visits;
    std::size_t open = 0;
    std::size_t served = 0;
    bool fails = false;
    std::thread thread;
};

named_site::named_site(std::size_t answers, std::uint16_t port, const std::string& address)
    : server_(std::make_unique<server>(answers, port, address))
{
}
named_site::~named_site() = default;

std::uint16_t named_site::port() const
{
    return server_->port;
}

std::vector<std::string> named_site::received() const
{
    const std::lock_guard lock(server_->mutex);
    std::vector<std::string> all;
    for (const auto& v : server_->visits)
        all.push_back(v->received);
    return all;
}

std::vector<std::string> named_site::first_lines() const
{
    auto all = received();
    for (std::string& one : all)
        one.resize(std::min(one.size(), one.find("\r\n")));
    return all;
}

bool named_site::wait_for_open_connections(std::size_t count) const
{
    return eventually([&] { return open_connections() == count; });
}

std::size_t named_site::open_connections() const
{
    const std::lock_guard lock(server_->mutex);
    return server_->open;
}

std::size_t named_site::requests() const
{
    const std::lock_guard lock(server_->mutex);
    return server_->served;
}

void named_site::refuse()
{
    std::promise<void> done;
    asio::post(server_->context, [&] {
        server_->listener.close();
        done.set_value();
    });
    done.get_future().wait();
}

void named_site::fail(bool fails)
{
    const std::lock_guard lock(server_->mutex);
    server_->fails = fails;
}

void named_site::end_sending()
{
    const std::lock_guard lock(server_->mutex);
    boost::system::error_code ignored;
    for (const auto& v : server_->visits)
        v->socket.shutdown(tcp::socket::shutdown_send, ignored);
}

} // namespace v6front
