// SPDX-License-Identifier: Apache-2.0
//
// The connections to sites that belong to one client connection: since a login has made them its
// own (core/message/connection_auth), or since they began with a PROXY header that names it
// (connection_terms). None is ever in an engine's pool; while they are idle, the process's
// client_pool has them.
//
// With a login there is one of each identity, on which the client's requests take turns. Of those
// that are only named there may be several, since the streams of HTTP/2 run at once.
//
// Life: belongs to the client connection, and closes what is idle when that ends. A connection that
// is in use is with a lease, which of one with a login has a claim to its place here.
#pragma once

#include "net/loop/asio.hpp"
#include "backend.hpp"
#include "client_pool.hpp"

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <utility>
#include <vector>

namespace v6front
{

// One with a login, for whoever lists it.
struct personal_state {
    connection_identity of;
    bool in_use;
};

class personal_connections
{
public:
    using clock = std::chrono::steady_clock;
    using milliseconds = std::chrono::milliseconds;

    // The place of one connection with a login, which nobody else uses meanwhile. Given up, with
    // nothing in it, unless keep() puts the connection there.
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

    private:
        personal_connections* in_ = nullptr;
        connection_identity of_;
        unsigned number_ = 0;
    };

    struct taken {
        claim place;
        detached_socket socket;
    };

    // Without `idle` it has a pool for itself.
    explicit personal_connections(std::shared_ptr<client_pool> idle = nullptr);
    ~personal_connections();
    personal_connections(const personal_connections&) = delete;
    personal_connections& operator=(const personal_connections&) = delete;

    // The client's connection with a login to that backend at one of these addresses, if it has one
    // that is still open. One that is in use is waited for, on the spot, for at most `patience`;
    // never for one that this very thread has in use.
    std::optional<taken> take(const backend& to, std::span<const endpoint> among,
                              milliseconds patience, const connection_terms& terms = {});
    // A place for a new one; a claim to none if there is one already.
    claim reserve(const connection_identity& of);

    // One that is only named (client_pool).
    std::optional<detached_socket> take_named(const connection_identity& wanted, bool must_last)
    {
        return idle_->take_named(this, wanted, must_last);
    }
    void keep_named(const connection_identity& of, detached_socket socket, std::uint32_t most);

    // The client goes: nothing is kept from now on.
    void end() noexcept;
    // Any thread, as long as the client connection lives.
    std::vector<personal_state> snapshot() const;

private:
    struct place {
        connection_identity of;
        unsigned number;
        bool in_use = true;
        std::thread::id user = std::this_thread::get_id();
    };

    place* find(const backend& to, std::span<const endpoint> among, const connection_terms& terms);
    void remove(unsigned number) noexcept;
    bool keep_idle(const place& at, detached_socket& socket) noexcept;
    void release(unsigned number, detached_socket socket) noexcept;

    const std::shared_ptr<client_pool> idle_;
    mutable std::mutex mutex_; // for all that follows
    std::condition_variable changed_;
    std::vector<place> places_;
    unsigned next_number_ = 1;
    bool ended_ = false;
};

} // namespace v6front
