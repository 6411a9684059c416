// SPDX-License-Identifier: Apache-2.0
//
// A second machine beside a private_network: a network of its own, with a cable to that one or
// without. Made and gone while the private network stands.
#pragma once

#include "process.hpp"

#include <string>
#include <vector>

namespace v6front
{

class other_machine
{
public:
    other_machine();

    // Then it is 2001:db8:2::2 and 198.51.100.2, and the private network is 1 in both. Its default
    // route for IPv6 leads there.
    void plug_in() const;
    command_result run(const std::vector<std::string>& command) const;

private:
    scratch_folder folder_;
    process program_; // which holds its network
    std::vector<std::string> enter_;
};

} // namespace v6front
