// SPDX-License-Identifier: Apache-2.0

#include "frame_memory.hpp"

#include <array>
#include <new>

namespace v6front::frame_memory
{

namespace
{

// A sanitizer is to see each frame's end.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool keeps = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool keeps = false;
#else
constexpr bool keeps = true;
#endif
#else
constexpr bool keeps = true;
#endif

constexpr std::size_t step = 64;
// As many as exchanges of one engine end between two that begin, in a burst.
constexpr unsigned most_of_a_size = 64;

struct kept_frame {
    kept_frame* next;
};

class kept_frames
{
public:
    ~kept_frames()
    {
        for (auto& of : sizes_)
            while (auto* frame = of.first) {
                of.first = frame->next;
                ::operator delete(frame);
            }
    }

    void* take(std::size_t at)
    {
        auto& of = sizes_[at];
        if (!of.first)
            return ::operator new((at + 1) * step);
        auto* frame = of.first;
        of.first = frame->next;
        --of.count;
        return frame;
    }

    void give_back(void* memory, std::size_t at) noexcept
    {
        auto& of = sizes_[at];
        if (of.count == most_of_a_size)
            return ::operator delete(memory);
        of.first = new (memory) kept_frame{of.first};
        ++of.count;
    }

private:
    struct size_class {
        kept_frame* first = nullptr;
        unsigned count = 0;
    };
    std::array<size_class, largest_kept / step> sizes_;
};

thread_local kept_frames frames_of_thread;

} // namespace

void* take(std::size_t size)
{
    if (!keeps || size > largest_kept)
        return ::operator new(size);
    return frames_of_thread.take((size - 1) / step);
}

void give_back(void* frame, std::size_t size) noexcept
{
    if (!keeps || size > largest_kept)
        return ::operator delete(frame);
    frames_of_thread.give_back(frame, (size - 1) / step);
}

} // namespace v6front::frame_memory
