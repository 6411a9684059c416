// SPDX-License-Identifier: Apache-2.0
//
// Memory of coroutine frames. An exchange is some fifteen coroutines deep, one after the other, and
// each has a frame of 100 to 3,000 octets. Asio keeps frames of up to 1,020 octets, searches all
// that it keeps for each new one, and gives one back to the system for each that is larger. Here
// frames are kept by size, per thread: to take one is to take the first of a list. A frame may be
// given back on another thread than it was taken on (an engine that is lent runs on many). Threads
// keep a bounded number of each size; what is above `largest_kept` comes from the system.
#pragma once

#include <cstddef>

namespace v6front::frame_memory
{

constexpr std::size_t largest_kept = 4096;

void* take(std::size_t size);
void give_back(void* frame, std::size_t size) noexcept;

} // namespace v6front::frame_memory
