// SPDX-License-Identifier: Apache-2.0

#include "resolver_state.hpp"

namespace v6front
{

std::vector<name_state> resolver::snapshot() const
{
    const std::lock_guard lock(shared_->mutex);
    std::vector<name_state> all;
    for (const auto& [name, known] : shared_->names) {
        const auto& r = *known->record_;
        auto& state = all.emplace_back(name_state{name, {}, {}, {}});
        if (r.failing)
            state.failing = r.failing->reason;
        if (!r.addresses)
            continue;
        state.addresses = *r.addresses;
        state.age = std::chrono::duration_cast<std::chrono::seconds>(shared_->time() - r.answered);
    }
    return all;
}

} // namespace v6front
