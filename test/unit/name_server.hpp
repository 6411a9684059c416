// SPDX-License-Identifier: Apache-2.0
//
// A lookup function for tests, which answers when it is told to and never before.
#pragma once

#include "mod_v6front/net/names/resolver.hpp"

#include <atomic>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <optional>

namespace v6front::test
{

// A name server that answers when it is told to. Lookups hold on to it, and `left` becomes ready
// when the last of them, and the resolver, have let go.
class name_server : public std::enable_shared_from_this<name_server>
{
public:
    explicit name_server(std::promise<void>* left = nullptr) : left_(left) {}
    ~name_server()
    {
        if (left_)
            left_->set_value();
    }
    lookup_function function()
    {
        return [self = shared_from_this()](const std::string& name) { return self->answer(name); };
    }
    void say(result<ipv4_addresses> answer)
    {
        const std::lock_guard lock(mutex_);
        answer_ = std::move(answer);
        changed_.notify_all();
    }
    void fall_silent()
    {
        const std::lock_guard lock(mutex_);
        answer_.reset();
    }
    unsigned asked() const { return asked_; }

private:
    result<ipv4_addresses> answer(const std::string&)
    {
        ++asked_;
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return answer_.has_value(); });
        return *answer_;
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::optional<result<ipv4_addresses>> answer_;
    std::atomic<unsigned> asked_{0};
    std::promise<void>* left_;
};

inline ipv4_addresses address(const char* text)
{
    return {asio::ip::make_address_v4(text)};
}

} // namespace v6front::test
