// SPDX-License-Identifier: Apache-2.0
#include "watching.hpp"
#include "process.hpp"

#include <cstdlib>
#include <filesystem>
#include <regex>
#include <stdexcept>

#ifndef V6FRONT_BUILD
#define V6FRONT_BUILD "build/release"
#endif

namespace v6front
{

namespace
{

std::string environment(const char* name, const std::string& otherwise)
{
    const char* value = std::getenv(name);
    return value && *value ? value : otherwise;
}

std::string build_folder()
{
    return environment("V6FRONT_BUILD", V6FRONT_BUILD);
}

// The one that the module is linked with: each compiler has its own.
std::string sanitizer_library()
{
    static const std::string path = [] {
        const std::string needed = run_command({"ldd", module_file()}).output;
        std::smatch found;
        if (!std::regex_search(needed, found, std::regex("=> (/\\S*[at]san\\S*)")))
            throw std::runtime_error("no sanitizer's library in " + module_file() + ":\n" + needed);
        // httpd itself is C: without the C++ library from the start, the sanitizer finds no
        // __cxa_throw to stand before, and the first exception ends the process.
        return found[1].str() + " libstdc++.so.6";
    }();
    return path;
}

} // namespace

watcher watching()
{
    if (environment("V6FRONT_UNDER", "") == "valgrind")
        return watcher::valgrind;
    const auto folder = std::filesystem::path(build_folder()).filename();
    return folder == "asan" || folder == "tsan" ? watcher::sanitizers : watcher::none;
}

int slowness()
{
    switch (watching()) {
    case watcher::valgrind:
        return 10;
    case watcher::sanitizers:
        return 3;
    case watcher::none:
        break;
    }
    return 1;
}

std::size_t very_many()
{
    return watching() == watcher::none ? 4100 : 200;
}

std::string module_file()
{
    return std::filesystem::absolute(build_folder() + "/mod_v6front.so").string();
}

std::vector<std::string> watched_command(const std::string& folder)
{
    if (watching() != watcher::valgrind)
        return {};
    // Only what is lost for good counts as a leak: httpd keeps pools to the end on purpose.
    return {"valgrind",
            "--log-file=" + folder + "/valgrind.%p",
            "--leak-check=full",
            "--errors-for-leak-kinds=definite",
            "--show-leak-kinds=definite",
            "--num-callers=40",
            "--suppressions=" +
                std::filesystem::absolute("test/system/rig/valgrind.supp").string()};
}

std::string test_library(const std::string& name)
{
    return std::filesystem::absolute(V6FRONT_BUILD "/" + name).string();
}

std::vector<std::string> watched_environment(const std::string& folder, const std::string& preload)
{
    if (watching() != watcher::sanitizers)
        return {"LD_PRELOAD=" + preload};
    // Stock httpd is not built with the sanitizer, so its library comes before all others, but for
    // a test's own: that may stand before the sanitizer's `new`. Leaks are not looked for here:
    // what httpd's pools keep would drown ours; valgrind does that. What was freed is kept for a
    // while, but not for so long that it hides how much is in use. What each thread writes
    // at its begin, to find uses of a stack that is gone, is small. Undefined behaviour is an
    // illegal instruction (Makefile).
    const std::string common = ":log_path=" + folder + "/report";
    const std::string known = std::filesystem::absolute("test/system/rig/tsan.supp").string();
    return {"LD_PRELOAD=" + preload + ":" + sanitizer_library() + ":" +
                test_library("pool_order.so"),
            "ASAN_OPTIONS=detect_leaks=0:abort_on_error=0:quarantine_size_mb=8:"
            "verify_asan_link_order=0:detect_stack_use_after_return=1:handle_sigill=2:"
            "max_uar_stack_size_log=16" +
                common,
            // A child process of httpd's has threads, some still run as it ends, and prefork's end
            // in a signal's handler.
            "TSAN_OPTIONS=die_after_fork=0:report_thread_leaks=0:report_signal_unsafe=0:"
            "exitcode=0:suppressions=" +
                known + common};
}

std::string watcher_reports(const std::string& folder)
{
    std::string found;
    if (!std::filesystem::exists(folder))
        return found;
    static const std::regex errors("ERROR SUMMARY: [1-9]");
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const std::string text = read_file(entry.path().string());
        if (watching() != watcher::valgrind || std::regex_search(text, errors))
            found += entry.path().filename().string() + ":\n" + text.substr(0, 20000);
    }
    return found;
}

} // namespace v6front
