// SPDX-License-Identifier: Apache-2.0
//
// TLS on one connection to a site: OpenSSL's state, and the octets between it and the socket. Knows
// no waiting: each call does what can be done now, and says what it waits for. tls_operations does
// the waiting.
//
// What arrives comes in by two ways. A read that waits on the engine brings it into `received`;
// where nobody waits, OpenSSL asks the kernel itself. What the kernel has is always younger than
// what is in `received`.
//
// Life: begins with a connection (tls_peer::begin) and ends with it; moves with the descriptor from
// one engine to another. Used by one thread at a time.
#pragma once

#include "core/base/failure.hpp"
#include "core/base/octet_buffer.hpp"
#include "net/loop/asio.hpp"
#include "kept_sessions.hpp"
#include "tls_peer.hpp"

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

struct bio_st;
struct ssl_ctx_st;
struct ssl_st;
struct x509_store_ctx_st;

namespace v6front
{

// What the next read of a connection would find. unread: something that a read which waits on the
// engine has yet to take, and that only it can understand.
enum class next_input : std::uint8_t { nothing, octets, unread, end, reset };

class tls_session
{
public:
    enum class want : std::uint8_t { nothing, input, output };
    struct progress {
        error_code error; // eof: the site has ended its side
        std::size_t size = 0;
        want wants = want::nothing; // with neither error nor size
    };
    enum class from : std::uint8_t { received, kernel };

    // What all sessions of a context have in common.
    static void prepare(ssl_ctx_st* context, bool verify);

    tls_session(ssl_st* ssl, const tls_peer& with, kept_sessions& sessions, int socket,
                const endpoint& at);
    ~tls_session();
    tls_session(const tls_session&) = delete;
    tls_session& operator=(const tls_session&) = delete;

    progress shake_hands();
    // After that: the site knew it from before.
    bool is_resumed() const noexcept;
    // After shake_hands() has failed.
    failure handshake_failure(const error_code& error) const;

    progress read(std::span<char> into, from where);
    progress write(std::string_view bytes);
    // Tickets and the like are nothing. Takes nothing of the site's octets away, and nothing from a
    // read that waits.
    next_input peek();
    // Something to read is here, and no event will come for it.
    bool has_octets() const noexcept;
    // Says that nothing follows (close_notify), as far as there is room for it now.
    void end_sending() noexcept;
    // The descriptor is somebody else's from now on.
    void forget_socket() noexcept { socket_ = -1; }

    // A read would find nothing, and has nothing to send first.
    bool waits_for_input() const noexcept;
    // A read that waits: into here, once there is something, and what came of it.
    void begin_reading() noexcept { reading_ = true; }
    std::span<char> room() { return received_.room(received_at_once); }
    void leave_room() noexcept
    {
        if (received_.empty())
            received_.release();
    }
    void end_reading(const error_code& error, std::size_t n);
    bool is_reading() const noexcept { return reading_; }

    // A write that waits for what a read brings, in a renegotiation (tls_operations).
    std::optional<steady_timer> behind_reader;
    bool reader_moved_on = false;

private:
    // More than one record as it is on the wire, at its largest (RFC 8446 5.2).
    static constexpr std::size_t received_at_once = 32 * 1024;

    struct bio;
    friend struct bio;

    progress judge(int returned, error_code system);
    next_input peek_behind_read() const noexcept;
    int receive(std::span<char> into);
    int send(std::string_view bytes);
    void end_with(const error_code& error);
    static int note_certificate(int ok, x509_store_ctx_st* check);
    static int note_session(ssl_st* ssl, struct ssl_session_st* session);

    ssl_st* ssl_;
    const tls_peer& with_;
    kept_sessions& sessions_;
    int socket_;
    endpoint at_;
    std::time_t resumed_until_ = 0; // of the session that was resumed
    octet_buffer received_;
    bool reading_ = false;
    bool asks_kernel_ = true;
    bool has_ended_ = false;   // the connection, without another octet
    error_code receive_error_; // of the socket
    error_code send_error_;
    error_code over_;              // nothing can be read any more, and why
    std::array<char, 11> first_{}; // of the site's octets: what it speaks
    std::size_t first_size_ = 0;
    std::string untrusted_; // why its certificate is not accepted
};

} // namespace v6front
