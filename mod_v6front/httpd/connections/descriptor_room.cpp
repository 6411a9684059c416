// SPDX-License-Identifier: Apache-2.0

#include "descriptor_room.hpp"

#include "net/engine/engine.hpp"
#include "httpd/base/log.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>

namespace v6front
{

namespace
{

using clock = std::chrono::steady_clock;

constexpr unsigned max_pauses = 10; // before idle connections to sites are closed, too
constexpr auto between_lines = std::chrono::seconds(60);

std::atomic<clock::time_point> next_line{clock::time_point{}};

} // namespace

int max_client_descriptors()
{
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur > 1'000'000)
        return 1'000'000;
    const auto all = static_cast<int>(limit.rlim_cur);
    return all - std::max(16, all / 8);
}

void enlarge_descriptor_table()
{
    constexpr rlim_t usual_most = 8192; // 64 KiB of the kernel's memory
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    const auto last = static_cast<int>(std::min(limit.rlim_cur, usual_most)) - 1;
    const int made = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, last);
    if (made >= 0)
        ::close(made);
}

bool has_descriptor_for_client(int open)
{
    const int next = ::fcntl(open, F_DUPFD_CLOEXEC, 0);
    if (next >= 0)
        ::close(next);
    return next >= 0 && next < max_client_descriptors();
}

bool is_shortage(apr_status_t status)
{
    return status == EMFILE || status == ENFILE || status == ENOBUFS || status == ENOMEM;
}

void ask_for_descriptors(unsigned pauses)
{
    const auto now = clock::now();
    auto due = next_line.load();
    if (now >= due && next_line.compare_exchange_strong(due, now + between_lines))
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, ap_server_conf,
                     V6LOGNO(0308) "almost out of file descriptors (%d for clients): accepting "
                                   "pauses until some are free, and idle connections are closed. "
                                   "Raise the limit (on Debian APACHE_ULIMIT_MAX_FILES in "
                                   "envvars, elsewhere LimitNOFILE= or ulimit -n)",
                     max_client_descriptors());
    engine::ask_for_relief(pauses > max_pauses);
}

} // namespace v6front
