// SPDX-License-Identifier: Apache-2.0
//
// Backends with several addresses, some of which do not answer: neighbours of 127.0.0.1, which all
// of loopback answers for.
#pragma once

#include "scripted_backend.hpp"
#include "ways.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace v6front
{

// A listener whose queue is full: who connects is neither accepted nor refused.
class silent_listener
{
public:
    silent_listener(const std::string& address, std::uint16_t port);
    ~silent_listener();
    silent_listener(const silent_listener&) = delete;
    silent_listener& operator=(const silent_listener&) = delete;

private:
    std::vector<int> descriptors_;
};

// A site of one name at 127.0.0.2 and 127.0.0.3. Each of them may be up, refuse, or be silent.
class twin_site
{
public:
    explicit twin_site(std::string name); // both refuse at first

    enum class place { first, second };
    void start(place which, scripted_backend::steps script = {}); // empty: answers "ok"
    void silence(place which);
    void stop(place which); // refuses from now on
    scripted_backend& at(place which) { return *sites_[static_cast<unsigned>(which)]; }
    static std::string address(place which);
    std::string address_and_port(place which) const;

    // The route below the site's name, and its addresses.
    std::string directives(const std::string& keys = {}) const;
    std::string path() const { return "/" + name_ + "/"; }
    const std::string& name() const { return name_; }
    std::uint16_t port() const { return port_; }

private:
    std::string name_;
    std::uint16_t port_;
    std::unique_ptr<scripted_backend> sites_[2];
    std::unique_ptr<silent_listener> silent_[2];
};

// What a number of requests in a row came to.
struct tally {
    unsigned asked = 0;
    unsigned failed = 0; // not 200
    unsigned slow = 0;   // longer than the fifth of a second, which no healthy one takes
    std::chrono::milliseconds longest{0};
    void add(int status, std::chrono::steady_clock::duration took);
    void add(const tally& other);
};
std::ostream& operator<<(std::ostream& out, const tally& t);
tally ask_often(const httpd_server& front, const std::string& path, unsigned times);

// Asks until it is answered with 200, and says how long that took.
std::chrono::milliseconds time_to_success(const httpd_server& front, const std::string& path);

// Waits for that many lines with this number that name this address, and says how many there are.
std::size_t lines_about(const httpd_server& front, const std::string& number,
                        const std::string& address, std::size_t expected);

// A line of figures on standard output, for whoever reads a run.
void print_figure(const way& w, const std::string& what, const std::string& figure);

} // namespace v6front
