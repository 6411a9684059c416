// SPDX-License-Identifier: Apache-2.0
//
// The idle connections to sites that belong to one client each, of a whole process: those that
// begin with a PROXY header, which names the client, and those on which it has logged in. They
// belong to no engine: the client's next request may run on another, on any thread.
//
// Those that are only named are kept as an engine's pool keeps its own (idle_rules): counted with
// those of all processes, no longer than their site keeps them, and closed when somebody needs the
// room. They are not interchangeable, so that what was in use at once says nothing of how many are
// needed: each has the time within which a busy client comes back (site_usage::shrink_time), and as
// few stay for longer as in a pool. A login stays until its client goes, or its site ends it.
//
// Any thread may call; nothing here waits. Somebody looks over them while there are any.
//
// Life: made by the process, and shared by all client connections, since one may outlive what else
// the process has. After end() nothing is kept.
#pragma once

#include "connection_identity.hpp"
#include "detached_socket.hpp"
#include "idle_rules.hpp"

#include <cstdint>
#include <functional>
#include <limits>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace v6front
{

// How many are idle, for whoever lists them.
struct client_pool_state {
    std::size_t named = 0;
    std::size_t logins = 0;
};

class client_pool
{
public:
    using clock = std::chrono::steady_clock;
    using client = const void*;
    enum class kind : std::uint8_t { named, login };
    static constexpr std::uint32_t no_limit = std::numeric_limits<std::uint32_t>::max();

    // Without `usage` it counts for itself alone.
    explicit client_pool(site_usage* usage = nullptr, const pool_limits& limits = {});
    ~client_pool();
    client_pool(const client_pool&) = delete;
    client_pool& operator=(const client_pool&) = delete;

    // Who is to call look_over() now and then, as long as that says so. Set once, before any use.
    void set_looker(std::function<void()> begin) { begin_looking_ = std::move(begin); }

    // The client's one that was used last, which its site has neither ended nor said anything on.
    // `must_last`: only one that its site will not close at this moment; where there is none, one
    // is closed, since a new one takes its place.
    std::optional<detached_socket> take_named(client of, const connection_identity& wanted,
                                              bool must_last);
    // `most`: the operator's own limit.
    void put_named(client of, const connection_identity& identity, detached_socket socket,
                   std::uint32_t most);
    std::optional<detached_socket> take_login(client of, const connection_identity& wanted);
    void put_login(client of, const connection_identity& identity, detached_socket socket);
    bool has_login(client of, const connection_identity& wanted) const;

    // Closes what is not to be kept any longer; false: there is none left to look over.
    bool look_over();
    // The client goes.
    void end_client(client of) noexcept;
    // Where descriptors have run out. A login is not given up for that.
    void close_named() noexcept;
    // The process ends.
    void end() noexcept;
    client_pool_state snapshot() const;

private:
    struct entry {
        client of;
        connection_identity identity;
        kind what;
        detached_socket socket;
        clock::time_point idle_since;
        clock::time_point seen_open;
        site_usage::place at;
        std::chrono::milliseconds idle_for(clock::time_point now) const
        {
            return std::chrono::duration_cast<std::chrono::milliseconds>(now - idle_since);
        }
    };
    using entries = std::list<entry>; // the one that has been idle longest first
    using index = std::unordered_multimap<client, entries::iterator>;

    entries::iterator find(client of, const connection_identity& wanted, kind what);
    std::optional<detached_socket> take(client of, const connection_identity& wanted, kind what);
    void move_out(entries::iterator e, entries& to);
    void put(entry&& made);
    void begin_looking();
    bool look();
    bool has_room(const entry& made, std::uint32_t most, entries& closed);
    bool may_stay(entry& e, bool quiet, clock::time_point now);

    pool_limits limits_;
    std::unique_ptr<site_usage> own_usage_;
    site_usage& usage_;
    std::function<void()> begin_looking_;
    mutable std::mutex mutex_; // for all that follows
    entries idle_;
    index by_client_;
    client_pool_state counts_;
    bool looks_ = false;
    bool ended_ = false;
};

} // namespace v6front
