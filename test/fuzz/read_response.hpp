// SPDX-License-Identifier: Apache-2.0
//
// Feeds octets to a response reader as a backend would, and gives what it makes of them. Part of a
// fuzz target: one call for each input.
#pragma once

#include "core/message/field_lines.hpp"
#include "net/exchange/response_reader.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <cstdlib>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

namespace v6front::test
{

struct read_response {
    bool complete = false;
    bool reuse = false;
    int status = 0;
    std::string body;
};

inline task<void> read_all(response_reader& reader, read_response& got)
{
    using namespace std::chrono_literals;
    do {
        const auto head = co_await reader.read_head(1s);
        if (!head)
            co_return;
        got.status = (*head)->status;
        for (const auto& f : (*head)->fields)
            if (f.name.empty() || f.name.size() + f.value.size() > 65536 ||
                f.name.find_first_of(" \t\r\n:") != f.name.npos || has_control(f.value))
                std::abort();
    } while (got.status < 200);
    const auto wrong = reader.look_ahead();
    char space[97];
    while (!reader.is_complete()) {
        (void)reader.has_more_at_hand();
        const auto n = co_await reader.read_body(space, 1s);
        if (!n)
            co_return;
        got.body.append(space, *n);
    }
    if (wrong)
        std::abort(); // what comes later makes nothing right
    for (const auto& f : reader.trailers())
        if (f.name.empty() || has_control(f.value))
            std::abort();
    got.complete = true;
    got.reuse = reader.may_reuse();
}

inline read_response read_as_backend(std::string_view bytes)
{
    read_response got;
    int ends[2];
    if (bytes.size() > 65536 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return got;
    (void)!::write(ends[1], bytes.data(), bytes.size());
    ::close(ends[1]);
    asio::io_context context;
    deadline_list deadlines(context);
    {
        tcp_socket socket(context);
        socket.assign(asio::ip::tcp::v4(), ends[0]);
        const auto near = std::make_shared<backend_connection>(std::move(socket),
                                                               connection_identity(), deadlines);
        response_reader reader(*near, false, 16384);
        asio::co_spawn(context.get_executor(), read_all(reader, got), [&](std::exception_ptr e) {
            if (e)
                std::abort(); // a peer's behaviour never throws
            near->close();
            context.stop();
        });
        context.run();
        near->close();
    }
    deadlines.stop();
    return got;
}

} // namespace v6front::test
