// SPDX-License-Identifier: Apache-2.0
//
// A site that redirects http to https for ever. It sees plain http whatever its client uses, and a
// client that asks for https://host/path is sent to https://host/path. One such response may be
// meant (a cookie is set, and looked for); a row of them and nothing else is a loop.
#pragma once

#include <atomic>
#include <string_view>

namespace v6front
{

// A status that sends a client to its Location with the same kind of request (RFC 9110 15.4).
bool is_redirect(int status) noexcept;

// True if a Location (RFC 9110 10.2.2) is the URL that the client asked for: `host` is its Host
// field, `target` its request target in origin-form.
bool is_same_url(std::string_view location, std::string_view scheme, std::string_view host,
                 std::string_view target) noexcept;

// Of one rule, in one child process. Any thread.
class redirect_run
{
public:
    // A browser gives up after about twenty.
    static constexpr unsigned enough = 10;

    // For each response. True once in the life of the process: when enough redirects to the URL
    // asked for have come in a row.
    bool note(bool to_itself) noexcept
    {
        if (!to_itself) {
            if (row_.load(std::memory_order_relaxed) > 0)
                row_.store(0, std::memory_order_relaxed);
            return false;
        }
        return row_.fetch_add(1, std::memory_order_relaxed) + 1 == enough && !told_.exchange(true);
    }

private:
    std::atomic<unsigned> row_{0};
    std::atomic<bool> told_{false};
};

} // namespace v6front
