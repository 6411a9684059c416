// SPDX-License-Identifier: Apache-2.0
//
// A connection to a site that belongs to no engine: its descriptor, and its TLS if it has that.
// Owns both. What an idle connection of a client is (client_pool), until another engine, on any
// thread, makes a transport of it.
#pragma once

#include "net/tls/tls_session.hpp"

#include <chrono>
#include <memory>
#include <utility>

namespace v6front
{

// What a read of that descriptor would find, without taking it.
next_input peek_at(int descriptor) noexcept;

// What is known of a connection, wherever it is kept meanwhile.
struct connection_past {
    std::chrono::steady_clock::time_point made = std::chrono::steady_clock::now();
    std::chrono::milliseconds promised{}; // by its site: to keep it, once it is idle
    std::chrono::milliseconds idle{};     // for how long it was, when it was taken last
};

class detached_socket
{
public:
    detached_socket() = default; // closed
    explicit detached_socket(int descriptor, std::unique_ptr<tls_session> tls = nullptr) noexcept
        : descriptor_(descriptor), tls_(std::move(tls))
    {
    }
    detached_socket(detached_socket&& other) noexcept
        : past(other.past),
          descriptor_(std::exchange(other.descriptor_, -1)),
          tls_(std::move(other.tls_))
    {
    }
    detached_socket& operator=(detached_socket&& other) noexcept
    {
        std::swap(descriptor_, other.descriptor_);
        std::swap(tls_, other.tls_);
        std::swap(past, other.past);
        return *this;
    }
    ~detached_socket() { close(); }

    bool is_open() const noexcept { return descriptor_ >= 0; }
    int descriptor() const noexcept { return descriptor_; }
    // The site has neither said anything nor ended it.
    bool is_silent() noexcept;
    void close() noexcept;
    // The caller has the descriptor now, and is to take the TLS, too.
    void give_away() noexcept { descriptor_ = -1; }
    std::unique_ptr<tls_session> take_tls() noexcept { return std::move(tls_); }

    connection_past past;

private:
    int descriptor_ = -1;
    std::unique_ptr<tls_session> tls_;
};

} // namespace v6front
