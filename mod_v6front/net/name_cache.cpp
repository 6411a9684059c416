// SPDX-License-Identifier: Apache-2.0

#include "name_cache.hpp"

#include "event.hpp"

#include <algorithm>
#include <mutex>

namespace v6front
{

struct name_cache::entry {
    std::shared_ptr<known_name> name;
    std::uint64_t version = 0; // that `last` is of
    lookup_result last{failure{reason::lookup_failed, {}, {}}};
    bool told_to_call = false;
    std::vector<event*> waiting;
};

struct name_cache::mailbox {
    std::mutex mutex;
    asio::io_context* context;
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

name_cache::entry& name_cache::entry_of(std::string_view name)
{
    const auto found = entries_.find(name);
    if (found != entries_.end())
        return *found->second;
    auto made = std::make_shared<entry>();
    made->name = names_.know(name);
    return *entries_.emplace(name, std::move(made)).first->second;
}

const lookup_result* name_cache::known(std::string_view name)
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

task<lookup_result> name_cache::resolve(std::string_view name, std::chrono::milliseconds timeout)
{
    if (const auto* at_once = known(name))
        co_return *at_once;
    const auto e = entries_.find(name)->second;
    event answered;
    deadline limit(deadlines_, [&answered] { answered.notify(); });
    limit.arm(timeout);
    e->waiting.push_back(&answered);
    if (!e->told_to_call) {
        e->told_to_call = true;
        names_.when_known(*e->name, [box = mailbox_, e] {
            const std::lock_guard lock(box->mutex);
            if (!box->context)
                return;
            asio::post(*box->context, [e] {
                for (auto* waiter : e->waiting)
                    waiter->notify();
            });
        });
    }
    co_await answered.wait(context_.get_executor());
    std::erase(e->waiting, &answered);
    if (const auto* in_time = known(name))
        co_return *in_time;
    co_return failure{reason::lookup_timed_out, {}, std::string(name)};
}

} // namespace v6front
