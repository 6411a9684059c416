// SPDX-License-Identifier: Apache-2.0
#include "other_machine.hpp"

#include "deadline.hpp"

#include <filesystem>
#include <stdexcept>

namespace v6front
{

namespace
{

void run_script(std::vector<std::string> inside, const std::string& script)
{
    inside.insert(inside.end(), {"sh", "-ec", script});
    if (const auto ran = run_command(inside); ran.code != 0)
        throw std::runtime_error(script + ": " + ran.output);
}

std::filesystem::path network_of(const std::string& process)
{
    std::error_code gone;
    return std::filesystem::read_symlink("/proc/" + process + "/ns/net", gone);
}

} // namespace

other_machine::other_machine()
    : program_({"unshare", "-n", "sleep", "infinity"}, {}, folder_.path() + "/said"),
      enter_{"nsenter", "-t", std::to_string(program_.pid()), "-n"}
{
    await("a network of its own", [this] {
        return network_of(std::to_string(program_.pid())) != network_of("thread-self");
    });
    run_script(enter_, "ip link set lo up");
}

// Nobody else has these addresses, so it is not waited until others might have said so (nodad).
void other_machine::plug_in() const
{
    run_script({}, "ip link add front0 type veth peer name client0 netns " +
                       std::to_string(program_.pid()) +
                       "\nip addr add 2001:db8:2::1/64 dev front0 nodad\n"
                       "ip addr add 198.51.100.1/24 dev front0\nip link set front0 up");
    run_script(enter_, "ip addr add 2001:db8:2::2/64 dev client0 nodad\n"
                       "ip addr add 198.51.100.2/24 dev client0\nip link set client0 up\n"
                       "ip route add default via 2001:db8:2::1");
}

command_result other_machine::run(const std::vector<std::string>& command) const
{
    std::vector<std::string> inside = enter_;
    inside.insert(inside.end(), command.begin(), command.end());
    return run_command(inside);
}

} // namespace v6front
