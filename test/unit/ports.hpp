// SPDX-License-Identifier: Apache-2.0
//
// Ports of this machine that do not take connections, each in its own way.
#pragma once

#include "loopback.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>

#include <memory>
#include <vector>

namespace v6front::test
{

using acceptor = asio::basic_socket_acceptor<asio::ip::tcp, executor>;

// A port that is taken, so that nobody else listens on it, and refuses.
struct refusing_port {
    explicit refusing_port(asio::io_context& context) : socket(context, asio::ip::tcp::v4())
    {
        socket.bind(loopback());
    }
    endpoint address() const { return socket.local_endpoint(); }
    tcp_socket socket;
};

// A listener whose queue is full: a connect to it is neither accepted nor refused.
struct silent_port {
    explicit silent_port(asio::io_context& context) : listener(context, asio::ip::tcp::v4())
    {
        listener.bind(loopback());
        listener.listen(0);
        bool full = false;
        while (!full) {
            auto& s = *queue.emplace_back(std::make_unique<tcp_socket>(context));
            bool done = false;
            s.async_connect(address(), [&done](error_code) { done = true; });
            const auto soon = std::chrono::steady_clock::now() + std::chrono::milliseconds(50);
            while (!done && std::chrono::steady_clock::now() < soon) {
                context.restart();
                context.run_one_for(std::chrono::milliseconds(10));
            }
            full = !done;
            if (full)
                s.close();
            context.restart();
            context.poll();
        }
    }
    endpoint address() const { return listener.local_endpoint(); }
    acceptor listener;
    std::vector<std::unique_ptr<tcp_socket>> queue;
};

} // namespace v6front::test
