// SPDX-License-Identifier: Apache-2.0
#include "demo.hpp"
#include "deadline.hpp"
#include "text_lines.hpp"
#include "watching.hpp"

#include <filesystem>
#include <stdexcept>

namespace v6front
{

demo::demo()
    : script_({"scripts/run", "--no-packages"}, demo_environment(), scratch_.path() + "/output")
{
    await(
        "scripts/run to come up",
        [this] {
            if (script_.exit_code())
                throw std::runtime_error("scripts/run has ended: " + output());
            return output().find("Ctrl-C stops it.") != std::string::npos;
        },
        patience(std::chrono::minutes{2}));
    const std::string url = said("Open ");
    port_ = static_cast<std::uint16_t>(std::stoi(url.substr(url.find("]:") + 2)));
    folder_ = said("Its files ");
}

std::string demo::by_name(const std::string& path) const
{
    return "http://www.legacy.test:" + std::to_string(port_) + path;
}

std::string demo::by_address(const std::string& path) const
{
    return "http://[::1]:" + std::to_string(port_) + path;
}

std::string demo::output() const
{
    return read_file(scratch_.path() + "/output");
}

std::vector<std::string> demo::front_log() const
{
    return lines_of(read_file(folder_ + "/front-access.log"));
}

std::vector<std::string> demo::site_log() const
{
    return lines_of(read_file(folder_ + "/site-access.log"));
}

int demo::exit_code()
{
    const auto code = script_.wait(patience(std::chrono::seconds{30}));
    return code ? *code : throw deadline_passed("the end of scripts/run");
}

std::string demo::said(const std::string& label) const
{
    for (const std::string& line : lines_of(read_file(scratch_.path() + "/output"))) {
        if (line.starts_with(label))
            return line.substr(line.find_first_not_of(' ', label.size()));
    }
    throw std::runtime_error("scripts/run does not say '" + label + "...': " + output());
}

command_result run_demo(const std::vector<std::string>& arguments)
{
    std::vector<std::string> command = {"scripts/run", "--no-packages"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return run_command(command, demo_environment());
}

std::vector<std::string> demo_environment()
{
    return {"MODE=" + std::filesystem::path(module_file()).parent_path().filename().string()};
}

} // namespace v6front
