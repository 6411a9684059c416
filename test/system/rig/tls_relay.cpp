// SPDX-License-Identifier: Apache-2.0
#include "tls_relay.hpp"

#include "deadline.hpp"
#include "relayed_connection.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <atomic>
#include <cstring>
#include <list>
#include <mutex>
#include <stdexcept>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace v6front
{

namespace
{

int version_number(const std::string& text)
{
    return text == "1.0"   ? TLS1_VERSION
           : text == "1.1" ? TLS1_1_VERSION
           : text == "1.2" ? TLS1_2_VERSION
           : text == "1.3" ? TLS1_3_VERSION
                           : 0;
}

using context_ptr = std::shared_ptr<SSL_CTX>;

context_ptr make_context(const relay_options& options)
{
    context_ptr made(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
    auto* c = made.get();
    if (options.weak)
        SSL_CTX_set_cipher_list(c, "DEFAULT:@SECLEVEL=0");
    SSL_CTX_set_min_proto_version(c, version_number(options.least));
    SSL_CTX_set_max_proto_version(c, version_number(options.most));
    SSL_CTX_set_mode(c, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    const auto& own = options.certificate;
    if (SSL_CTX_use_certificate_chain_file(c, own.certificate.c_str()) != 1 ||
        SSL_CTX_use_PrivateKey_file(c, own.key.c_str(), SSL_FILETYPE_PEM) != 1)
        throw std::runtime_error("the relay cannot use " + own.certificate);
    static const unsigned char id[] = "relay";
    SSL_CTX_set_session_id_context(c, id, sizeof id);
    if (!options.tickets) {
        SSL_CTX_set_num_tickets(c, 0);
        SSL_CTX_set_options(c, SSL_OP_NO_TICKET);
        SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
    }
    if (!options.client_ca.empty()) {
        SSL_CTX_load_verify_locations(c, options.client_ca.c_str(), nullptr);
        SSL_CTX_set_verify(
            c, SSL_VERIFY_PEER | (options.insists ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), nullptr);
    }
    SSL_CTX_set_alpn_select_cb(c, relayed_connection::choose_protocol, nullptr);
    return made;
}

int listen_at(const std::string& address, std::uint16_t& port)
{
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    ::inet_pton(AF_INET, address.c_str(), &at.sin_addr);
    socklen_t size = sizeof at;
    if (::bind(listener, reinterpret_cast<sockaddr*>(&at), size) != 0 ||
        ::listen(listener, 100) != 0)
        throw std::runtime_error("the relay cannot listen: " + std::string(std::strerror(errno)));
    ::getsockname(listener, reinterpret_cast<sockaddr*>(&at), &size);
    port = ntohs(at.sin_port);
    return listener;
}

} // namespace

struct tls_relay::server {
    server(std::uint16_t to, relay_options o)
        : target(to),
          options(std::move(o)),
          context(make_context(options)),
          port(options.port),
          listener(listen_at(options.address, port)),
          accepting([this] { accept_all(); })
    {
    }
    ~server()
    {
        stopping = true;
        ::shutdown(listener, SHUT_RDWR);
        accepting.join();
        ::close(listener);
        for (auto& c : connections)
            c.thread.join();
    }

    void accept_all()
    {
        while (!stopping) {
            const int socket = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
            if (socket < 0)
                continue;
            if (options.hangs_up == "handshake") {
                pollfd entry{socket, POLLIN, 0};
                ::poll(&entry, 1, 5000);
                ::close(socket);
                continue;
            }
            const std::lock_guard lock(mutex);
            auto& c = connections.emplace_back(target, context, socket, options.says_end, stopping);
            c.thread = std::thread([this, &c] {
                const auto begin = std::chrono::steady_clock::now() + options.thinks;
                while (!stopping && std::chrono::steady_clock::now() < begin)
                    std::this_thread::sleep_for(std::chrono::milliseconds(10));
                c.run();
            });
        }
    }

    std::uint16_t target;
    relay_options options;
    mutable std::mutex mutex; // for `connections` and `context`
    context_ptr context;
    std::list<relayed_connection> connections;
    std::atomic<bool> stopping{false};
    std::uint16_t port;
    int listener;
    std::thread accepting;
};

tls_relay::tls_relay(std::uint16_t to, relay_options options)
    : server_(std::make_unique<server>(to, std::move(options)))
{
}

tls_relay::~tls_relay() = default;

std::uint16_t tls_relay::port() const
{
    return server_->port;
}

std::string tls_relay::url(const std::string& name) const
{
    return "https://" + name + ":" + std::to_string(server_->port) + "/";
}

std::vector<tls_connection> tls_relay::seen() const
{
    const std::lock_guard lock(server_->mutex);
    std::vector<tls_connection> all;
    for (auto& c : server_->connections)
        all.push_back(c.seen());
    return all;
}

void tls_relay::do_now(act what)
{
    const std::lock_guard lock(server_->mutex);
    for (auto& c : server_->connections)
        c.ask(what);
    for (auto& c : server_->connections)
        await("the relay's own part of TLS", [&c] { return !c.is_asked(); });
}

void tls_relay::await_heard() const
{
    const std::lock_guard lock(server_->mutex);
    for (auto& c : server_->connections)
        await("the front's reading of what the relay said", [&c] { return c.is_heard(); });
}

std::size_t tls_relay::open() const
{
    const std::lock_guard lock(server_->mutex);
    std::size_t n = 0;
    for (auto& c : server_->connections)
        n += c.is_open() ? 1 : 0;
    return n;
}

void tls_relay::use(const certificate_files& other)
{
    const std::lock_guard lock(server_->mutex);
    server_->options.certificate = other;
    server_->context = make_context(server_->options);
}

} // namespace v6front
