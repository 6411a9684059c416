// SPDX-License-Identifier: Apache-2.0

#include "resolver.hpp"

#include "event.hpp"

#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <mutex>
#include <thread>

namespace v6front
{

namespace
{

failure lookup_failure(int code, const std::string& name)
{
    switch (code) {
    case EAI_NONAME:
        return {reason::name_not_found, {}, name};
#ifdef EAI_NODATA
    case EAI_NODATA:
#endif
#ifdef EAI_ADDRFAMILY
    case EAI_ADDRFAMILY:
#endif
        return {reason::no_ipv4_address, {}, name};
    case EAI_MEMORY:
        return {reason::out_of_resources, {}, name};
    case EAI_SYSTEM:
        return {reason::lookup_failed, {errno, boost::system::system_category()}, name};
    default:
        return {reason::lookup_failed, {}, name + ": " + gai_strerror(code)};
    }
}

// glibc answers "no such name" for some AAAA-only names, so the difference is asked for: only to
// tell the operator, never to use the address.
bool exists_without_ipv4(const std::string& name)
{
    addrinfo hints{};
    hints.ai_family = AF_INET6;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (getaddrinfo(name.c_str(), nullptr, &hints, &found) != 0)
        return false;
    freeaddrinfo(found);
    return true;
}

} // namespace

result<ipv4_addresses> look_up_ipv4(const std::string& name)
{
    addrinfo hints{};
    hints.ai_family = AF_INET;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (const int code = getaddrinfo(name.c_str(), nullptr, &hints, &found); code != 0) {
        auto f = lookup_failure(code, name);
        if (f.what == reason::name_not_found && exists_without_ipv4(name))
            f.what = reason::no_ipv4_address;
        return f;
    }
    ipv4_addresses addresses;
    for (auto* a = found; a; a = a->ai_next) {
        const auto* in = reinterpret_cast<const sockaddr_in*>(a->ai_addr);
        const asio::ip::address_v4 address(ntohl(in->sin_addr.s_addr));
        if (std::find(addresses.begin(), addresses.end(), address) == addresses.end())
            addresses.push_back(address);
    }
    freeaddrinfo(found);
    if (addresses.empty())
        return failure{reason::no_ipv4_address, {}, name};
    return addresses;
}

struct resolver::shared {
    lookup_function look_up;
    std::mutex mutex;
    std::unordered_map<std::string, std::vector<callback>> in_flight;

    void run(const std::string& name)
    {
        auto found = look_up(name);
        auto answer = found
                          ? lookup_result(std::make_shared<const ipv4_addresses>(*std::move(found)))
                          : lookup_result(found.error());
        std::vector<callback> waiting;
        {
            const std::lock_guard lock(mutex);
            waiting = std::move(in_flight[name]);
            in_flight.erase(name);
        }
        for (auto& done : waiting)
            done(answer);
    }
};

resolver::resolver(lookup_function look_up) : shared_(std::make_shared<shared>())
{
    shared_->look_up = std::move(look_up);
}

void resolver::look_up(const std::string& name, callback done)
{
    {
        const std::lock_guard lock(shared_->mutex);
        auto& waiting = shared_->in_flight[name];
        waiting.push_back(std::move(done));
        if (waiting.size() > 1)
            return;
    }
    try {
        std::thread([s = shared_, name] { s->run(name); }).detach();
    } catch (const std::system_error& e) {
        std::vector<callback> waiting;
        {
            const std::lock_guard lock(shared_->mutex);
            waiting = std::move(shared_->in_flight[name]);
            shared_->in_flight.erase(name);
        }
        for (auto& d : waiting)
            d(failure{reason::out_of_resources,
                      {e.code().value(), boost::system::system_category()},
                      name});
    }
}

struct name_cache::entry {
    std::shared_ptr<const ipv4_addresses> addresses; // the last good answer
    clock::time_point fresh_until{};
    failure last_failure{reason::lookup_failed};
    bool in_flight = false;
    std::vector<event*> waiting;
};

struct name_cache::mailbox {
    std::mutex mutex;
    asio::io_context* context;
};

name_cache::name_cache(resolver& names, asio::io_context& context, deadline_list& deadlines,
                       clock::duration fresh)
    : names_(names),
      context_(context),
      deadlines_(deadlines),
      fresh_(fresh),
      mailbox_(std::make_shared<mailbox>())
{
    mailbox_->context = &context_;
}

name_cache::~name_cache()
{
    const std::lock_guard lock(mailbox_->mutex);
    mailbox_->context = nullptr;
}

void name_cache::refresh(const std::string& name, const std::shared_ptr<entry>& e)
{
    e->in_flight = true;
    names_.look_up(name, [box = mailbox_, e, fresh = fresh_](lookup_result answer) {
        const std::lock_guard lock(box->mutex);
        if (!box->context)
            return;
        asio::post(*box->context, [e, fresh, answer = std::move(answer)] {
            e->in_flight = false;
            e->fresh_until = clock::now() + fresh;
            if (answer)
                e->addresses = *answer;
            else
                e->last_failure = answer.error();
            for (auto* waiter : std::exchange(e->waiting, {}))
                waiter->notify();
        });
    });
}

task<lookup_result> name_cache::resolve(std::string_view name, std::chrono::milliseconds timeout)
{
    key_.assign(name);
    auto& slot = entries_[key_];
    if (!slot)
        slot = std::make_shared<entry>();
    const auto e = slot;
    if ((!e->addresses || clock::now() > e->fresh_until) && !e->in_flight)
        refresh(key_, e);
    if (!e->addresses) {
        event answered;
        deadline limit(deadlines_, [&answered] { answered.notify(); });
        limit.arm(timeout);
        e->waiting.push_back(&answered);
        co_await answered.wait(context_.get_executor());
        std::erase(e->waiting, &answered);
        // In flight alone says nothing: another that was told of a failure may have asked anew.
        if (!e->addresses && e->in_flight && limit.expired())
            co_return failure{reason::lookup_timed_out, {}, std::string(name)};
    }
    if (!e->addresses)
        co_return e->last_failure;
    co_return e->addresses;
}

} // namespace v6front
