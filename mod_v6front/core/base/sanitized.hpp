// SPDX-License-Identifier: Apache-2.0
//
// Whether a sanitizer watches memory or threads in this build. Memory is not kept for later use
// then, since the sanitizer is to see the end of each piece.
#pragma once

namespace v6front
{

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool is_sanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool is_sanitized = true;
#else
inline constexpr bool is_sanitized = false;
#endif
#else
inline constexpr bool is_sanitized = false;
#endif

} // namespace v6front
