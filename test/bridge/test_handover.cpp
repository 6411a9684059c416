// SPDX-License-Identifier: Apache-2.0
//
// When a connection that a worker of the event MPM has suspended is the engine's alone.
#include "stand_in.hpp"

#include "mod_v6front/httpd/connections/handover.hpp"

using namespace v6front;
using namespace v6front::test;

namespace
{

// A connection on worker 2 of child 1, with four workers each.
struct listener_bench {
    listener_bench()
    {
        httpd = {};
        httpd.thread_limit = 4;
        c.id = 1 * 4 + 2;
        c.cs = &state;
        c.sbh = reinterpret_cast<ap_sb_handle_t*>(this);
    }
    // What the worker does after the hook: it lets go of the connection, and takes on other work.
    void lets_go() { c.sbh = nullptr; }
    void works_as(int status) { httpd.worker.status = static_cast<unsigned char>(status); }

    conn_state_t state{};
    conn_rec c{};
};

using progress = handover::progress;

} // namespace

TEST_CASE("a connection is the engine's when its worker has let go and works on", "[handover]")
{
    listener_bench b;
    handover_slots slots;
    CHECK(slots.size() == 4);
    const handover taken(&b.c, slots);
    CHECK(taken.child() == 1);
    CHECK(b.state.state == CONN_STATE_SUSPENDED);
    CHECK(taken.check() == progress::pending); // still in the hook
    CHECK(httpd.asked_worker == std::pair(1, 2));
    b.lets_go();
    CHECK(taken.check() == progress::pending); // the next store may be to come
    b.works_as(SERVER_READY);
    CHECK(taken.check() == progress::complete);
}

TEST_CASE("a worker that works on has not let go yet", "[handover]")
{
    listener_bench b;
    handover_slots slots;
    const handover taken(&b.c, slots);
    b.works_as(SERVER_BUSY_READ);
    CHECK(taken.check() == progress::pending);
    b.lets_go();
    CHECK(taken.check() == progress::complete);
}

TEST_CASE("the worker's next visit is proof, though its mark is the same again", "[handover]")
{
    listener_bench b, next;
    handover_slots slots;
    const handover taken(&b.c, slots);
    b.lets_go();
    const handover later(&next.c, slots);
    CHECK(taken.check() == progress::complete);
    CHECK(later.check() == progress::pending);
}

TEST_CASE("another worker's visit proves nothing", "[handover]")
{
    listener_bench b, other;
    other.c.id = 1 * 4 + 3;
    handover_slots slots;
    const handover taken(&b.c, slots);
    b.lets_go();
    const handover beside(&other.c, slots);
    CHECK(taken.check() == progress::pending);
}

TEST_CASE("at a graceful stop every mark is overwritten, so the connection outlives it a while",
          "[handover]")
{
    listener_bench b;
    handover_slots slots;
    const handover taken(&b.c, slots);
    b.works_as(SERVER_GRACEFUL);
    CHECK(taken.check() == progress::pending);
    b.lets_go();
    CHECK(taken.check() == progress::complete_but_keep);
}
