// SPDX-License-Identifier: Apache-2.0
#include "raw_client.hpp"

#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace v6front
{

using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace
{

struct socket_address {
    union {
        sockaddr any;
        sockaddr_in ipv4;
        sockaddr_in6 ipv6;
    };
    socklen_t size;

    socket_address(const std::string& text, std::uint16_t port) : ipv6{}
    {
        const bool is_ipv4 = text.find('.') != std::string::npos;
        any.sa_family = is_ipv4 ? AF_INET : AF_INET6;
        (is_ipv4 ? ipv4.sin_port : ipv6.sin6_port) = htons(port);
        size = is_ipv4 ? sizeof ipv4 : sizeof ipv6;
        void* octets = is_ipv4 ? static_cast<void*>(&ipv4.sin_addr) : &ipv6.sin6_addr;
        if (inet_pton(any.sa_family, text.c_str(), octets) != 1)
            throw std::invalid_argument(text + " is no address");
    }
};

SSL_CTX* tls_settings()
{
    static SSL_CTX* const settings = [] {
        SSL_CTX* made = SSL_CTX_new(TLS_client_method());
        // A partial write is a result here, not a reason to hold the buffer still.
        SSL_CTX_set_mode(made, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
        return made;
    }();
    return settings;
}

} // namespace

// One non-blocking socket, with TLS on it or not. Reads and writes are tried, and say what to wait
// for if they cannot be done yet.
struct raw_client::connection {
    int fd = -1;
    SSL* tls = nullptr;
    mutable bool was_reset = false;

    ~connection() { close(); }

    void close()
    {
        SSL_free(std::exchange(tls, nullptr));
        if (fd >= 0)
            ::close(std::exchange(fd, -1));
    }

    // > 0 bytes moved, 0 end of the connection (or its reset), -POLLIN or -POLLOUT to wait for.
    long judged(long n) const
    {
        if (tls) {
            switch (n > 0 ? SSL_ERROR_NONE : SSL_get_error(tls, static_cast<int>(n))) {
            case SSL_ERROR_NONE:
                return n;
            case SSL_ERROR_WANT_READ:
                return -POLLIN;
            case SSL_ERROR_WANT_WRITE:
                return -POLLOUT;
            case SSL_ERROR_ZERO_RETURN:
                return 0;
            default:
                was_reset = true; // without TLS's own good-bye
                ERR_clear_error();
                return 0;
            }
        }
        return n;
    }

    long try_read(char* to, std::size_t most) const
    {
        if (tls)
            return judged(SSL_read(tls, to, static_cast<int>(most)));
        const ssize_t n = recv(fd, to, most, 0);
        was_reset = was_reset || (n < 0 && errno == ECONNRESET);
        return n >= 0 ? n : errno == EAGAIN ? -POLLIN : 0;
    }

    long try_write(std::string_view bytes) const
    {
        if (tls)
            return judged(SSL_write(tls, bytes.data(), static_cast<int>(bytes.size())));
        const ssize_t n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        return n >= 0 ? n : errno == EAGAIN ? -POLLOUT : 0;
    }

    bool wait(long events, steady_clock::time_point end) const
    {
        const auto left = std::chrono::duration_cast<milliseconds>(end - steady_clock::now());
        pollfd entry{fd, static_cast<short>(events), 0};
        return left.count() > 0 && poll(&entry, 1, static_cast<int>(left.count())) > 0;
    }

    template <class Try> long move(const char* what, milliseconds limit, Try attempt) const
    {
        const auto end = steady_clock::now() + limit;
        for (;;) {
            const long n = fd < 0 ? 0 : attempt();
            if (n >= 0)
                return n;
            if (!wait(-n, end))
                throw deadline_passed(what);
        }
    }
};

raw_client::raw_client(std::uint16_t port, client_options options)
    : connection_(std::make_unique<connection>())
{
    const socket_address address(options.to.empty() ? "::1" : options.to, port);
    const int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    connection_->fd = fd;
    if (options.receive_buffer > 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &options.receive_buffer, sizeof(int));
    if (!options.from.empty()) {
        const socket_address own(options.from, 0);
        // Of a network that is this machine's by a local route alone.
        const int from_anywhere = 1;
        setsockopt(fd, IPPROTO_IPV6, IPV6_FREEBIND, &from_anywhere, sizeof from_anywhere);
        if (bind(fd, &own.any, own.size) != 0)
            throw std::system_error(errno, std::generic_category(), "bind to " + options.from);
    }
    if (connect(fd, &address.any, address.size) != 0) {
        throw std::system_error(errno, std::generic_category(),
                                "connect to " + (options.to.empty() ? "[::1]" : options.to));
    }
    const int at_once =
        1; // what is said is not to wait for the peer's word on what was said before
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    if (options.tls) {
        connection_->tls = SSL_new(tls_settings());
        SSL_set_fd(connection_->tls, fd);
        SSL_set_tlsext_host_name(connection_->tls, "site.test");
        if (!options.alpn.empty()) {
            const std::string list = static_cast<char>(options.alpn.size()) + options.alpn;
            SSL_set_alpn_protos(connection_->tls,
                                reinterpret_cast<const unsigned char*>(list.data()),
                                static_cast<unsigned>(list.size()));
        }
        const long done = connection_->move("a TLS handshake", patience(), [&] {
            return connection_->judged(SSL_connect(connection_->tls));
        });
        if (done <= 0)
            throw std::runtime_error("TLS handshake refused");
    }
}

raw_client::~raw_client() = default;
raw_client::raw_client(raw_client&&) noexcept = default;
raw_client& raw_client::operator=(raw_client&&) noexcept = default;

bool raw_client::send(std::string_view bytes)
{
    while (!bytes.empty()) {
        const long n = connection_->move("the peer to read", patience(),
                                         [&] { return connection_->try_write(bytes); });
        if (n == 0)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

std::size_t raw_client::send_what_fits(std::string_view bytes)
{
    std::size_t sent = 0;
    while (sent < bytes.size()) {
        const long n = connection_->try_write(bytes.substr(sent));
        if (n <= 0)
            break;
        sent += static_cast<std::size_t>(n);
    }
    return sent;
}

http_message raw_client::read_response(bool to_head)
{
    message_reader reader(to_head ? message_reader::expecting::response_to_head
                                  : message_reader::expecting::response);
    while (!reader.complete()) {
        const std::string bytes = left_over_.empty() ? read_some() : std::exchange(left_over_, {});
        if (bytes.empty()) {
            reader.end_of_stream();
            break;
        }
        left_over_ = bytes.substr(reader.feed(bytes));
    }
    return reader.take();
}

std::string raw_client::read_some(std::size_t most)
{
    if (!left_over_.empty()) {
        const std::string bytes = left_over_.substr(0, most);
        left_over_.erase(0, most);
        return bytes;
    }
    std::string bytes(most, '\0');
    const long n = connection_->move("bytes from the peer", patience(), [&] {
        return connection_->try_read(bytes.data(), bytes.size());
    });
    bytes.resize(static_cast<std::size_t>(n));
    return bytes;
}

std::string raw_client::read_until_close()
{
    std::string all = std::exchange(left_over_, {});
    for (std::string more = read_some(); !more.empty(); more = read_some())
        all += more;
    return all;
}

bool raw_client::closed_by_peer(milliseconds limit)
{
    char dropped[4096];
    try {
        while (connection_->move("the end of the connection", limit, [&] {
            return connection_->try_read(dropped, sizeof dropped);
        }) > 0) {
        }
        return true;
    } catch (const deadline_passed&) {
        return false;
    }
}

bool raw_client::was_reset() const
{
    return connection_->was_reset;
}

bool raw_client::has_input()
{
    if (left_over_.empty()) {
        char buffer[4096];
        const long n = connection_->try_read(buffer, sizeof buffer);
        if (n >= 0) {
            left_over_.assign(buffer, static_cast<std::size_t>(n));
            return true;
        }
    }
    return !left_over_.empty();
}

bool raw_client::send_and_half_close(std::string_view bytes)
{
    const int hold = 1;
    setsockopt(connection_->fd, IPPROTO_TCP, TCP_CORK, &hold, sizeof hold);
    const bool sent = send(bytes);
    half_close();
    return sent;
}

void raw_client::half_close()
{
    if (connection_->tls)
        SSL_shutdown(connection_->tls);
    shutdown(connection_->fd, SHUT_WR);
}

void raw_client::reset()
{
    const linger now{1, 0};
    setsockopt(connection_->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    connection_->close();
}

void raw_client::close()
{
    connection_->close();
}

bool can_connect(std::uint16_t port)
{
    const socket_address address("::1", port);
    const int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool connected = connect(fd, &address.any, address.size) == 0;
    ::close(fd);
    return connected;
}

} // namespace v6front
