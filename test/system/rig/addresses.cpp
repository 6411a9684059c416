// SPDX-License-Identifier: Apache-2.0
#include "addresses.hpp"
#include "deadline.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>
#include <sstream>
#include <stdexcept>

namespace v6front
{

using clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

namespace
{

sockaddr_in v4_socket_address(const std::string& address, std::uint16_t port)
{
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    inet_pton(AF_INET, address.c_str(), &at.sin_addr);
    return at;
}

} // namespace

silent_listener::silent_listener(const std::string& address, std::uint16_t port)
{
    const auto at = v4_socket_address(address, port);
    const auto* where = reinterpret_cast<const sockaddr*>(&at);
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    descriptors_.push_back(listener);
    const int on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, where, sizeof at) != 0 || listen(listener, 0) != 0)
        throw std::runtime_error("no silent listener on " + address + ": " + std::strerror(errno));
    // Full as soon as a connect is not answered.
    for (bool answered = true; answered;) {
        const int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        descriptors_.push_back(s);
        connect(s, where, sizeof at);
        pollfd writable{s, POLLOUT, 0};
        answered = poll(&writable, 1, 50) == 1;
    }
    close(descriptors_.back());
    descriptors_.pop_back();
}

silent_listener::~silent_listener()
{
    for (const int descriptor : descriptors_)
        close(descriptor);
}

// The port is free on 127.0.0.1, and nobody is likely to want it on its neighbours.
twin_site::twin_site(std::string name) : name_(std::move(name)), port_(free_port()) {}

std::string twin_site::address(place which)
{
    return which == place::first ? "127.0.0.2" : "127.0.0.3";
}

std::string twin_site::address_and_port(place which) const
{
    return address(which) + ":" + std::to_string(port_);
}

void twin_site::start(place which, scripted_backend::steps script)
{
    stop(which);
    auto& site = sites_[static_cast<unsigned>(which)];
    if (script.empty()) {
        const responder ok = [](const received_request&) { return response("ok"); };
        site = std::make_unique<scripted_backend>(ok, port_, address(which));
    } else {
        site = std::make_unique<scripted_backend>(std::move(script), port_, address(which));
    }
}

void twin_site::silence(place which)
{
    stop(which);
    silent_[static_cast<unsigned>(which)] =
        std::make_unique<silent_listener>(address(which), port_);
}

void twin_site::stop(place which)
{
    sites_[static_cast<unsigned>(which)].reset();
    silent_[static_cast<unsigned>(which)].reset();
}

std::string twin_site::directives(const std::string& keys) const
{
    return "V6FrontPass " + path() + " http://" + name_ + ":" + std::to_string(port_) + "/ " +
           keys + "\nV6FrontBackendV4 " + name_ + " " + address(place::first) + " " +
           address(place::second) + "\n";
}

void tally::add(int status, clock::duration took)
{
    const auto time = std::chrono::duration_cast<milliseconds>(took);
    ++asked;
    failed += status != 200;
    slow += time >= milliseconds{200};
    longest = std::max(longest, time);
}

void tally::add(const tally& other)
{
    asked += other.asked;
    failed += other.failed;
    slow += other.slow;
    longest = std::max(longest, other.longest);
}

std::ostream& operator<<(std::ostream& out, const tally& t)
{
    return out << t.failed << " failed and " << t.slow << " slow of " << t.asked
               << ", the longest took " << t.longest.count() << " ms";
}

tally ask_often(const httpd_server& front, const std::string& path, unsigned times)
{
    tally all;
    for (unsigned i = 0; i < times; ++i) {
        const auto began = clock::now();
        const int status = get(front, path).status();
        all.add(status, clock::now() - began);
    }
    return all;
}

milliseconds time_to_success(const httpd_server& front, const std::string& path)
{
    const auto began = clock::now();
    await("a success of " + path, [&] { return get(front, path).status() == 200; });
    return std::chrono::duration_cast<milliseconds>(clock::now() - began);
}

std::size_t lines_about(const httpd_server& front, const std::string& number,
                        const std::string& address, std::size_t expected)
{
    std::size_t found = 0;
    eventually([&] {
        std::istringstream log(front.error_log());
        found = 0;
        for (std::string line; std::getline(log, line);) {
            found +=
                line.find(number) != std::string::npos && line.find(address) != std::string::npos;
        }
        return found >= expected;
    });
    return found;
}

void print_figure(const way& w, const std::string& what, const std::string& figure)
{
    std::cout << what << " (" << w << "): " << figure << std::endl;
}

} // namespace v6front
