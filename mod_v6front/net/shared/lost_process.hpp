// SPDX-License-Identifier: Apache-2.0
//
// Whether a process that has a place in shared memory is still there. One that was killed could not
// give its place back.
#pragma once

#include <cerrno>
#include <csignal>
#include <cstdint>

namespace v6front
{

inline bool is_gone(std::uint32_t process) noexcept
{
    return ::kill(static_cast<pid_t>(process), 0) != 0 && errno == ESRCH;
}

} // namespace v6front
