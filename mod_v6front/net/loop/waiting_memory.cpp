// SPDX-License-Identifier: Apache-2.0
//
// Asio's memory for operations that wait, a few hundred octets each. Asio asks for it when the
// coroutine that waits has been left already: an exception would reach the loop instead of the
// request, and end the coroutine beside others that it has begun. So it is asked for again while
// there is none. If that lasts, the process ends, as httpd does where APR has none (core.c,
// abort_on_oom). All other memory of the module is of `new`, which throws where the request can
// end.
//
// Asio has it from aligned_alloc (asio/detail/memory.hpp, aligned_new). The module is linked with
// --wrap=aligned_alloc, which is for its own calls alone.

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <string_view>
#include <thread>

#include <unistd.h>

namespace
{

constexpr std::chrono::milliseconds between_tries{1};
constexpr int most_tries = 3000;

[[noreturn]] void end_process()
{
    constexpr std::string_view text = "mod_v6front: out of memory, this process ends\n";
    [[maybe_unused]] const auto n = ::write(STDERR_FILENO, text.data(), text.size());
    std::abort();
}

} // namespace

extern "C" {

void* real_aligned_alloc(std::size_t alignment, std::size_t size) __asm__("__real_aligned_alloc");
void* patient_aligned_alloc(std::size_t alignment,
                            std::size_t size) __asm__("__wrap_aligned_alloc");

void* patient_aligned_alloc(std::size_t alignment, std::size_t size)
{
    for (int tries = 0; tries < most_tries; ++tries) {
        if (auto* memory = real_aligned_alloc(alignment, size))
            return memory;
        std::this_thread::sleep_for(between_tries);
    }
    end_process();
}
}
