// SPDX-License-Identifier: Apache-2.0
//
// Which address of a backend to try first, and which to leave alone. Asked only where a backend has
// several: a site with one address has no choice, and pays for none.
//
// An address that could not be connected to is avoided from the first failure on and tried in the
// background; only if it keeps failing is that a line in the log. It is never given up:
// where all of a backend's addresses fail, all of them are tried.
//
// One that takes connections and closes them without a response, or whose TLS fails, is avoided as
// well, and a connect does not show that it is back. A response does, so a request has to go there:
// one of all, after a second, and if it fares no better the next after twice the time. All this is
// known of each site by itself (backend::responses): its certificate, or what closes connections,
// says nothing of another site at the same address.
//
// Life: part of a child process, over the table that all of them share. Any thread may call. What
// is in flight is counted per child: a count in shared memory would never lose what a child that
// died had in flight, and two random choices spread well by what each child knows.
#pragma once

#include "core/base/failure.hpp"
#include "net/shared/address_table.hpp"
#include "net/shared/site_counters.hpp"
#include "backend.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace v6front
{

// An address that is out of use from now on, or back in it.
struct address_change {
    enum class verdict : std::uint8_t { out, back };
    verdict now;
    std::string_view backend; // its authority
    endpoint address;
    std::chrono::milliseconds since; // how long it has been failing, or was
    std::string_view why;            // the last failure, of one that is out
    bool by_check = false;           // the operator's health check says so, not a request
};

// What is known of one address, for whoever lists it.
struct address_state {
    endpoint address;
    check_number check = 0; // who has judged it: connects, of_responses, or a health check
    bool well = true;
    std::uint32_t failures = 0;        // in a row
    std::optional<reason> why{};       // the last of them, or...
    int status = 0;                    // ...the status by which a check has failed
    std::chrono::milliseconds since{}; // of one that fails: the first of these
    std::uint32_t in_flight = 0;       // of this process; where check is 0
};

// One exchange that uses an address, counted as long as this exists.
class address_use
{
public:
    address_use() = default;
    explicit address_use(std::atomic<std::uint32_t>& in_flight) noexcept : count_(&in_flight)
    {
        count_->fetch_add(1, std::memory_order_relaxed);
    }
    address_use(address_use&& other) noexcept : count_(std::exchange(other.count_, nullptr)) {}
    address_use& operator=(address_use&&) = delete;
    ~address_use()
    {
        if (count_)
            count_->fetch_sub(1, std::memory_order_relaxed);
    }

private:
    std::atomic<std::uint32_t>* count_ = nullptr;
};

class address_book
{
public:
    using clock = std::chrono::steady_clock;
    using milliseconds = std::chrono::milliseconds;
    // No more addresses of one backend than this are ever considered.
    static constexpr std::size_t max_addresses = 32;
    // After this many failures in a row an address is out, and the log says so.
    static constexpr std::uint32_t failures_until_out = 3;
    // The first of these is not avoided yet, since one bad answer is no verdict.
    static constexpr std::uint32_t checks_until_out = 2;
    // Between two tries in the background: doubled each time. A site that is back is seen to be
    // within the last of these.
    static constexpr milliseconds first_pause{100};
    static constexpr milliseconds last_pause{800};
    // From the first connection that was closed without a response to the first request that goes
    // there again, and the most between two such requests.
    static constexpr milliseconds first_trial{1000};
    static constexpr milliseconds last_trial{30000};

    using teller = std::function<void(const address_change&)>;
    address_book(std::span<address_record> shared, teller tell);

    // Who is to try an address in the background until it is back, on the terms of the backend
    // whose connect has failed. Set once, before any use.
    using watcher = std::function<void(const endpoint&, const backend&)>;
    void set_watcher(watcher w) { watch_ = std::move(w); }
    // Likewise: where it is counted that an address is avoided from now on.
    void count_in(site_counters& counters) noexcept { counters_ = &counters; }

    // Puts the addresses into the order in which to try them: first the one with the least in
    // flight of two that are drawn by lot, then others that are well, last those that are not.
    // `avoid` has just failed. With a `client` those that are well come in that client's own order,
    // which is always the same (core/base/rendezvous).
    void arrange(endpoint_list& addresses, const backend& of, const std::optional<endpoint>& avoid,
                 const std::optional<std::uint64_t>& client = {});
    address_use use(const endpoint& address) noexcept;

    // A connect, or a try in the background, and how it ended.
    void succeeded(const endpoint& address, const backend& of);
    void failed(const endpoint& address, const backend& of, const failure& why);
    // A request that reached the address, and whether a response's head came back or the new
    // connection was closed before its first byte, or got no TLS.
    void answered(const endpoint& address, const backend& of);
    void closed(const endpoint& address, const backend& of, const failure& why);
    // Something other than a connect took too long: the address is avoided until a connect shows
    // whether it is the address that fails, or only slow work behind it.
    void doubt(const endpoint& address, const backend& of);
    // A health check was made: counted, whatever it changes.
    void checked(const endpoint& address, const backend& of, bool passed) noexcept
    {
        if (counters_)
            counters_->checked(of.site, address, passed);
    }
    // What a health check has found.
    void passed_check(const endpoint& address, const backend& of, check_number check);
    // `is_only`: of a backend with no other address, which is used all the same.
    struct check_failure {
        std::string words;
        reason why = reason::no_response;
        int status = 0; // 0: not for a status
    };
    void failed_check(const endpoint& address, const backend& of, check_number check,
                      const check_failure& why, bool is_only = false);

    bool is_well(const endpoint& address, check_number check = 0) noexcept;
    // True for one caller of all processes, once for each `pause` at most: it is the one to try.
    bool may_try(const endpoint& address, check_number check, clock::duration pause) noexcept;
    clock::time_point next_try(const endpoint& address, check_number check) noexcept;
    void try_again_in(const endpoint& address, check_number check, clock::duration pause) noexcept;
    // How long to wait between tries of an address that has failed so often.
    milliseconds pause(const endpoint& address) noexcept;
    // Any thread: the addresses that anything is known of.
    std::vector<address_state> snapshot() const;

private:
    struct verdict {
        std::string_view words;
        std::uint32_t code; // as in address_record
        bool counts = true; // where it makes an address avoided
    };
    void fail(const endpoint& address, const backend& of, check_number check,
              std::uint32_t until_out, const verdict& why);
    bool is_avoided_anyway(const endpoint& address, const backend& of, check_number but) noexcept;
    bool succeed(const endpoint& address, const backend& of, check_number check,
                 std::uint32_t until_out);
    // True for the one request that is to find out whether there are responses again.
    bool may_be_asked_again(const endpoint& address, check_number responses) noexcept;

    address_table table_;
    std::unique_ptr<std::atomic<std::uint32_t>[]> in_flight_; // by place in the table
    teller tell_;
    watcher watch_;
    site_counters* counters_ = nullptr;
};

} // namespace v6front
