// SPDX-License-Identifier: Apache-2.0
//
// The slots of httpd's scoreboard in which an engine's requests are shown: mod_status has a row for
// each, counts them, and error lines say "[client ...]". They are this child's slots above
// ThreadsPerChild, up to ThreadLimit, divided among its engines; the slots below belong to the
// MPM's workers, whose status it reads to count idle ones. Part of an engine thread, used on that
// thread only. Never blocks a request: those for which no slot is left share the first one.
#pragma once

#include "net/loop/loop_clock.hpp"
#include "httpd/base/apache.hpp"

#include <vector>

#include <sys/times.h>

namespace v6front
{

class request_slots
{
public:
    request_slots() = default;
    ~request_slots();
    request_slots(const request_slots&) = delete;
    request_slots& operator=(const request_slots&) = delete;

    // With the first connection: `child` is this process's place in the scoreboard, which is not
    // known before. `number` of `engines`, from 0.
    void begin(int child, int number, int engines);

    // For one request, until its last octet has been written and it has been logged. nullptr where
    // ThreadLimit leaves no slot; httpd takes that for a connection without one.
    ap_sb_handle_t* take() noexcept;
    void give_back(ap_sb_handle_t* slot) noexcept;
    // For a connection between two requests. Nothing is shown of it: mod_status counts such
    // connections, and its rows are requests.
    ap_sb_handle_t* shared() const noexcept { return slots_.empty() ? nullptr : slots_.front(); }
    // A request has been logged: what ap_increment_counts does. That asks for the processor's time
    // each time, which goes through all threads of the process; here it is asked for now and then.
    void count(ap_sb_handle_t* slot, const request_rec* r) noexcept;
    // After httpd has noted on the shared slot that a connection is closing: that holds no thread.
    void clear_shared() noexcept;

private:
    void clear(ap_sb_handle_t* slot) noexcept;

    apr_pool_t* pool_ = nullptr;
    APR_OPTIONAL_FN_TYPE(ap_logio_get_last_bytes) * octets_sent_ =
        nullptr;           // where mod_logio is loaded
    tms processor_time_{}; // of this process
    loop_clock::time_point processor_time_at_{};
    std::vector<ap_sb_handle_t*> slots_;
    std::vector<ap_sb_handle_t*> free_; // all but the shared one, which is never taken from here
    unsigned sharing_ = 0;              // requests
};

// While a request is served it has a slot of the scoreboard for itself.
class request_slot
{
public:
    // `shown`: where others find it meanwhile.
    request_slot(conn_rec& c, request_slots& from, request_slot*& shown)
        : connection_(c), from_(from), slot_(from.take()), shown_(shown)
    {
        c.sbh = slot_;
        shown_ = this;
    }
    ~request_slot()
    {
        shown_ = nullptr;
        from_.give_back(slot_);
        connection_.sbh = from_.shared();
    }
    // From the last of the loggers: httpd's own count, which follows, finds no slot.
    void count(const request_rec* r) noexcept
    {
        from_.count(slot_, r);
        connection_.sbh = nullptr;
    }
    // What httpd notes after that finds it again.
    void show_again() noexcept { connection_.sbh = slot_; }
    request_slot(const request_slot&) = delete;
    request_slot& operator=(const request_slot&) = delete;

private:
    conn_rec& connection_;
    request_slots& from_;
    ap_sb_handle_t* slot_;
    request_slot*& shown_;
};

} // namespace v6front
