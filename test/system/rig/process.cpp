// SPDX-License-Identifier: Apache-2.0
#include "process.hpp"
#include "deadline.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace v6front
{

namespace fs = std::filesystem;

namespace
{

std::vector<char*> pointers(std::vector<std::string>& texts)
{
    std::vector<char*> out;
    for (std::string& text : texts)
        out.push_back(text.data());
    out.push_back(nullptr);
    return out;
}

[[noreturn]] void become(char** argv, char** envp, const char* output, const char* input,
                         pid_t parent)
{
    // Only calls that are safe in the child of a program with threads.
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        _exit(125);
    // Nor does it matter how the tests were started: nohup, say, has a hangup ignored.
    for (const int number : {SIGPIPE, SIGHUP, SIGINT, SIGTERM})
        std::signal(number, SIG_DFL);
    const int out = open(output, O_WRONLY | O_CREAT | O_APPEND, 0644);
    const int in = open(input, O_RDONLY);
    dup2(in, 0);
    dup2(out, 1);
    dup2(out, 2);
    // A program that held a site's listener would keep that accepting when the site is gone.
    close_range(3, ~0U, 0);
    execvpe(argv[0], argv, envp);
    _exit(127);
}

} // namespace

process::process(const std::vector<std::string>& command,
                 const std::vector<std::string>& environment, const std::string& output_file,
                 const std::string& input_file)
{
    std::vector<std::string> words = command;
    std::vector<std::string> variables = environment; // first, since getenv takes the first
    for (char** v = environ; *v; ++v)
        variables.emplace_back(*v);
    std::vector<char*> argv = pointers(words);
    std::vector<char*> envp = pointers(variables);
    const pid_t self = getpid();
    pid_ = fork();
    if (pid_ < 0)
        throw std::system_error(errno, std::generic_category(), "fork");
    if (pid_ == 0)
        become(argv.data(), envp.data(), output_file.c_str(), input_file.c_str(), self);
    setpgid(pid_, pid_); // here as well: whoever comes first
}

process::~process()
{
    kill_group();
}

void process::signal(int number)
{
    if (!exit_code())
        ::kill(pid_, number);
}

std::optional<int> process::exit_code()
{
    int status = 0;
    if (!ended_ && waitpid(pid_, &status, WNOHANG) == pid_)
        ended_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return ended_;
}

std::optional<int> process::wait(std::chrono::milliseconds limit)
{
    eventually([this] { return exit_code().has_value(); }, limit);
    return ended_;
}

void process::kill_group()
{
    ::kill(-pid_, SIGKILL);
    wait(patience());
}

command_result run_command(const std::vector<std::string>& command,
                           const std::vector<std::string>& environment, const std::string& input)
{
    const scratch_folder folder;
    const std::string output = folder.path() + "/output";
    write_file(folder.path() + "/input", input);
    process program(command, environment, output, folder.path() + "/input");
    const auto code = program.wait(patience(std::chrono::seconds{60}));
    if (!code)
        throw deadline_passed("the end of " + command.front());
    return {*code, read_file(output)};
}

std::string read_file(const std::string& path)
{
    std::ifstream in(path, std::ios::binary);
    // Into a stream, which minds an error while it reads: a process of /proc may end meanwhile.
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

void write_file(const std::string& path, const std::string& text)
{
    std::ofstream out(path, std::ios::binary);
    if (!(out << text) || !out.flush())
        throw std::runtime_error("cannot write " + path);
}

namespace
{

// proc(5): the state follows the name, which may have any character in it. A blank where the
// process or thread has gone.
char state_in(const std::string& stat_file)
{
    const std::string stat = read_file(stat_file);
    const auto name_end = stat.rfind(") ");
    return name_end == std::string::npos ? ' ' : stat.at(name_end + 2);
}

} // namespace

namespace
{

// proc(5): each thread has a list of its own. A child that ends meanwhile may hide another.
std::set<pid_t> children_now(pid_t parent)
{
    std::set<pid_t> found;
    const std::string process = "/proc/" + std::to_string(parent);
    std::error_code gone;
    for (fs::directory_iterator at(process + "/task", gone), end; !gone && at != end;
         at.increment(gone)) {
        std::istringstream numbers(read_file(at->path().string() + "/children"));
        found.insert(std::istream_iterator<pid_t>(numbers), {});
    }
    return found;
}

} // namespace

std::vector<pid_t> children_of(pid_t parent)
{
    if (!fs::exists("/proc/thread-self/children"))
        throw std::runtime_error("the kernel has no /proc/PID/task/TID/children "
                                 "(CONFIG_PROC_CHILDREN)");
    auto all = children_now(parent);
    for (auto before = std::exchange(all, children_now(parent)); before != all;)
        before = std::exchange(all, children_now(parent));
    std::vector<pid_t> found;
    for (const pid_t child : all)
        if (const char state = state_in("/proc/" + std::to_string(child) + "/stat");
            state != ' ' && state != 'Z')
            found.push_back(child);
    return found;
}

namespace
{

unsigned entries_of(const std::string& folder)
{
    std::error_code gone;
    unsigned count = 0;
    for (fs::directory_iterator at(folder, gone), end; !gone && at != end; at.increment(gone))
        ++count;
    return count;
}

} // namespace

unsigned threads_of(pid_t process)
{
    return entries_of("/proc/" + std::to_string(process) + "/task");
}

bool is_asleep(pid_t process)
{
    std::error_code gone;
    const std::string tasks = "/proc/" + std::to_string(process) + "/task";
    for (const auto& task : std::filesystem::directory_iterator(tasks, gone)) {
        const char state = state_in(task.path().string() + "/stat");
        if (state != ' ' && state != 'S')
            return false;
    }
    return true;
}

unsigned descriptors_of(pid_t process)
{
    return entries_of("/proc/" + std::to_string(process) + "/fd");
}

unsigned resident_kilobytes(pid_t process)
{
    const std::string status = read_file("/proc/" + std::to_string(process) + "/status");
    const auto at = status.find("VmRSS:");
    return at == std::string::npos
               ? 0
               : static_cast<unsigned>(std::strtoul(status.c_str() + at + 6, nullptr, 10));
}

scratch_folder::scratch_folder()
{
    std::string pattern = "/tmp/v6front-test-XXXXXX";
    if (!mkdtemp(pattern.data()))
        throw std::system_error(errno, std::generic_category(), pattern);
    path_ = pattern;
    chmod(path_.c_str(), 0755);
}

scratch_folder::~scratch_folder()
{
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

} // namespace v6front
