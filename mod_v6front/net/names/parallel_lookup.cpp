// SPDX-License-Identifier: Apache-2.0

#include "parallel_lookup.hpp"

#include "core/rules/backend_url.hpp"
#include "net/loop/signals_blocked.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <sstream>
#include <thread>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace v6front
{

namespace
{

using clock = std::chrono::steady_clock;
using answers = std::vector<std::optional<result<ipv4_addresses>>>;

constexpr std::size_t max_threads = 64;
constexpr std::size_t max_addresses = 64; // so that a line is written whole (pipe(7), PIPE_BUF)

// "3 0 192.0.2.1 192.0.2.2": the third name, and a reason where there are no addresses.
std::string as_line(std::size_t index, const result<ipv4_addresses>& found)
{
    std::ostringstream line;
    line << index << ' ' << (found ? 0U : static_cast<unsigned>(found.error().reason));
    if (found)
        for (std::size_t i = 0; i < std::min(found->size(), max_addresses); ++i)
            line << ' ' << (*found)[i].to_string();
    line << '\n';
    return line.str();
}

void take_line(const std::string& text, const std::vector<std::string>& names, answers& out)
{
    std::istringstream line(text);
    std::size_t index = 0;
    unsigned why = 0;
    if (!(line >> index >> why) || index >= out.size())
        return;
    ipv4_addresses addresses;
    for (std::string word; line >> word;)
        if (const auto a = parse_ipv4(word))
            addresses.emplace_back(*a);
    if (addresses.empty())
        out[index] = failure{static_cast<reason>(why), {}, names[index]};
    else
        out[index] = std::move(addresses);
}

[[noreturn]] void look_up_and_write(const std::vector<std::string>& names,
                                    const lookup_function& look_up, int to)
{
    std::atomic<std::size_t> next{0};
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < std::min(names.size(), max_threads); ++i)
        threads.emplace_back([&] {
            for (auto n = next++; n < names.size(); n = next++) {
                const auto line = as_line(n, look_up(names[n]));
                if (::write(to, line.data(), line.size()) < 0)
                    return;
            }
        });
    for (auto& t : threads)
        t.join();
    ::_exit(0);
}

void read_until(clock::time_point end, int from, const std::vector<std::string>& names,
                answers& out)
{
    std::string text;
    std::array<char, 4096> piece{};
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - clock::now()).count();
        if (left <= 0)
            return;
        pollfd waited{from, POLLIN, 0};
        const int ready = ::poll(&waited, 1, static_cast<int>(left));
        if (ready == 0 || (ready < 0 && errno != EINTR))
            return;
        if (ready < 0)
            continue;
        const auto n = ::read(from, piece.data(), piece.size());
        if (n == 0 || (n < 0 && errno != EINTR))
            return;
        text.append(piece.data(), n > 0 ? static_cast<std::size_t>(n) : 0);
        for (auto at = text.find('\n'); at != std::string::npos; at = text.find('\n')) {
            take_line(text.substr(0, at), names, out);
            text.erase(0, at + 1);
        }
    }
}

} // namespace

answers look_up_all(const std::vector<std::string>& names, std::chrono::milliseconds limit,
                    const lookup_function& look_up)
{
    answers out(names.size());
    std::array<int, 2> ends{};
    if (names.empty() || ::pipe(ends.data()) != 0)
        return out;
    const auto end = clock::now() + limit;
    const auto helper = ::fork();
    if (helper == 0) {
        ::close(ends[0]);
        // Signals are for the program that asks; this one is only ever killed.
        const signals_blocked quiet;
        try {
            look_up_and_write(names, look_up, ends[1]);
        } catch (...) {
            ::_exit(1);
        }
    }
    ::close(ends[1]);
    if (helper > 0) {
        read_until(end, ends[0], names, out);
        ::kill(helper, SIGKILL);
        while (::waitpid(helper, nullptr, 0) < 0 && errno == EINTR) {
        }
    }
    ::close(ends[0]);
    return out;
}

} // namespace v6front
