// SPDX-License-Identifier: Apache-2.0
//
// An engine's own view of the resolver: what was found, read without a lock until it changes. Part
// of the engine and used on its thread.
#pragma once

#include "net/loop/deadline.hpp"
#include "name_numbers.hpp"
#include "resolver.hpp"

#include <memory>
#include <vector>

namespace v6front
{

class name_cache
{
public:
    name_cache(resolver& names, asio::io_context& context, deadline_list& deadlines);
    ~name_cache();
    name_cache(const name_cache&) = delete;
    name_cache& operator=(const name_cache&) = delete;

    // What is known of the name right now, until the next call: its addresses, at least one, or why
    // there are none. nullptr while its first lookup runs, which this call starts.
    const lookup_result* known(const numbered_name& name);
    // Waits for that first lookup, `timeout` at most.
    task<lookup_result> resolve(const numbered_name& name, std::chrono::milliseconds timeout);
    // No address that is known takes a connection: the name is looked up anew, unless that has
    // just been done. The second also waits for what comes of it, which known() tells then.
    void doubt(const numbered_name& name);
    task<void> look_again(const numbered_name& name, std::chrono::milliseconds timeout);

private:
    struct entry;
    struct mailbox;
    struct waiter;
    std::function<void()> call(std::shared_ptr<waiter> w) const;
    task<void> called(std::shared_ptr<waiter> w, std::chrono::milliseconds timeout);
    entry& entry_of(const numbered_name& name);

    resolver& names_;
    asio::io_context& context_;
    deadline_list& deadlines_;
    std::shared_ptr<mailbox> mailbox_; // how a lookup reaches us, or learns that we are gone
    std::vector<std::unique_ptr<entry>> entries_; // by number; none before it is asked for
};

} // namespace v6front
