// SPDX-License-Identifier: Apache-2.0
//
// Memory of octet buffers, which comes and goes with each read, since who waits holds none. What a
// thread has given back last is kept for its next read, up to a bound: the system's allocator would
// cut the large pieces up, join them again, and give pages back to the kernel. May be given back on
// another thread than it was taken on.
#pragma once

#include <cstddef>

namespace v6front::octet_memory
{

char* take(std::size_t size);
void give_back(char* memory, std::size_t size) noexcept;

// How much this thread keeps.
std::size_t kept() noexcept;

} // namespace v6front::octet_memory
