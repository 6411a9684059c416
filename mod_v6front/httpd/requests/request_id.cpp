// SPDX-License-Identifier: Apache-2.0

#include "request_id.hpp"

#include "core/base/mixed.hpp"
#include "core/edits/forwarded.hpp"
#include "request_state.hpp"

#include <array>
#include <cstdint>

namespace v6front
{

namespace
{

// Two counters, each scrambled by a function that gives no value twice: ids of one thread differ,
// and those of two threads, of any process and machine, do by their random beginnings.
class id_source
{
public:
    id_source()
    {
        auto* octets = reinterpret_cast<unsigned char*>(state_.data());
        if (apr_generate_random_bytes(octets, sizeof state_) != APR_SUCCESS)
            state_ = {static_cast<std::uint64_t>(apr_time_now()),
                      reinterpret_cast<std::uintptr_t>(this) ^ static_cast<std::uint64_t>(getpid())
                                                                   << 48U};
    }

    std::array<char, 32> next() noexcept
    {
        for (auto& word : state_)
            word += step;
        return request_id_text(mixed(state_[0]), mixed(state_[1]));
    }

private:
    static constexpr std::uint64_t step = 0x9e3779b97f4a7c15; // odd: every value comes once
    std::array<std::uint64_t, 2> state_{};
};

std::string_view made_id(apr_pool_t* pool)
{
    thread_local id_source source;
    const auto text = source.next();
    return {to_pool(pool, {text.data(), text.size()}), text.size()};
}

} // namespace

std::string_view request_id_of(request_rec* r, std::string_view given)
{
    while (r->main || r->prev)
        r = r->main ? r->main : r->prev;
    auto& id = request_id_place(r);
    if (!id.empty())
        return id;
    if (!given.empty())
        id = {to_pool(r->pool, given), given.size()};
    else if (const char* unique = apr_table_get(r->subprocess_env, "UNIQUE_ID"))
        id = unique;
    else
        id = made_id(r->pool);
    return id;
}

} // namespace v6front
