// SPDX-License-Identifier: Apache-2.0

#include "shared_memory.hpp"

#include "net/exchange/admission.hpp"
#include "httpd/base/log.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <memory>

namespace v6front
{

namespace
{

struct segment {
    void* at = nullptr;
    std::size_t size = 0;
    std::span<address_record> addresses;
    std::span<shared_tally::word> counters;
    std::span<usage_record> usage;
    std::span<said_record> said;
    std::span<shared_tally::word> usage_counters;
    unsigned limits = 0;
};
segment current;

apr_status_t release(void*)
{
    ::munmap(current.at, current.size);
    current = {};
    return APR_SUCCESS;
}

// Twice as many as live at once, since those that end overlap those that begin.
std::size_t seats()
{
    int processes = 0;
    ap_mpm_query(AP_MPMQ_HARD_LIMIT_DAEMONS, &processes);
    return 2 * static_cast<std::size_t>(std::clamp(processes, 1, 4096));
}

template <class T> std::span<T> place(std::byte* at, std::size_t n)
{
    auto* first = reinterpret_cast<T*>(at);
    std::uninitialized_value_construct_n(first, n);
    return {first, n};
}

} // namespace

// Anonymous, so that it has no name to collide and nothing stays behind, whatever ends httpd.
void make_shared_memory(apr_pool_t* pconf, server_rec* main_server, unsigned limits)
{
    constexpr auto addresses = address_table::usual_size;
    const auto words = limits == 0 ? 0 : shared_tally::words(admission::counters(limits), seats());
    constexpr auto sites = site_usage::usual_size;
    const auto usage_words = site_usage::words(sites, seats());
    constexpr auto topics = said_table::usual_size;
    const auto size = addresses * sizeof(address_record) + sites * sizeof(usage_record) +
                      topics * sizeof(said_record) +
                      (words + usage_words) * sizeof(shared_tally::word);
    void* at = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, errno, main_server,
                     V6LOGNO(0230) "cannot allocate memory shared by the child processes: failing "
                                   "addresses are not remembered, and max= is not enforced. Raise "
                                   "this service's memory limit");
        return;
    }
    auto* bytes = static_cast<std::byte*>(at);
    current.at = at;
    current.size = size;
    current.limits = limits;
    current.addresses = place<address_record>(bytes, addresses);
    bytes += addresses * sizeof(address_record);
    current.usage = place<usage_record>(bytes, sites);
    bytes += sites * sizeof(usage_record);
    current.said = place<said_record>(bytes, topics);
    bytes += topics * sizeof(said_record);
    current.counters = place<shared_tally::word>(bytes, words);
    bytes += words * sizeof(shared_tally::word);
    current.usage_counters = place<shared_tally::word>(bytes, usage_words);
    apr_pool_cleanup_register(pconf, nullptr, release, apr_pool_cleanup_null);
}

std::span<address_record> shared_addresses()
{
    return current.addresses;
}

std::span<shared_tally::word> shared_counters()
{
    return current.counters;
}

std::span<usage_record> shared_usage()
{
    return current.usage;
}

std::span<said_record> shared_said()
{
    return current.said;
}

std::span<shared_tally::word> shared_usage_counters()
{
    return current.usage_counters;
}

unsigned shared_limits()
{
    return current.limits;
}

} // namespace v6front
