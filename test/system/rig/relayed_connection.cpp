// SPDX-License-Identifier: Apache-2.0
#include "relayed_connection.hpp"

#include "tcp_sockets.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cerrno>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace v6front
{

namespace
{

constexpr int moment = 20; // milliseconds; how soon a stop, or what a test asks for, is seen

// Its many small writes would wait for the peer's delayed acknowledgement, 40 ms at a time.
void send_at_once(int socket)
{
    const int now = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &now, sizeof now);
}

} // namespace

relayed_connection::relayed_connection(std::uint16_t target, std::shared_ptr<ssl_ctx_st> context,
                                       int socket, bool says_end, const std::atomic<bool>& stopping)
    : target_(target),
      context_(std::move(context)),
      ssl_(SSL_new(context_.get())),
      secure_(socket),
      says_end_(says_end),
      stopping_(stopping)
{
    send_at_once(socket);
    SSL_set_fd(ssl_, socket);
    SSL_set_accept_state(ssl_);
    SSL_set_app_data(ssl_, this);
}

relayed_connection::~relayed_connection()
{
    SSL_free(ssl_);
}

tls_connection relayed_connection::seen() const
{
    const std::lock_guard lock(mutex_);
    return seen_;
}

int relayed_connection::choose_protocol(ssl_st* ssl, const unsigned char** chosen,
                                        unsigned char* size, const unsigned char* offered,
                                        unsigned offered_size, void*)
{
    auto& self = *static_cast<relayed_connection*>(SSL_get_app_data(ssl));
    const std::lock_guard lock(self.mutex_);
    for (unsigned at = 0; at < offered_size; at += offered[at] + 1U) {
        const std::string name(reinterpret_cast<const char*>(offered) + at + 1, offered[at]);
        self.seen_.offered += (self.seen_.offered.empty() ? "" : ",") + name;
        if (name == "http/1.1") {
            *chosen = offered + at + 1;
            *size = offered[at];
        }
    }
    return *chosen ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

void relayed_connection::note_handshake()
{
    const std::lock_guard lock(mutex_);
    seen_.version = SSL_get_version(ssl_);
    const char* name = SSL_get_servername(ssl_, TLSEXT_NAMETYPE_host_name);
    seen_.name = name ? name : "";
    seen_.resumed = SSL_session_reused(ssl_) == 1;
    seen_.certified = SSL_get0_peer_certificate(ssl_) != nullptr;
}

bool relayed_connection::shake_hands()
{
    for (;;) {
        const int done = SSL_do_handshake(ssl_);
        if (done == 1)
            break;
        const int why = SSL_get_error(ssl_, done);
        if (stopping_ || (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE))
            return false;
        pollfd entry{secure_, static_cast<short>(why == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT), 0};
        ::poll(&entry, 1, moment);
    }
    note_handshake();
    return true;
}

bool relayed_connection::connect()
{
    plain_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    send_at_once(plain_);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(target_);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return ::connect(plain_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
}

// True if anything has moved.
bool relayed_connection::move_up()
{
    bool moved = false;
    if (up_.bytes.empty() && !up_.has_ended) {
        char buffer[16384];
        ERR_clear_error();
        const int n = SSL_read(ssl_, buffer, sizeof buffer);
        const int why = n > 0 ? SSL_ERROR_NONE : SSL_get_error(ssl_, n);
        if (n > 0)
            up_.bytes.assign(buffer, static_cast<std::size_t>(n));
        else if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE)
            up_.has_ended = true;
        if (why == SSL_ERROR_ZERO_RETURN) {
            const std::lock_guard lock(mutex_);
            seen_.said_end = true;
        }
        moved = n > 0 || up_.has_ended;
    }
    if (!up_.bytes.empty()) {
        const auto n =
            ::send(plain_, up_.bytes.data(), up_.bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n > 0)
            up_.bytes.erase(0, static_cast<std::size_t>(n));
        else if (n < 0 && errno != EAGAIN)
            up_.bytes.clear(); // the site does not want it
        moved = moved || n > 0;
    }
    if (up_.has_ended && up_.bytes.empty() && !up_.is_passed) {
        ::shutdown(plain_, SHUT_WR);
        up_.is_passed = moved = true;
    }
    return moved;
}

bool relayed_connection::move_down()
{
    bool moved = false;
    if (down_.bytes.empty() && !down_.has_ended) {
        char buffer[65536];
        const auto n = ::recv(plain_, buffer, sizeof buffer, MSG_DONTWAIT);
        if (n > 0)
            down_.bytes.assign(buffer, static_cast<std::size_t>(n));
        down_.has_ended = n == 0 || (n < 0 && errno != EAGAIN);
        broken_ = n < 0 && errno != EAGAIN;
        moved = n > 0 || down_.has_ended;
    }
    if (!down_.bytes.empty()) {
        ERR_clear_error();
        const int n = SSL_write(ssl_, down_.bytes.data(), static_cast<int>(down_.bytes.size()));
        const int why = n > 0 ? SSL_ERROR_NONE : SSL_get_error(ssl_, n);
        if (n > 0)
            down_.bytes.erase(0, static_cast<std::size_t>(n));
        else if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE)
            down_.bytes.clear();
        moved = moved || n > 0;
    }
    if (down_.has_ended && down_.bytes.empty() && !down_.is_passed) {
        if (broken_) {
            const linger at_once{1, 0};
            ::setsockopt(secure_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
            up_ = {{}, true, true};
        } else if (says_end_) {
            SSL_shutdown(ssl_);
        }
        if (!broken_)
            ::shutdown(secure_, SHUT_WR);
        down_.is_passed = moved = true;
    }
    return moved;
}

void relayed_connection::act_as_asked()
{
    switch (asked_) {
    case static_cast<int>(tls_relay::act::ticket):
        SSL_new_session_ticket(ssl_);
        break;
    case static_cast<int>(tls_relay::act::key_update):
        SSL_key_update(ssl_, SSL_KEY_UPDATE_REQUESTED);
        break;
    case static_cast<int>(tls_relay::act::renegotiate):
        SSL_renegotiate(ssl_);
        break;
    default:
        return;
    }
    SSL_do_handshake(ssl_);
    note_renegotiation();
    asked_ = none;
}

void relayed_connection::note_renegotiation()
{
    renegotiates_ = SSL_renegotiate_pending(ssl_) == 1;
}

bool relayed_connection::is_heard() const
{
    if (!open_)
        return true;
    sockaddr_in here{}, there{};
    socklen_t size = sizeof here;
    if (renegotiates_ || ::getsockname(secure_, reinterpret_cast<sockaddr*>(&here), &size) != 0 ||
        ::getpeername(secure_, reinterpret_cast<sockaddr*>(&there), &size) != 0)
        return false;
    return has_all_been_read(ntohs(here.sin_port), ntohs(there.sin_port));
}

void relayed_connection::wait(bool wants_output)
{
    pollfd entries[2]{{secure_, 0, 0}, {plain_, 0, 0}};
    if (up_.bytes.empty() && !up_.has_ended)
        entries[0].events |= POLLIN;
    if (wants_output)
        entries[0].events |= POLLOUT;
    if (!up_.bytes.empty())
        entries[1].events |= POLLOUT;
    if (down_.bytes.empty() && !down_.has_ended)
        entries[1].events |= POLLIN;
    ::poll(entries, 2, moment);
}

void relayed_connection::relay()
{
    while (!stopping_ && !(up_.is_passed && down_.is_passed)) {
        act_as_asked();
        const bool up = move_up();
        note_renegotiation();
        const bool down = move_down();
        if (!up && !down)
            wait(!down_.bytes.empty());
    }
}

void relayed_connection::run()
{
    if (shake_hands() && connect())
        relay();
    if (plain_ >= 0)
        ::close(plain_);
    ::close(secure_);
    open_ = false;
}

} // namespace v6front
