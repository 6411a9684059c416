// SPDX-License-Identifier: Apache-2.0

#include "name_cache.hpp"

#include "net/loop/event.hpp"

#include <algorithm>
#include <mutex>

namespace v6front
{

struct name_cache::entry {
    std::shared_ptr<known_name> name;
    std::uint64_t version = 0; // that `last` is of
    lookup_result last{failure{reason::lookup_failed, {}, {}}};
};

struct name_cache::mailbox {
    std::mutex mutex;
    asio::io_context* context;
};

// Of one request, which may have gone when it is called.
struct name_cache::waiter {
    event called;
};

name_cache::name_cache(resolver& names, asio::io_context& context, deadline_list& deadlines)
    : names_(names), context_(context), deadlines_(deadlines), mailbox_(std::make_shared<mailbox>())
{
    mailbox_->context = &context_;
}

name_cache::~name_cache()
{
    const std::lock_guard lock(mailbox_->mutex);
    mailbox_->context = nullptr;
}

name_cache::entry& name_cache::entry_of(const numbered_name& name)
{
    if (name.number >= entries_.size())
        entries_.resize(name.number + 1);
    auto& at = entries_[name.number];
    if (!at) {
        auto made = std::make_unique<entry>();
        made->name = names_.know(name.text);
        at = std::move(made);
    }
    return *at;
}

const lookup_result* name_cache::known(const numbered_name& name)
{
    auto& e = entry_of(name);
    const auto version = e.name->version();
    if (version == 0)
        return nullptr;
    if (version != e.version) {
        e.last = names_.answer(*e.name);
        e.version = version;
    }
    if (!e.last)
        names_.wanted(*e.name);
    return &e.last;
}

// For the resolver, which calls it on a thread of its own.
std::function<void()> name_cache::call(std::shared_ptr<waiter> w) const
{
    return [box = mailbox_, w = std::move(w)] {
        const std::lock_guard lock(box->mutex);
        if (box->context)
            asio::post(*box->context, [w] { w->called.notify(); });
    };
}

task<void> name_cache::called(std::shared_ptr<waiter> w, std::chrono::milliseconds timeout)
{
    deadline limit(deadlines_, [&w] { w->called.notify(); });
    limit.arm(timeout);
    co_await w->called.wait(context_.get_executor());
}

void name_cache::doubt(const numbered_name& name)
{
    names_.doubted(*entry_of(name).name);
}

task<void> name_cache::look_again(const numbered_name& name, std::chrono::milliseconds timeout)
{
    if (timeout <= timeout.zero()) {
        doubt(name);
        co_return;
    }
    const auto w = std::make_shared<waiter>();
    names_.doubted(*entry_of(name).name, call(w));
    co_await called(w, timeout);
}

task<lookup_result> name_cache::resolve(const numbered_name& name,
                                        std::chrono::milliseconds timeout)
{
    if (const auto* at_once = known(name))
        co_return *at_once;
    const auto w = std::make_shared<waiter>();
    names_.when_known(*entry_of(name).name, call(w));
    co_await called(w, timeout);
    if (const auto* in_time = known(name))
        co_return *in_time;
    co_return failure{reason::lookup_timed_out, {}, name.text};
}

} // namespace v6front
