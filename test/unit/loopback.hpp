// SPDX-License-Identifier: Apache-2.0
//
// Driving an io_context by hand until a condition holds, connections to nobody but ourselves, and a
// count of descriptors. What would hang fails after ten seconds, which no test that passes comes
// near.
#pragma once

#include "mod_v6front/net/backends/backend_connection.hpp"

#include "catch.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/write.hpp>

#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace v6front::test
{

inline constexpr std::chrono::seconds patience{10};

// Runs handlers until the condition holds; false if it does not within `patience`.
template <class Condition> bool until(asio::io_context& context, Condition&& holds)
{
    const auto give_up = std::chrono::steady_clock::now() + patience;
    while (!holds()) {
        if (std::chrono::steady_clock::now() > give_up)
            return false;
        context.restart();
        context.run_one_for(std::chrono::milliseconds(5));
    }
    return true;
}

// A task in the background of a test, and what came of it.
template <class T> class started
{
public:
    started(asio::io_context& context, task<T> work) : end_(std::make_shared<end>())
    {
        asio::co_spawn(context.get_executor(), std::move(work),
                       [e = end_](std::exception_ptr escaped, T value) {
                           e->escaped = escaped;
                           e->value.emplace(std::move(value));
                       });
    }
    bool done() const { return end_->value.has_value(); }
    T& value() const
    {
        if (end_->escaped)
            std::rethrow_exception(end_->escaped);
        return *end_->value;
    }

private:
    struct end {
        std::exception_ptr escaped;
        std::optional<T> value;
    };
    std::shared_ptr<end> end_;
};

// Runs the task to its end, and gives what it returned.
template <class T> T finish(asio::io_context& context, task<T> work)
{
    const started<T> run(context, std::move(work));
    REQUIRE(until(context, [&run] { return run.done(); }));
    return std::move(run.value());
}

inline task<error_code> wait_readable(backend_connection& c, std::chrono::milliseconds timeout)
{
    return c.readable(timeout);
}

// A connection, and the end of it that plays the backend: blocking, driven by the test itself.
struct wire {
    wire(asio::io_context& context, deadline_list& deadlines, const endpoint& peer = {},
         const connection_terms& terms = {})
        : far(context)
    {
        std::array<int, 2> ends{};
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
        tcp_socket near_end(context);
        near_end.assign(asio::ip::tcp::v4(), ends[0]);
        far.assign(asio::ip::tcp::v4(), ends[1]);
        near_fd = ends[0];
        near = std::make_shared<backend_connection>(
            std::move(near_end), connection_identity{peer, nullptr, terms}, deadlines);
    }
    void send(std::string_view bytes)
    {
        asio::write(far, asio::buffer(bytes.data(), bytes.size()));
    }
    // True once the near end has taken all that was sent out of its socket.
    bool is_drained() const
    {
        int waiting = 0;
        ::ioctl(near_fd, FIONREAD, &waiting);
        return waiting == 0;
    }
    // Neither side has closed it, and there is nothing to read.
    bool is_open() const
    {
        char octet;
        const auto n =
            ::recv(const_cast<tcp_socket&>(far).native_handle(), &octet, 1, MSG_DONTWAIT);
        return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    }
    void close() { far.close(); }
    // What was sent stays readable, then comes ECONNRESET: the far end leaves with bytes unread.
    void reset()
    {
        if (!unread_)
            REQUIRE(::send(near_fd, "x", 1, MSG_NOSIGNAL) == 1);
        unread_ = true;
        far.close();
    }

    tcp_socket far;
    int near_fd = -1;
    std::shared_ptr<backend_connection> near;

private:
    bool unread_ = false;
};

inline endpoint loopback(std::uint16_t port = 0)
{
    return {asio::ip::address_v4::loopback(), port};
}

inline std::ptrdiff_t open_descriptors()
{
    namespace fs = std::filesystem;
    return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
}

// Stands before all else in a test that must not leak any.
struct descriptors_kept {
    // A thread that looks names up may hold a file for a moment, before as well as after.
    ~descriptors_kept()
    {
        const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(5);
        while (open_descriptors() > before && std::chrono::steady_clock::now() < limit)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        CHECK(open_descriptors() <= before);
    }
    std::ptrdiff_t before = open_descriptors();
};

} // namespace v6front::test
