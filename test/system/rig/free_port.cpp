// SPDX-License-Identifier: Apache-2.0
#include "free_port.hpp"

#include <cerrno>
#include <cstddef>
#include <mutex>
#include <stdexcept>
#include <string>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace v6front
{

namespace
{

// Below ip_local_port_range, as Linux has it, and above what services have.
constexpr unsigned first_port = 12000;
constexpr unsigned ports_of_process = 200;
constexpr unsigned processes = 100;

// A name that the kernel takes back when its owner ends, in whatever way; never closed before.
bool is_claimed(unsigned range)
{
    const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    const std::string text = "v6front-tests-ports-" + std::to_string(range);
    text.copy(name.sun_path + 1, text.size()); // behind a zero: no file
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + text.size());
    if (bind(fd, reinterpret_cast<sockaddr*>(&name), size) == 0)
        return true;
    close(fd);
    return false;
}

unsigned own_range()
{
    const auto start = static_cast<unsigned>(getpid());
    for (unsigned i = 0; i < processes; ++i)
        if (const auto range = (start + i) % processes; is_claimed(range))
            return range;
    throw std::runtime_error("no range of ports is free: do a hundred tests run at once?");
}

template <class Address> bool can_bind(Address address)
{
    const auto* at = reinterpret_cast<const sockaddr*>(&address);
    const int fd = socket(at->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool bound = bind(fd, at, sizeof address) == 0;
    const int why = errno;
    close(fd);
    if (!bound && why != EADDRINUSE)
        throw std::runtime_error("no port on [::1]: is IPv6 enabled on this machine?");
    return bound;
}

bool is_free(std::uint16_t port)
{
    sockaddr_in6 loopback{};
    loopback.sin6_family = AF_INET6;
    loopback.sin6_addr = in6addr_loopback;
    loopback.sin6_port = htons(port);
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_port = htons(port);
    return can_bind(loopback) && can_bind(any);
}

} // namespace

std::uint16_t free_port()
{
    static std::mutex one_at_a_time;
    const std::lock_guard lock(one_at_a_time);
    static const unsigned first = first_port + own_range() * ports_of_process;
    static unsigned next = 0;
    for (unsigned i = 0; i < ports_of_process; ++i) {
        const auto port = static_cast<std::uint16_t>(first + next++ % ports_of_process);
        if (is_free(port))
            return port;
    }
    throw std::runtime_error("none of this test's ports is free");
}

} // namespace v6front
