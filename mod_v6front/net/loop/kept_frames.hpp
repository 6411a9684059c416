// SPDX-License-Identifier: Apache-2.0
//
// How many octets of coroutine frames this thread keeps (frame_memory), for whoever tells
// operators. Apart from frame_memory.hpp, which every file reads with Asio.
#pragma once

#include <cstddef>

namespace v6front::frame_memory
{

std::size_t kept() noexcept;

} // namespace v6front::frame_memory
