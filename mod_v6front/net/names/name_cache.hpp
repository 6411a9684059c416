// SPDX-License-Identifier: Apache-2.0
//
// An engine's own view of the resolver: what was found, read without a lock until it changes. Part
// of the engine and used on its thread.
#pragma once

#include "net/loop/deadline.hpp"
#include "resolver.hpp"

#include <map>

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
    const lookup_result* known(std::string_view name);
    // Waits for that first lookup, `timeout` at most.
    task<lookup_result> resolve(std::string_view name, std::chrono::milliseconds timeout);
    // No address that is known takes a connection: the name is looked up anew, unless that has
    // just been done. The second also waits for what comes of it, which known() tells then.
    void doubt(std::string_view name);
    task<void> look_again(std::string_view name, std::chrono::milliseconds timeout);

private:
    struct entry;
    struct mailbox;
    struct waiter;
    std::function<void()> call(std::shared_ptr<waiter> w) const;
    task<void> called(std::shared_ptr<waiter> w, std::chrono::milliseconds timeout);
    entry& entry_of(std::string_view name);

    resolver& names_;
    asio::io_context& context_;
    deadline_list& deadlines_;
    std::shared_ptr<mailbox> mailbox_; // how a lookup reaches us, or learns that we are gone
    std::map<std::string, std::unique_ptr<entry>, std::less<>> entries_;
};

} // namespace v6front
