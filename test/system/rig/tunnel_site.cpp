// SPDX-License-Identifier: Apache-2.0
#include "tunnel_site.hpp"

#include "deadline.hpp"
#include "http_message.hpp"

#include <arpa/inet.h>
#include <list>
#include <mutex>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace v6front
{

bool site_connection::read_head()
{
    std::size_t end = 0;
    head_ = std::exchange(left_over_, {});
    while ((end = head_.find("\r\n\r\n")) == head_.npos) {
        const std::string more = read_some();
        if (more.empty())
            return false;
        head_ += more;
    }
    left_over_ = head_.substr(end + 4);
    head_.resize(end + 4);
    return true;
}

std::string site_connection::field(std::string_view name) const
{
    message_reader reader(message_reader::expecting::request);
    reader.feed(head_);
    return reader.message().value(name);
}

bool site_connection::send(std::string_view bytes)
{
    while (!bytes.empty()) {
        const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

std::size_t site_connection::send_what_fits(std::string_view bytes)
{
    const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return n > 0 ? static_cast<std::size_t>(n) : 0;
}

std::string site_connection::read_some()
{
    if (!left_over_.empty())
        return std::exchange(left_over_, {});
    std::string bytes(65536, '\0');
    const auto n = recv(fd_, bytes.data(), bytes.size(), 0);
    bytes.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return bytes;
}

std::string site_connection::read(std::size_t octets)
{
    std::string all;
    while (all.size() < octets) {
        const std::string more = read_some();
        if (more.empty())
            break;
        all += more;
    }
    return all;
}

void site_connection::end_sending()
{
    shutdown(fd_, SHUT_WR);
}

void site_connection::reset()
{
    const linger now{1, 0};
    setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

struct tunnel_site::server {
    talk with_each;
    int listener = -1;
    std::uint16_t port = 0;
    mutable std::mutex mutex;
    std::list<int> open;
    std::list<std::thread> threads;
    bool ending = false;
    std::thread acceptor;

    void accept_all()
    {
        for (;;) {
            const int fd = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
            const std::lock_guard lock(mutex);
            if (fd < 0 || ending) {
                close(fd);
                return;
            }
            const int now =
                1; // what is sent is there when send() is back, for tests that count on it
            setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &now, sizeof now);
            open.push_back(fd);
            threads.emplace_back([this, fd] { serve(fd); });
        }
    }
    void serve(int fd)
    {
        site_connection peer(fd);
        if (peer.read_head())
            with_each(peer);
        const std::lock_guard lock(mutex);
        open.remove(fd);
        close(fd);
    }
};

tunnel_site::tunnel_site(talk with_each) : server_(std::make_unique<server>())
{
    auto& s = *server_;
    s.with_each = std::move(with_each);
    s.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* raw = reinterpret_cast<sockaddr*>(&address);
    if (bind(s.listener, raw, size) != 0 || listen(s.listener, 1024) != 0)
        throw std::runtime_error("no port for a site");
    getsockname(s.listener, raw, &size);
    s.port = ntohs(address.sin_port);
    s.acceptor = std::thread([&s] { s.accept_all(); });
}

tunnel_site::~tunnel_site()
{
    auto& s = *server_;
    {
        const std::lock_guard lock(s.mutex);
        s.ending = true;
        shutdown(s.listener, SHUT_RDWR);
        for (const int fd : s.open)
            shutdown(fd, SHUT_RDWR);
    }
    s.acceptor.join();
    for (auto& t : s.threads)
        t.join();
    close(s.listener);
}

std::uint16_t tunnel_site::port() const
{
    return server_->port;
}

std::string tunnel_site::url() const
{
    return "http://127.0.0.1:" + std::to_string(port()) + "/";
}

std::size_t tunnel_site::open_connections() const
{
    const std::lock_guard lock(server_->mutex);
    return server_->open.size();
}

bool tunnel_site::wait_for_open_connections(std::size_t count) const
{
    return eventually([&] { return open_connections() == count; });
}

std::string switching(const std::string& protocol, const std::string& fields)
{
    return "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: " + protocol +
           "\r\n" + fields + "\r\n";
}

void echo(site_connection& peer)
{
    for (std::string heard = peer.read_some(); !heard.empty(); heard = peer.read_some())
        peer.send(heard);
}

} // namespace v6front
