// SPDX-License-Identifier: Apache-2.0
//
// What all child processes have counted of each site and of each of its addresses, and what each of
// them has in flight now. In memory that they share, without a lock: numbers that only grow are
// added to at once, in one of a few copies, so that processors seldom want the same line; whoever
// reads adds the copies up. What is in flight each process counts in a seat of its own, and the
// seat of one that was killed is not read.
//
// Life: the memory is made, zeroed, by the parent, which keeps it over restarts (httpd/process/
// kept_counters); old processes count in it until their end. Any thread of any process may call.
// Without memory nothing is counted.
#pragma once

#include "core/base/failure.hpp"
#include "core/status/traffic.hpp"
#include "net/loop/asio.hpp"
#include "site_number.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace v6front
{

// How an attempt at an address went last, and since when they go like that.
struct address_standing {
    enum class how : std::uint8_t { unknown, up, failing };
    how now = how::unknown;
    std::int64_t since = 0;         // milliseconds since 1970
    std::optional<reason> failed{}; // of one that fails: the last reason
    std::int64_t checked_at = 0;    // 0: never
};

struct counted_address {
    std::optional<endpoint> address; // none: what came to no address, and all that have no room
    traffic numbers;
    address_standing standing{};
};

// Requests now, in all processes.
struct site_gauges {
    std::uint32_t in_flight = 0;
    std::uint32_t waiting = 0; // of these
};

struct counted_engine {
    unsigned number;
    std::uint32_t clients;
    std::uint32_t idle; // connections to sites
    std::uint32_t kept; // octets of memory, for what comes next
    std::chrono::microseconds lag;
    std::chrono::microseconds lag_max;
};

struct counted_process {
    unsigned seat; // stays small, whatever process numbers the system gives
    pid_t process;
    int generation;
    std::vector<counted_engine> engines;
};

class site_counters
{
public:
    using microseconds = std::chrono::microseconds;
    using word = std::atomic<std::uint32_t>;

    static constexpr std::size_t addresses_of_site = 16;
    static constexpr std::size_t most_engines = 64; // of one process

    struct dimensions {
        std::uint32_t sites;
        std::uint32_t seats;   // processes
        std::uint32_t stripes; // copies; a power of two
    };
    static std::size_t octets(const dimensions& d) noexcept;
    // Memory of another layout is not for this program.
    static std::uint64_t layout() noexcept;
    // In zeroed memory of that size, before any use.
    static void prepare(void* memory, const dimensions& d) noexcept;
    // For the process that settles the configuration, and no other: the number of the site with
    // that name, a new one if there is none yet; no_site when there is no room.
    static site_number number_of(void* memory, std::string_view name) noexcept;

    explicit site_counters(void* memory) noexcept;
    ~site_counters() { leave_seat(); }
    site_counters(const site_counters&) = delete;
    site_counters& operator=(const site_counters&) = delete;

    // Once, before counting. A process that finds no seat counts all but what is in flight.
    void take_seat(pid_t self, int generation) noexcept;

    // One that is in flight, counted as long as this exists.
    class flight
    {
    public:
        flight() = default;
        explicit flight(word* count) noexcept : count_(count)
        {
            if (count_)
                count_->fetch_add(1, std::memory_order_relaxed);
        }
        flight(flight&& other) noexcept : count_(std::exchange(other.count_, nullptr)) {}
        flight& operator=(flight&&) = delete;
        ~flight()
        {
            if (count_)
                count_->fetch_sub(1, std::memory_order_relaxed);
        }

    private:
        word* count_ = nullptr;
    };
    flight begin_request(site_number site) noexcept { return flight(gauge(site, 0)); }
    flight begin_waiting(site_number site) noexcept { return flight(gauge(site, 1)); }

    struct request_end {
        std::optional<endpoint> address{}; // that was used last
        int status = 0;                    // 0: none was sent
        std::optional<reason> failed{};
        std::optional<microseconds> total{}; // none of a tunnel
        std::uint64_t sent = 0;              // octets of bodies
        std::uint64_t received = 0;
    };
    void request_ended(site_number site, const request_end& how) noexcept;

    enum class tls_use : std::uint8_t { none, full, resumed };
    void opened(site_number site, const endpoint& address, microseconds took, tls_use tls) noexcept;
    void reused(site_number site, const endpoint& address) noexcept;
    // A response's head came.
    void answered(site_number site, const endpoint& address, microseconds took) noexcept;
    // Without an address: none was reached.
    void attempt_failed(site_number site, const std::optional<endpoint>& address,
                        reason why) noexcept;
    // Its last failure is over, as a try in the background has shown.
    void recovered(site_number site, const endpoint& address) noexcept;
    void ejected(site_number site, const endpoint& address) noexcept;
    void checked(site_number site, const endpoint& address, bool passed) noexcept;

    // Of an engine of this process, on its own thread.
    void tell_engine(const counted_engine& now) noexcept;

    // For whoever lists them.
    std::vector<counted_address> addresses(site_number site) const;
    std::vector<site_gauges> gauges() const; // by the numbers of the sites
    std::vector<counted_process> processes() const;

private:
    struct head;
    struct site_record;
    struct standing_record;
    struct seat_record;
    struct engine_record;
    struct counted_row;

    bool has(site_number site) const noexcept;
    site_record& record(site_number site) const noexcept;
    seat_record& seat(std::size_t n) const noexcept;
    word* seat_gauges(std::size_t seat) const noexcept;
    word* gauge(site_number site, std::size_t which) const noexcept;
    std::size_t place_of(site_number site, const endpoint& address) const noexcept;
    counted_row& row(site_number site, std::size_t place, std::size_t stripe) const noexcept;
    counted_row& own_row(site_number site, std::size_t place) const noexcept;
    void stand(site_number site, std::size_t place, address_standing::how now) const noexcept;
    void leave_seat() noexcept;

    head* head_ = nullptr;
    std::byte* sites_ = nullptr;
    std::byte* rows_ = nullptr;
    std::byte* seats_ = nullptr;
    seat_record* own_ = nullptr;
    word* own_gauges_ = nullptr;
};

} // namespace v6front
