// SPDX-License-Identifier: Apache-2.0
//
// Backend names to IPv4 addresses, never to anything else: the lookup itself asks for AF_INET, so
// that an AAAA record of the site, which points at this very front, is not even seen. getaddrinfo
// is used because operators put backends into the hosts file.
//
// One per child process, shared by its engines. Names that are known once are looked up again at an
// interval, in the background, for the life of the child; a request only waits for the first lookup
// of its name. A good answer stays in use until a new one comes. Each lookup runs on a
// thread of its own, so that one that hangs delays no other, and is detached, so that it does not
// hold up the child's exit.
#pragma once

#include "core/base/failure.hpp"
#include "core/rules/settings.hpp"
#include "net/loop/asio.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace v6front
{

using ipv4_addresses = std::vector<asio::ip::address_v4>;
using lookup_result = result<std::shared_ptr<const ipv4_addresses>>;

// Looks a name up, blocking. The default asks getaddrinfo with AF_INET; tests give their own.
using lookup_function = std::function<result<ipv4_addresses>(const std::string& name)>;
result<ipv4_addresses> look_up_ipv4(const std::string& name);

// What changed about a name, for the log: once per change, not once per lookup.
struct name_report {
    enum class kind : std::uint8_t {
        found,   // for the first time, or again after failures
        changed, // to other addresses
        failing, // no new answer; the last one, if there is one, stays in use
        dropped  // the last good answer is too old and no longer used
    };
    kind event;
    const std::string& name;
    const ipv4_addresses* addresses = nullptr; // in use from now on, if any
    const failure* why = nullptr;
    std::chrono::seconds age{}; // of the answer in use, or of the one dropped
    bool first = false;         // nothing was known of the name before
};
// What is known of a name, for whoever lists it.
struct name_state {
    std::string name;
    ipv4_addresses addresses;      // in use; none: there is no answer, or none that is young enough
    std::chrono::seconds age{};    // of these
    std::optional<reason> failing; // what the last lookup has come to, if it failed
};
// Called on a thread of the resolver's own.
using report_function = std::function<void(const name_report&)>;

// What time it is; tests have their own.
using time_function = std::function<std::chrono::steady_clock::time_point()>;

// What is known of one name. The resolver writes it, engines read it.
class known_name
{
public:
    // Counts the answers that differ from the one before; 0 while the first lookup runs.
    std::uint64_t version() const noexcept { return version_.load(std::memory_order_acquire); }

private:
    friend class resolver;
    struct record;
    explicit known_name(std::string name);

    std::atomic<std::uint64_t> version_{0};
    std::shared_ptr<record> record_; // under the resolver's lock
};

class resolver
{
public:
    explicit resolver(lookup_function look_up = look_up_ipv4, resolve_rules rules = {},
                      report_function report = {},
                      time_function time = std::chrono::steady_clock::now);
    // Lookups in flight end by themselves, and find nobody.
    ~resolver();
    resolver(const resolver&) = delete;
    resolver& operator=(const resolver&) = delete;

    // Any thread may call any of these. The name is kept fresh from the first call on.
    std::shared_ptr<known_name> know(std::string_view name);
    // As of a version above 0: the addresses in use, at least one, or why there are none.
    lookup_result answer(const known_name& name) const;
    // Calls `done` once the version is above 0: at once, or on a thread of the resolver's, where it
    // must only post.
    void when_known(const known_name& name, std::function<void()> done);
    // Somebody wants a name that has no address: it is looked up again soon, not at leisure.
    void wanted(const known_name& name);
    // No address of the name takes a connection, so the site may have moved: looked up now, unless
    // a lookup has begun within the last second. Calls `done`, if it is given, as when_known()
    // does: once no lookup is under way, or one that was has ended.
    void doubted(const known_name& name, std::function<void()> done = {});
    // By name.
    std::vector<name_state> snapshot() const;

private:
    struct shared;
    std::shared_ptr<shared> shared_; // outlives the resolver while a lookup is in flight
};

} // namespace v6front
