// SPDX-License-Identifier: Apache-2.0
//
// A number scrambled: what hashing and ids are made of. It keeps no secret.
#pragma once

#include <cstdint>

namespace v6front
{

// A bijection whose output bits all depend on all input bits (the finalizer of splitmix64).
constexpr std::uint64_t mixed(std::uint64_t n) noexcept
{
    n += 0x9e3779b97f4a7c15;
    n = (n ^ n >> 30) * 0xbf58476d1ce4e5b9;
    n = (n ^ n >> 27) * 0x94d049bb133111eb;
    return n ^ n >> 31;
}

} // namespace v6front
