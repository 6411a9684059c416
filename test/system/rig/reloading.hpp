// SPDX-License-Identifier: Apache-2.0
//
// For tests of graceful restarts: who is there, and new children that do not come up.
#pragma once

#include "process.hpp"
#include "watching.hpp"
#include "ways.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace v6front
{

// Much more than an answer takes on a busy machine, and less than httpd's second.
constexpr std::chrono::milliseconds too_slow{600};

inline bool have_left(const httpd_server& front, const std::vector<pid_t>& old)
{
    const auto all = front.children();
    return std::ranges::none_of(
        old, [&](pid_t child) { return std::ranges::find(all, child) != all.end(); });
}

inline bool have_come(const httpd_server& front, const std::vector<pid_t>& old)
{
    const auto all = front.children();
    return std::ranges::any_of(
        all, [&](pid_t child) { return std::ranges::find(old, child) == old.end(); });
}

// As an operator's server has it: place for the new processes beside the old ones. The event MPM
// has it where there are more slots than MaxRequestWorkers needs. The worker MPM shares a slot with
// a process that ends, but only if it sees a thread that went after it knew that the process ends.
inline httpd_options roomy(const way& w, const std::string& site)
{
    httpd_options options = options_for(w, site);
    options.global = "ServerLimit 8\n";
    if (w.model == mpm::worker)
        options.global += "MaxRequestWorkers " + std::to_string(8 * options.threads) + "\n";
    return options;
}

// New children of that server wait while this is there, or end at once.
class hindrance
{
public:
    explicit hindrance(httpd_options& options) : file_(folder_.path() + "/now")
    {
        options.global +=
            "LoadModule slow_children_module " + test_library("slow_children.so") + "\n";
        options.environment.push_back("SLOW_CHILDREN=" + file_);
        std::filesystem::permissions(folder_.path(), std::filesystem::perms::all);
    }
    void begin(const std::string& word) { std::ofstream(file_) << word; }
    std::size_t met() const // so many
    {
        std::error_code none;
        const auto size = std::filesystem::file_size(file_ + ".met", none);
        return none ? 0 : size;
    }
    void end() { std::filesystem::remove(file_); }

private:
    scratch_folder folder_;
    std::string file_;
};

} // namespace v6front
