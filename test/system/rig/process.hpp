// SPDX-License-Identifier: Apache-2.0
//
// Another program, which never outlives the test: it is in a process group of its own, the group is
// killed with its owner, and the kernel ends the program if the test itself is killed.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace v6front
{

class process
{
public:
    // `environment` is added to the test's own ("NAME=value"); what the program prints goes to the
    // end of `output_file`, what it reads comes from `input_file`.
    process(const std::vector<std::string>& command, const std::vector<std::string>& environment,
            const std::string& output_file, const std::string& input_file = "/dev/null");
    ~process();
    process(const process&) = delete;
    process& operator=(const process&) = delete;

    pid_t pid() const { return pid_; }
    void signal(int number);
    // 0..255 as the program said, 128 + n if signal n ended it; nullopt while it runs.
    std::optional<int> exit_code();
    std::optional<int> wait(std::chrono::milliseconds limit);
    void kill_group();

private:
    pid_t pid_ = -1;
    std::optional<int> ended_;
};

struct command_result {
    int code = 0;
    std::string output; // both of its streams
};

// Runs it to its end. Throws deadline_passed if that does not come.
command_result run_command(const std::vector<std::string>& command,
                           const std::vector<std::string>& environment = {},
                           const std::string& input = {});

std::string read_file(const std::string& path); // empty if it is not there
void write_file(const std::string& path, const std::string& text);

// The live children of a process, and how many threads a process has.
std::vector<pid_t> children_of(pid_t parent);
unsigned threads_of(pid_t process);
// No thread of it runs, or would if a processor were free.
bool is_asleep(pid_t process);
// Descriptors that a process has open, and memory that it holds.
unsigned descriptors_of(pid_t process);
unsigned resident_kilobytes(pid_t process);

// A fresh folder, gone with its owner. Servers that give up root can enter it.
class scratch_folder
{
public:
    scratch_folder();
    ~scratch_folder();
    scratch_folder(const scratch_folder&) = delete;
    scratch_folder& operator=(const scratch_folder&) = delete;
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

} // namespace v6front
