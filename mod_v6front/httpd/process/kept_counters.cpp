// SPDX-License-Identifier: Apache-2.0

#include "kept_counters.hpp"

#include "net/shared/site_counters.hpp"
#include "httpd/base/log.hpp"
#include "httpd/config/backends.hpp"
#include "httpd/config/site_names.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <set>
#include <string>
#include <thread>

namespace v6front
{

namespace
{

// What the parent keeps. Never another layout: other versions of the module read it, too.
constexpr const char* kept_key = "v6front-counters-1";
struct kept_region {
    std::int64_t started;
    std::int64_t counts_from;
    void* memory;
    std::size_t octets;
    std::uint64_t layout;
};
kept_counters counted_in;

std::string name_of_site(const configured_backend& b)
{
    return site_server(b.server) + '\n' + site_origin(b.backend.url);
}

std::size_t count_sites(const server_rec* main_server)
{
    std::set<std::string> names;
    for_each_backend(main_server,
                     [&names](const configured_backend& b) { names.insert(name_of_site(b)); });
    return names.size();
}

site_counters::dimensions dimensions_for(std::size_t sites)
{
    int processes = 0;
    ap_mpm_query(AP_MPMQ_HARD_LIMIT_DAEMONS, &processes);
    const auto processors = std::clamp(std::thread::hardware_concurrency(), 1u, 8u);
    // Room for those that are added later, and for old processes beside new ones.
    return {static_cast<std::uint32_t>(std::clamp<std::size_t>(2 * sites, 32, no_site)),
            2 * static_cast<std::uint32_t>(std::clamp(processes, 1, 4096)),
            std::bit_ceil(processors)};
}

// Anonymous, as all that is shared. Pages of it exist once they are used. What processes of the
// last generation count in stays theirs until they end.
void make_memory(kept_region& k, std::size_t sites, const server_rec* main_server)
{
    if (k.memory)
        ::munmap(k.memory, k.octets);
    const auto size = dimensions_for(sites);
    k.octets = site_counters::octets(size);
    k.layout = site_counters::layout();
    k.counts_from = apr_time_as_msec(apr_time_now());
    k.memory = ::mmap(nullptr, k.octets, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (k.memory == MAP_FAILED) {
        k.memory = nullptr;
        ap_log_error(APLOG_MARK, APLOG_WARNING, errno, main_server,
                     V6LOGNO(0260) "cannot allocate memory shared by the child processes: requests "
                                   "are not counted, and v6front-status shows none. Raise this "
                                   "service's memory limit");
        return;
    }
    site_counters::prepare(k.memory, size);
}

// False: there is no room for one of them.
bool number_sites(server_rec* main_server, void* memory)
{
    bool all = true;
    for_each_backend(main_server, [&](const configured_backend& b) {
        b.backend.site = site_counters::number_of(memory, name_of_site(b));
        all = all && b.backend.site != no_site;
    });
    return all;
}

} // namespace

void keep_counters(server_rec* main_server)
{
    auto* found = static_cast<kept_region*>(ap_retained_data_get(kept_key));
    if (!found) {
        found = static_cast<kept_region*>(ap_retained_data_create(kept_key, sizeof(kept_region)));
        found->started = apr_time_as_msec(apr_time_now());
    }
    auto& k = *found;
    const auto sites = count_sites(main_server);
    if (k.memory && k.layout == site_counters::layout() && number_sites(main_server, k.memory)) {
        counted_in = {k.memory, k.started, k.counts_from};
        return;
    }
    make_memory(k, sites, main_server);
    number_sites(main_server, k.memory);
    counted_in = {k.memory, k.started, k.counts_from};
}

const kept_counters& counters_of_server()
{
    return counted_in;
}

} // namespace v6front
