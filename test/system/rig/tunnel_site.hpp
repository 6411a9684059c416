// SPDX-License-Identifier: Apache-2.0
//
// An IPv4 site for tunnels: on each connection it reads a request's head, and then a function of
// the test talks on that connection, on a thread of its own. Ends its connections when it goes.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace v6front
{

class site_connection
{
public:
    explicit site_connection(int fd) : fd_(fd) {}

    const std::string& head() const { return head_; }
    std::string field(std::string_view name) const; // all values of that name, joined with ", "
    bool send(std::string_view bytes);              // false if the peer has gone
    // Sends what is taken without waiting.
    std::size_t send_what_fits(std::string_view bytes);
    std::string read_some(); // empty at the end, also at a reset
    // What comes until that many octets are there, or the end.
    std::string read(std::size_t octets);
    void end_sending();
    void reset();

    // The first has been read before the test's function begins; false if none has come.
    bool read_head();

private:
    int fd_;
    std::string head_;
    std::string left_over_;
};

class tunnel_site
{
public:
    using talk = std::function<void(site_connection&)>;
    explicit tunnel_site(talk with_each);
    ~tunnel_site();
    tunnel_site(const tunnel_site&) = delete;
    tunnel_site& operator=(const tunnel_site&) = delete;

    std::uint16_t port() const;
    std::string url() const; // "http://127.0.0.1:port/"
    std::size_t open_connections() const;
    bool wait_for_open_connections(std::size_t count) const;

private:
    struct server;
    std::unique_ptr<server> server_;
};

// The answer of a site that agrees.
std::string switching(const std::string& protocol = "websocket", const std::string& fields = {});
// Says what it hears, until the peer has ended; then ends too.
void echo(site_connection& peer);

} // namespace v6front
