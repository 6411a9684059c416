// SPDX-License-Identifier: Apache-2.0
//
// Backend names to IPv4 addresses, never to anything else: the lookup itself asks for AF_INET, so
// that an AAAA record of the site, which points at this very front, is not even seen. getaddrinfo
// is used because operators put backends into the hosts file.
//
// One per child process, shared by its engines. A lookup runs on a thread of its own, so that one
// that hangs delays nobody else, and is detached, so that it does not hold up the child's exit.
#pragma once

#include "core/failure.hpp"
#include "asio.hpp"
#include "deadline.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace v6front
{

using ipv4_addresses = std::vector<asio::ip::address_v4>;
using lookup_result = result<std::shared_ptr<const ipv4_addresses>>;

// Looks a name up, blocking. The default asks getaddrinfo with AF_INET; tests give their own.
using lookup_function = std::function<result<ipv4_addresses>(const std::string& name)>;
result<ipv4_addresses> look_up_ipv4(const std::string& name);

class resolver
{
public:
    explicit resolver(lookup_function look_up = look_up_ipv4);

    using callback = std::function<void(lookup_result)>;
    // Starts a lookup, or joins the one in flight for the same name. Any thread may call; the
    // callback runs on the lookup's thread and must only post.
    void look_up(const std::string& name, callback done);

private:
    struct shared;
    std::shared_ptr<shared> shared_; // outlives the resolver while a lookup is in flight
};

// An engine's own view of the resolver: what was found, without a lock. Used on one thread.
class name_cache
{
public:
    using clock = std::chrono::steady_clock;
    static constexpr std::chrono::seconds fresh_for{30};

    name_cache(resolver& names, asio::io_context& context, deadline_list& deadlines,
               clock::duration fresh = fresh_for);
    ~name_cache();

    // The addresses of the name, at least one. The first caller waits for the lookup, `timeout` at
    // most; later ones are answered at once, after `fresh_for` with the last good answer while a
    // new lookup runs. A failed lookup is not remembered, but never displaces a good answer.
    task<lookup_result> resolve(std::string_view name, std::chrono::milliseconds timeout);

private:
    struct entry;
    struct mailbox;
    void refresh(const std::string& name, const std::shared_ptr<entry>& e);

    resolver& names_;
    asio::io_context& context_;
    deadline_list& deadlines_;
    clock::duration fresh_;
    std::shared_ptr<mailbox>
        mailbox_; // how a lookup's thread reaches us, or learns that we are gone
    std::unordered_map<std::string, std::shared_ptr<entry>> entries_;
    std::string key_;
};

} // namespace v6front
