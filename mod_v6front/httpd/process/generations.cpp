// SPDX-License-Identifier: Apache-2.0

#include "generations.hpp"

#include "httpd/base/log.hpp"
#include "httpd/operator/warnings.hpp"
#include "successor_mail.hpp"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <new>

namespace v6front
{

namespace
{

constexpr std::size_t most_sockets = 256;

// Another version of the module may run after a graceful restart: another layout, another key.
constexpr const char* board_key = "v6front-generations-1";

struct board {
    std::atomic<int> newest_accepting{-1};
    std::atomic<int> configured{-1}; // the generation whose sockets these are; -1: being written
    std::atomic<std::size_t> sockets{0};
    std::array<std::atomic<std::uint64_t>, most_sockets> inodes{};
};
board* shared = nullptr;
std::atomic<bool> said_so{false};

board* make_board(const server_rec* main_server)
{
    void* at =
        ::mmap(nullptr, sizeof(board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (at != MAP_FAILED)
        return new (at) board;
    ap_log_error(APLOG_MARK, APLOG_WARNING, errno, main_server,
                 V6LOGNO(0186) "cannot allocate memory shared by the child processes: after a "
                               "graceful restart nobody accepts until new processes do. Raise this "
                               "service's memory limit");
    return nullptr;
}

struct kept {
    board* at;
};

board* kept_board(const server_rec* main_server)
{
    void* found = ap_retained_data_get(board_key);
    if (!found)
        found = ap_retained_data_create(board_key, sizeof(kept));
    auto& board_of_all = *static_cast<kept*>(found);
    if (!board_of_all.at)
        board_of_all.at = make_board(main_server);
    return board_of_all.at;
}

int descriptor_of(const ap_listen_rec* listener)
{
    apr_os_sock_t descriptor = -1;
    if (listener->sd)
        apr_os_sock_get(&descriptor, listener->sd);
    return descriptor;
}

std::uint64_t inode_of(int descriptor)
{
    struct stat as_file {
    };
    return ::fstat(descriptor, &as_file) == 0 ? as_file.st_ino : 0;
}

void set_nonblocking(int descriptor, bool on)
{
    const int flags = ::fcntl(descriptor, F_GETFL);
    if (flags >= 0)
        ::fcntl(descriptor, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK);
}

// APR changes the mode of a socket only if its own books have the other one. So what it changes now
// is the mode of another descriptor.
void let_apr_think_it_blocks(apr_socket_t* socket, int descriptor, int other)
{
    apr_int32_t is_known = 0;
    if (apr_socket_opt_get(socket, APR_SO_NONBLOCK, &is_known) != APR_SUCCESS || !is_known)
        return;
    apr_pool_t* unused = apr_socket_pool_get(socket);
    apr_os_sock_put(&socket, &other, unused);
    apr_socket_opt_set(socket, APR_SO_NONBLOCK, 0);
    apr_os_sock_put(&socket, &descriptor, unused);
}

int ask(int what)
{
    int answer = 0;
    ap_mpm_query(what, &answer);
    return answer;
}

// Its workers are there, so its listener is, or will be in a moment.
bool has_workers(int place, const process_score& process, int threads)
{
    if (process.quiescing)
        return false;
    for (int i = 0; i < threads; ++i) {
        const auto* worker = ap_get_scoreboard_worker_from_indexes(place, i);
        if (worker && worker->status >= SERVER_READY && worker->status < SERVER_GRACEFUL)
            return true;
    }
    return false;
}

} // namespace

void announce_generation(const server_rec* main_server)
{
    make_mailbox();
    shared = kept_board(main_server);
    if (!shared)
        return;
    shared->configured = -1;
    std::size_t n = 0;
    for (const auto* l = ap_listeners; l; l = l->next, ++n)
        if (n < most_sockets)
            shared->inodes[n] = inode_of(descriptor_of(l));
    shared->sockets = n;
    shared->configured = own_generation();
}

// As the event MPM does in each child. An MPM that may follow it waits in accept() at its only
// listener, and APR would not make that block any more.
void settle_listeners()
{
    if (!has_engines()) {
        if (ap_listeners && !ap_listeners->next)
            set_nonblocking(descriptor_of(ap_listeners), false);
        return;
    }
    const int other = ::eventfd(0, EFD_CLOEXEC);
    for (const auto* l = ap_listeners; l; l = l->next) {
        const int descriptor = descriptor_of(l);
        set_nonblocking(descriptor, true);
        if (descriptor >= 0 && other >= 0)
            let_apr_think_it_blocks(l->sd, descriptor, other);
    }
    if (other >= 0)
        ::close(other);
}

int own_generation()
{
    return ask(AP_MPMQ_GENERATION);
}

bool engines_accept()
{
    return said_so;
}

void tell_that_engines_accept()
{
    said_so = true;
    if (!shared)
        return;
    const int own = own_generation();
    auto was = shared->newest_accepting.load();
    while (own - was > 0 && !shared->newest_accepting.compare_exchange_weak(was, own)) {
    }
}

bool has_successors()
{
    const auto* all = ap_get_scoreboard_global();
    return shared && all && all->running_generation - own_generation() > 0;
}

// While the parent writes, and where there are more than have a place, it is.
bool is_listened_at(std::uint64_t inode)
{
    const int generation = shared->configured;
    const std::size_t n = shared->sockets;
    if (generation - own_generation() <= 0 || n > most_sockets)
        return true;
    for (std::size_t i = 0; i < n; ++i)
        if (shared->inodes[i] == inode)
            return true;
    return shared->configured != generation;
}

view_of_generations::view_of_generations()
    : parent_(::getppid()), places_(static_cast<std::size_t>(ask(AP_MPMQ_HARD_LIMIT_DAEMONS)))
{
}

generations_seen view_of_generations::look()
{
    const int threads = ask(AP_MPMQ_MAX_THREADS);
    const pid_t own = ::getpid();
    for (std::size_t i = 0; i < places_.size(); ++i) {
        using enum process_place::state;
        const int place = static_cast<int>(i);
        const auto* process = ap_get_scoreboard_process(place);
        if (!process || process->pid == 0)
            places_[i] = {};
        else
            places_[i] = {has_workers(place, *process, threads) ? runs : begins,
                          process->generation, process->pid == own};
    }
    return {shared->newest_accepting, ::getppid() == parent_, places_};
}

} // namespace v6front
