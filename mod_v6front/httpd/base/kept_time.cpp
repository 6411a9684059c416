// SPDX-License-Identifier: Apache-2.0

#include "kept_time.hpp"

#include "core/base/numbers.hpp"
#include "core/decisions/thread_time.hpp"

#include <string_view>

#include <fcntl.h>
#include <unistd.h>

namespace v6front
{

using namespace std::chrono_literals;

namespace
{

// A thousandth of a busy engine's time goes into looking, at most; and what is not known of the
// time before a start is far less than what is too long.
constexpr auto between_readings = 10ms;

class run_queue
{
public:
    ~run_queue()
    {
        if (file_ >= 0)
            ::close(file_);
    }
    void open() { file_ = ::open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC); }
    bool is_open() const { return file_ >= 0; }

    // "123 456 7": ran, waited, how often.
    std::chrono::nanoseconds read(kept_time::clock::time_point now)
    {
        read_at_ = now;
        char text[96];
        const auto n = ::pread(file_, text, sizeof text, 0);
        std::string_view line(text, n > 0 ? static_cast<std::size_t>(n) : 0);
        take_number<std::uint64_t>(line);
        line.remove_prefix(line.starts_with(' ') ? 1 : 0);
        return last_ = std::chrono::nanoseconds(take_number<std::uint64_t>(line).value_or(0));
    }
    std::chrono::nanoseconds lately(kept_time::clock::time_point now)
    {
        return now - read_at_ > between_readings ? read(now) : last_;
    }

private:
    int file_ = -1;
    kept_time::clock::time_point read_at_{};
    std::chrono::nanoseconds last_{};
};

thread_local run_queue queue;
thread_local call_in_progress* calls_of_thread = nullptr;

} // namespace

void kept_time::watch_this_thread(call_in_progress& calls)
{
    queue.open();
    calls_of_thread = &calls;
}

kept_time::kept_time(const server_rec* host)
    : start_(clock::now()),
      waited_(queue.is_open() ? queue.lately(start_) : 0ns),
      is_outermost_(calls_of_thread && calls_of_thread->begin(host, start_))
{
}

kept_time::~kept_time()
{
    if (is_outermost_)
        calls_of_thread->end();
}

std::optional<std::chrono::milliseconds> kept_time::too_long(clock::duration without) const
{
    const auto now = clock::now();
    auto kept = now - start_ - without;
    if (kept < thread_time::too_long)
        return std::nullopt;
    if (queue.is_open())
        kept -= queue.read(now) - waited_;
    if (kept < thread_time::too_long)
        return std::nullopt;
    return std::chrono::duration_cast<std::chrono::milliseconds>(kept);
}

} // namespace v6front
