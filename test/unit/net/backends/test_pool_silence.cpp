// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/net/backends/pool.hpp"

#include "unit/loopback.hpp"

using namespace v6front;
using namespace v6front::test;

// On an engine that is busy, or on a thread that has only borrowed one, that is how it can look:
// the bytes are there, and nobody has been told.
TEST_CASE("a connection on which the backend has spoken unasked is not handed out", "[pool]")
{
    const descriptors_kept kept;
    asio::io_context context;
    deadline_list deadlines(context);
    pool idle;
    for (const bool closes : {false, true}) {
        INFO(closes);
        wire quiet(context, deadlines), talks(context, deadlines);
        const auto to = quiet.near->identity();
        idle.put(quiet.near);
        idle.put(talks.near);
        context.poll();
        if (closes)
            talks.far.close();
        else
            asio::write(talks.far, asio::buffer(std::string("HTTP/1.1 200 OK\r\n\r\n")));
        CHECK(idle.take(to) == quiet.near);
        CHECK(idle.take(to) == nullptr);
    }
    idle.close_all();
}
