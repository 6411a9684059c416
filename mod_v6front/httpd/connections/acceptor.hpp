// SPDX-License-Identifier: Apache-2.0
//
// How an engine accepts client connections: at each listening socket that was taken from the MPM, a
// coroutine that waits and accepts; for each connection, one that reads the first bytes, which tell
// whose it is, and makes it an adopted connection or gives it back to the MPM. A client that says
// nothing costs a socket and little memory, and none of httpd's structures. While descriptors run
// out nobody is accepted. Part of an engine thread; used on that thread.
#pragma once

#include "net/loop/deadline.hpp"
#include "httpd/process/services.hpp"
#include "accepted_socket.hpp"
#include "taken_listener.hpp"

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <memory>
#include <vector>

namespace v6front
{

class engine_thread;

class acceptor
{
public:
    acceptor(engine_thread& thread, services& shared) : thread_(thread), shared_(shared) {}
    acceptor(const acceptor&) = delete;

    // Once for each listener.
    void start(taken_listener& at);
    // One that was meant for the MPM, which has stopped: it gets HTTP/1.
    void serve_after_all(taken_listener::returned one);
    // Accepts no more at listeners that were given up.
    void leave_given_up();
    // Accepts no more, and who has said nothing yet has little time left.
    void begin_stop();
    // Descriptors run out.
    void make_room();

private:
    using watched_socket = asio::posix::basic_stream_descriptor<executor>;
    using connection = std::unique_ptr<accepted_socket>;
    // A connection whose first bytes are awaited.
    struct newcomer {
        deadline patience;
        deadline::clock::time_point since;
    };
    class listed_newcomer;
    struct watch {
        watched_socket* socket;
        const taken_listener* at;
    };

    task<void> accept_at(taken_listener& at);
    task<void> accept_while_there_is_memory(watched_socket& watched, taken_listener& at);
    task<bool> child_has_begun();
    task<bool> begin_watch(watched_socket& watched, taken_listener& at);
    bool is_over(const taken_listener& at) const;
    task<void> accept_some(taken_listener& at);
    apr_status_t accept_one(taken_listener& at);
    bool has_room(const taken_listener& at);
    task<void> room_for_one(const taken_listener& at);
    task<void> pause(deadline::clock::duration time);
    void spawn(task<void> life);
    task<void> meet(taken_listener& at, connection one);
    task<first_bytes> read_first_bytes(offered_protocols offered, accepted_socket& from);
    bool give_back(taken_listener& at, const accepted_socket& one);
    bool send_on(const taken_listener& at, const accepted_socket& one);
    task<void> begin(taken_listener* at, connection one);

    engine_thread& thread_;
    services& shared_;
    std::vector<watch> watched_;
    unsigned to_begin_ = 0; // listeners that are not watched yet
    std::vector<newcomer*> newcomers_;
    bool is_near_limit_ = false; // of descriptors
    unsigned max_accepted_ = 0;  // connections of the child that have one each for a site
    deadline::clock::time_point next_look_{};
};

} // namespace v6front
