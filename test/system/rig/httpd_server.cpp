// SPDX-License-Identifier: Apache-2.0
#include "httpd_server.hpp"
#include "catch.hpp"
#include "deadline.hpp"
#include "raw_client.hpp"
#include "tcp_sockets.hpp"
#include "text_lines.hpp"
#include "watching.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <map>
#include <regex>
#include <stdexcept>

namespace v6front
{

namespace
{

void write_files(const httpd_options& options, const httpd_places& places)
{
    write_file(places.hosts, options.hosts);
    for (const auto& [name, text] : options.files) {
        const std::filesystem::path file = places.folder + "/" + name;
        std::filesystem::create_directories(file.parent_path());
        write_file(file, text);
    }
}

} // namespace

httpd_server::httpd_server(httpd_options options)
    : options_(std::move(options)), places_(folder_.path())
{
    prepare_places(places_);
    write_files(options_, places_);
    start();
}

httpd_server::~httpd_server()
{
    try {
        stop();
    } catch (const std::exception& e) {
        FAIL_CHECK("httpd did not stop: " << e.what());
    }
}

void httpd_server::start()
{
    // Somebody else may take a port between our look and the server's bind.
    for (int attempts = 0; attempts < 5; ++attempts) {
        if (started_on(options_.port ? options_.port : free_port())) {
            quiet_until_ = error_log().size();
            return;
        }
        if (options_.port)
            break;
    }
    throw std::runtime_error("httpd does not start:\n" + read_file(places_.console) + error_log());
}

bool httpd_server::started_on(std::uint16_t port)
{
    port_ = port;
    write_file(places_.config, config_text(options_, places_, port));
    std::vector<std::string> command = httpd_command(places_);
    command.emplace_back("-DFOREGROUND");
    parent_ =
        std::make_unique<process>(command, httpd_environment(options_, places_), places_.console);
    // Who accepts at that port may be somebody else: what its own log says comes first.
    const bool accepts =
        eventually([&] { return has_ended() || (generations() > 0 && can_connect(port)); });
    if (accepts && !has_ended()) {
        wait_for_first_workers();
        return true;
    }
    const std::string said = read_file(places_.console) + error_log();
    parent_.reset();
    if (said.find("Address already in use") == std::string::npos)
        throw std::runtime_error("httpd does not start:\n" + said);
    return false;
}

std::size_t httpd_server::generations() const
{
    const std::string log = error_log();
    const std::string mark = "resuming normal operations";
    std::size_t count = 0;
    for (auto at = log.find(mark); at != std::string::npos; at = log.find(mark, at + 1))
        ++count;
    return count;
}

void httpd_server::wait_for_generation(std::size_t count)
{
    await("httpd's generation " + std::to_string(count),
          [&] { return has_ended() || generations() >= count; });
    if (has_ended())
        throw std::runtime_error("httpd ended:\n" + read_file(places_.console) + error_log());
}

void httpd_server::graceful()
{
    const std::size_t before = generations();
    parent_->signal(SIGUSR1);
    wait_for_generation(before + 1);
}

void httpd_server::restart()
{
    const std::size_t before = generations();
    wait_for_workers();
    parent_->signal(SIGHUP);
    wait_for_generation(before + 1);
}

void httpd_server::graceful_stop()
{
    parent_->signal(SIGWINCH);
}

bool httpd_server::has_ended()
{
    return parent_->exit_code().has_value();
}

bool httpd_server::wait_for_end()
{
    return parent_->wait(patience()).has_value();
}

// The MPM accepts while a thread of its own still makes workers. A request that finds all busy
// makes it close idle clients, and a client may not take that for a fault: so a test begins when
// each worker has come to where it waits, and the thread that made them has gone to its end.
void httpd_server::wait_for_first_workers() const
{
    const auto least = options_.model == mpm::prefork ? 1 : options_.threads + 2;
    const auto waits = [least](pid_t child) {
        return threads_of(child) >= least && is_asleep(child);
    };
    eventually(
        [&] {
            const std::vector<pid_t> all = children();
            return !all.empty() && std::all_of(all.begin(), all.end(), waits);
        },
        patience(std::chrono::seconds{1}));
}

// Without any module of ours, the event MPM of 2.4.71 may crash when it is told to stop in the very
// moment in which it closes a client's connection: its main thread closes the sockets of its
// workers, from pools that a worker is just giving back (6 of 250 stops, a static file). That is
// not what our tests are about, so a stop waits until no connection is left whose client has gone,
// and then for the threads that were closing one.
void httpd_server::wait_for_workers() const
{
    eventually([&] { return !has_client_that_left(port_); }, std::chrono::seconds{1});
    const auto all_asleep = [&] {
        const std::vector<pid_t> all = children();
        return std::all_of(all.begin(), all.end(), is_asleep);
    };
    eventually(all_asleep, patience(std::chrono::seconds{1}));
}

// A child that gets SIGTERM before it has begun ends within the signal's handler. If that is in the
// midst of malloc, whose lock its end then waits for, the parent would kill it after ten seconds,
// and say so. The parent makes a child whenever an old one has ended, maybe in this very moment:
// one that is new and does not end is killed after a second.
void httpd_server::stop()
{
    if (!parent_)
        return;
    wait_for_workers();
    std::vector<pid_t> begun = children();
    std::erase_if(begun, [&](pid_t child) {
        return options_.model != mpm::prefork && threads_of(child) == 1;
    });
    parent_->signal(SIGTERM);
    using clock = std::chrono::steady_clock;
    std::map<pid_t, clock::time_point> seen;
    const auto is_over = [&] {
        for (const pid_t child : children())
            if (std::find(begun.begin(), begun.end(), child) == begun.end() &&
                clock::now() - seen.emplace(child, clock::now()).first->second >
                    std::chrono::seconds{1})
                kill(child, SIGKILL);
        return has_ended();
    };
    if (!eventually(is_over, patience(std::chrono::seconds{20})))
        FAIL_CHECK("httpd ignored SIGTERM");
    parent_->kill_group();
    judge();
    parent_.reset();
}

void httpd_server::judge() const
{
    // AH00051/52: a child crashed. AH00046/47: a child had to be killed. AH00106: assertion.
    static constexpr std::array bad{
        "AH00051:", "AH00052:", "AH00046:", "AH00047:", "AH00106:", "assertion"};
    for (const std::string& line : lines_of(error_log()))
        for (const char* word : bad)
            if (line.find(word) != std::string::npos)
                FAIL_CHECK("httpd's error log: " << line);
    const std::string reports = watcher_reports(places_.reports);
    if (!reports.empty())
        FAIL_CHECK(reports);
}

pid_t httpd_server::parent() const
{
    return parent_->pid();
}

std::vector<pid_t> httpd_server::children() const
{
    return children_of(parent_->pid());
}

unsigned httpd_server::threads() const
{
    unsigned count = 0;
    for (const pid_t child : children())
        count += threads_of(child);
    return count;
}

unsigned httpd_server::resident_kilobytes() const
{
    unsigned most = 0;
    for (const pid_t child : children())
        most = std::max(most, v6front::resident_kilobytes(child));
    return most;
}

unsigned httpd_server::descriptors() const
{
    unsigned count = 0;
    for (const pid_t child : children())
        count += descriptors_of(child);
    return count;
}

std::string httpd_server::error_log() const
{
    return read_file(places_.error_log);
}

std::vector<std::string> httpd_server::access_log() const
{
    return lines_of(read_file(places_.access_log));
}

std::vector<std::string> httpd_server::access_log(std::size_t lines) const
{
    eventually([&] { return access_log().size() >= lines; });
    return access_log();
}

std::vector<std::string> httpd_server::complaints() const
{
    // V6F03.. are about names, whoever asks for them; V6F0107, 0108, 0183 and 0270 are about time,
    // which a tool that watches the server takes as well, and a machine with much else to do;
    // V6F0256 is about the sites of all tests, and V6F0276 says the version, at every start.
    static const std::regex ours(":(emerg|alert|crit|error|warn|notice|info)\\].* "
                                 "V6F(?!03|010[78]|0183|0256|027[06])[0-9]{4}:");
    const std::string log = error_log();
    std::vector<std::string> found;
    for (const std::string& line : lines_of(log.substr(std::min(quiet_until_, log.size())))) {
        if (line.find("V6F") != std::string::npos && std::regex_search(line, ours))
            found.push_back(line);
    }
    return found;
}

std::vector<std::string> httpd_server::complaints(std::size_t lines) const
{
    eventually([&] { return complaints().size() >= lines; });
    const auto found = complaints();
    if (found.size() != lines)
        for (const std::string& line : found)
            UNSCOPED_INFO(line);
    return found;
}

command_result configtest(const httpd_options& options, notices wanted)
{
    const scratch_folder folder;
    const httpd_places places(folder.path());
    prepare_places(places);
    write_files(options, places);
    write_file(places.config, config_text(options, places, 8080)); // only read, never bound
    std::vector<std::string> command = httpd_command(places);
    command.emplace_back("-t");
    auto said = run_command(command, httpd_environment(options, places));
    // What the machine has that runs the tests is none of theirs.
    static const std::regex own_address("(\"Listen |line: )\\[(?!2001:db8:|::)[0-9a-f:]+\\]:");
    said.output = std::regex_replace(said.output, own_address, "$1[2001:db8::1]:");
    if (wanted == notices::without) {
        std::string others;
        for (const std::string& line : lines_of(said.output))
            if (line.find("V6F0256: ") == std::string::npos)
                others += line + '\n';
        said.output = others;
    }
    return said;
}

} // namespace v6front
