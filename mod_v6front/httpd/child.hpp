// SPDX-License-Identifier: Apache-2.0
//
// One child process of httpd: what its exchanges share, and its engines. Made in child_init, ended
// before the child's pool. After a graceful restart its engines accept connections until those of
// the next generation do (core/decisions/succession).
#pragma once

#include "httpd/base/apache.hpp"
#include "httpd/connections/engine_threads.hpp"
#include "httpd/connections/handover.hpp"
#include "httpd/connections/taken_listener.hpp"
#include "httpd/process/generations.hpp"
#include "httpd/process/services.hpp"

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace v6front
{

class child
{
public:
    child(const server_rec* main_server, std::string_view pseudonym);
    ~child();
    child(const child&) = delete;

    // The one of this process; nullptr in the parent and before child_init.
    static child* current() noexcept { return current_.load(std::memory_order_acquire); }

    services& shared() noexcept { return shared_; }
    engine_threads& engines() noexcept { return engines_; }
    handover_slots& slots() noexcept { return slots_; }
    // `graceful`: what is under way comes to its end.
    void begin_stop(bool graceful);

private:
    using mailbox_wait = asio::posix::basic_stream_descriptor<executor>;

    static std::atomic<child*> current_; // threads of others' still ask while it ends
    // Any thread: descriptors are running out, and idle clients give back theirs. The connections
    // to sites serve those who are left, and only go where that does not help.
    void make_room(bool sites_too);
    void take_listeners();
    void accept_no_more();
    taken_listener* listener_with(std::uint64_t inode) const;
    task<void> take_mail();
    void take_no_mail();
    void take_mail_back();
    task<void> accept_for_successors();
    void give_up_listeners();
    bool may_accept() const;
    void wait_for_accepted() const;

    services shared_;
    handover_slots slots_;
    engine_threads engines_;
    std::vector<taken_listener*> listeners_;
    std::optional<mailbox_wait> mail_wait_; // on the first engine
    view_of_generations generations_;
    std::atomic<bool> is_stopping_{false};
    std::atomic<bool> ends_gracefully_{false};
    std::atomic<bool> accepts_for_successors_{false};
};

} // namespace v6front
