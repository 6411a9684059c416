// SPDX-License-Identifier: Apache-2.0
#include "private_network.hpp"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <system_error>

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

namespace v6front
{

namespace
{

int checked(int result, const char* what)
{
    if (result < 0)
        throw std::system_error(errno, std::generic_category(), what);
    return result;
}

void tell_kernel(int family, unsigned long what, void* request, const char* about)
{
    const int fd = checked(socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");
    const int done = ioctl(fd, what, request);
    close(fd);
    checked(done, about);
}

void raise_loopback()
{
    ifreq request{};
    std::strcpy(request.ifr_name, "lo");
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    tell_kernel(AF_INET, SIOCSIFFLAGS, &request, "loopback");
}

void put_over(const std::string& file, const std::string& over)
{
    checked(mount(file.c_str(), over.c_str(), nullptr, MS_BIND, nullptr), over.c_str());
}

} // namespace

bool private_network::possible(const std::string& test)
{
    // Tried in a process of its own, which then has it and ends.
    if (getuid() == 0 && run_command({"unshare", "-n", "-m", "true"}).code == 0)
        return true;
    std::cout << "skipped: " << test << " (only root can make a network of its own)" << std::endl;
    return false;
}

private_network::private_network() : folder_(std::filesystem::current_path())
{
    network_ = checked(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC), "own network");
    mounts_ = checked(open("/proc/thread-self/ns/mnt", O_RDONLY | O_CLOEXEC), "own mounts");
    const std::string files = files_.path();
    write_file(files + "/resolv.conf", "nameserver 127.0.0.1\n");
    write_file(files + "/hosts", "127.0.0.1 localhost\n::1 localhost\n");
    write_file(files + "/nsswitch.conf",
               "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n");
    checked(unshare(CLONE_NEWNET | CLONE_NEWNS), "unshare");
    checked(mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "private mounts");
    for (const char* name : {"resolv.conf", "hosts", "nsswitch.conf"})
        put_over(files + "/" + name, std::string("/etc/") + name);
    raise_loopback();
}

void private_network::add_addresses(const std::string& ipv4, const std::string& ipv6) const
{
    ifreq four{};
    std::strcpy(four.ifr_name, "lo:1");
    sockaddr_in own{};
    own.sin_family = AF_INET;
    inet_pton(AF_INET, ipv4.c_str(), &own.sin_addr);
    std::memcpy(&four.ifr_addr, &own, sizeof own);
    tell_kernel(AF_INET, SIOCSIFADDR, &four, "IPv4 address");

    // in6_ifreq, whose header cannot be had beside the C library's.
    struct {
        in6_addr address{};
        std::uint32_t prefix = 128;
        int interface = 0;
    } six;
    inet_pton(AF_INET6, ipv6.c_str(), &six.address);
    six.interface = static_cast<int>(if_nametoindex("lo"));
    tell_kernel(AF_INET6, SIOCSIFADDR, &six, "IPv6 address");
}

private_network::~private_network()
{
    if (setns(network_, CLONE_NEWNET) != 0 || setns(mounts_, CLONE_NEWNS) != 0 ||
        chdir(folder_.c_str()) != 0) {
        std::cerr << "no way back out of a private network: " << std::strerror(errno) << std::endl;
        std::abort(); // every later test would run in it
    }
    close(network_);
    close(mounts_);
}

} // namespace v6front
