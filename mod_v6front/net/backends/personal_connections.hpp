// SPDX-License-Identifier: Apache-2.0
//
// The connections to sites that belong to one client connection: since a login has made them its
// own (core/message/connection_auth), or since they began with a PROXY header that names it
// (connection_terms). None is ever in a pool.
//
// With a login there is one of each identity, on which the client's requests take turns. Of the
// others there may be several, since the streams of HTTP/2 run at once; a few of them are kept.
//
// Life: belongs to the client connection, and closes what is in here when that ends. A connection
// that is in use is with a lease, which has a claim to its place here. One that is idle belongs to
// no engine: the client's next request may run on another, on any thread.
#pragma once

#include "net/loop/asio.hpp"
#include "backend.hpp"
#include "detached_socket.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <utility>
#include <vector>

namespace v6front
{

// One of them, for whoever lists it.
struct personal_state {
    connection_identity of;
    bool in_use;
};

class personal_connections
{
public:
    enum class kind : std::uint8_t { login, named };
    using clock = std::chrono::steady_clock;
    using milliseconds = std::chrono::milliseconds;
    // Of those that are only named. A client that asks for more at once than a browser does over
    // HTTP/1 gets new ones.
    static constexpr std::size_t max_named = 6;
    static constexpr milliseconds longest_named{60000}; // idle

    // The place of one connection, which nobody else uses meanwhile. Given up, with nothing in it,
    // unless keep() puts the connection there.
    class claim
    {
    public:
        claim() = default; // to no place: keep() closes
        claim(personal_connections& in, const connection_identity& of, unsigned number)
            : in_(&in), of_(of), number_(number)
        {
        }
        claim(claim&& other) noexcept
            : in_(std::exchange(other.in_, nullptr)),
              of_(std::move(other.of_)),
              number_(other.number_)
        {
        }
        claim& operator=(claim&&) = delete;
        ~claim();

        const connection_identity& of() const noexcept { return of_; }
        // A connection that is idle again, or a closed one: there is none.
        void keep(detached_socket socket) noexcept;
        // The client has logged in on it.
        void note_login() noexcept;

    private:
        personal_connections* in_ = nullptr;
        connection_identity of_;
        unsigned number_ = 0;
    };

    struct taken {
        claim place;
        detached_socket socket;
        kind which = kind::login;
        milliseconds idle_for{};
    };

    personal_connections() = default;
    ~personal_connections();
    personal_connections(const personal_connections&) = delete;
    personal_connections& operator=(const personal_connections&) = delete;

    // The client's own connection to that backend at one of these addresses, if it has one that is
    // still open. One with a login that is in use is waited for, on the spot, for at most
    // `patience`; never for one that this very thread has in use. One without has been idle for
    // less than `idle`.
    std::optional<taken> take(const backend& to, std::span<const endpoint> among,
                              milliseconds patience, const connection_terms& terms = {},
                              milliseconds idle = longest_named);
    // A place for a new one; with a login, a claim to none if there is one already.
    claim reserve(const connection_identity& of, kind which = kind::login);
    // The client goes: nothing is kept from now on.
    void end() noexcept;
    // Any thread, as long as the client connection lives.
    std::vector<personal_state> snapshot() const;

private:
    struct place {
        connection_identity of;
        unsigned number;
        kind which;
        detached_socket socket{}; // closed: in use
        std::thread::id user{};
        clock::time_point idle_since{};
    };
    struct wanted {
        const backend& to;
        std::span<const endpoint> among;
        const connection_terms& terms;
        milliseconds idle;
        bool matches(const place& p) const;
    };

    place* login(const wanted& w) noexcept;
    place* named(const wanted& w) noexcept;
    place* numbered(unsigned number) noexcept;
    void release(unsigned number, detached_socket socket) noexcept;
    void make_room() noexcept;

    mutable std::mutex mutex_; // for all that follows
    std::condition_variable changed_;
    std::vector<place> places_;
    unsigned next_number_ = 1;
    bool ended_ = false;
};

} // namespace v6front
