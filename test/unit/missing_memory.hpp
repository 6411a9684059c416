// SPDX-License-Identifier: Apache-2.0
//
// One piece of memory is missing: of those that operator new is asked for on this thread from the
// making of this on, the one with that number, from 1. It ends with its scope.
#pragma once

namespace v6front
{

class missing_memory
{
public:
    explicit missing_memory(int number) noexcept;
    missing_memory(const missing_memory&) = delete;
    missing_memory& operator=(const missing_memory&) = delete;
    ~missing_memory();
    // Somebody has asked for it.
    bool was_missed() const noexcept;
};

} // namespace v6front
