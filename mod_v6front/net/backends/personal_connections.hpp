// SPDX-License-Identifier: Apache-2.0
//
// The connections to sites that belong to one client connection, since a login has made them its
// own (core/message/connection_auth). At most one of each identity; none is ever in a pool.
//
// Life: belongs to the client connection, and closes what is in here when that ends. A connection
// that is in use is with a lease, which has a claim to its place here. One that is idle belongs to
// no engine: the client's next request may run on another, on any thread. Only the streams of
// HTTP/2 run at once; they take turns.
#pragma once

#include "net/loop/asio.hpp"
#include "backend.hpp"

#include <chrono>
#include <condition_variable>
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
    // The place of one connection, which nobody else uses meanwhile. Given up, with nothing in it,
    // unless keep() puts the connection there.
    class claim
    {
    public:
        claim() = default; // to no place: keep() closes
        claim(personal_connections& in, const connection_identity& of) : in_(&in), of_(of) {}
        claim(claim&& other) noexcept
            : in_(std::exchange(other.in_, nullptr)), of_(std::move(other.of_))
        {
        }
        claim& operator=(claim&&) = delete;
        ~claim();

        const connection_identity& of() const noexcept { return of_; }
        // The socket of a connection that is idle again; -1: there is none.
        void keep(int socket) noexcept;

    private:
        personal_connections* in_ = nullptr;
        connection_identity of_;
    };

    struct taken {
        claim place;
        int socket; // the caller's to close
    };

    personal_connections() = default;
    ~personal_connections();
    personal_connections(const personal_connections&) = delete;
    personal_connections& operator=(const personal_connections&) = delete;

    // The client's own connection to that backend at one of these addresses, if it has one that is
    // still open. One that is in use is waited for, on the spot, for at most so long; never for one
    // that this very thread has in use.
    std::optional<taken> take(const backend& to, std::span<const endpoint> among,
                              std::chrono::milliseconds patience);
    // A place for a new one; a claim to none if there is one already.
    claim reserve(const connection_identity& of);
    // The client goes: nothing is kept from now on.
    void end() noexcept;
    // Any thread, as long as the client connection lives.
    std::vector<personal_state> snapshot() const;

private:
    struct place {
        connection_identity of;
        int socket = -1; // -1: in use
        std::thread::id user{};
    };

    place* find(const connection_identity& of) noexcept;
    place* find(const backend& to, std::span<const endpoint> among) noexcept;
    void release(const connection_identity& of, int socket) noexcept;

    mutable std::mutex mutex_; // for all that follows
    std::condition_variable changed_;
    std::vector<place> places_;
    bool ended_ = false;
};

} // namespace v6front
