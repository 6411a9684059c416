// SPDX-License-Identifier: Apache-2.0
//
// scripts/run as its user runs it: the demo site on 127.0.0.1 and the front on [::1], one port for
// both. Comes up in the constructor; a demo that was not stopped is ended by the destructor.
#pragma once

#include "process.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace v6front
{

class demo
{
public:
    demo();
    demo(const demo&) = delete;
    demo& operator=(const demo&) = delete;

    std::uint16_t port() const { return port_; }
    std::string by_name(const std::string& path) const;    // the URL with the site's own name
    std::string by_address(const std::string& path) const; // the URL with [::1]
    std::string output() const;
    const std::string& folder() const { return folder_; } // gone after an orderly end
    std::vector<std::string> front_log() const;
    std::vector<std::string> site_log() const;

    pid_t pid() const { return script_.pid(); }
    void signal(int number) { script_.signal(number); }
    int exit_code(); // once it has ended

private:
    std::string said(const std::string& label) const; // the rest of the line that begins so

    scratch_folder scratch_;
    process script_;
    std::uint16_t port_ = 0;
    std::string folder_;
};

// scripts/run to its end, with --no-packages and these arguments.
command_result run_demo(const std::vector<std::string>& arguments);

// MODE=... for scripts/run: the build that is under test.
std::vector<std::string> demo_environment();

} // namespace v6front
