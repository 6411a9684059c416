// SPDX-License-Identifier: Apache-2.0
//
// mod_v6front/tools/v6frontctl as an operator runs it, on the configuration of a test's httpd.
#pragma once

#include "httpd_config.hpp"
#include "process.hpp"

#include <string>
#include <vector>

namespace v6front
{

// To its end, with these arguments and no others.
command_result v6frontctl(const std::vector<std::string>& arguments, const std::string& input = {},
                          const std::vector<std::string>& environment = {});

// What --httpd needs to read that configuration as its server does.
std::string httpd_for_v6frontctl(const httpd_options& options, const httpd_places& places);

// `doctor` of a configuration that no server runs with.
command_result doctor_without_server(const httpd_options& options,
                                     std::vector<std::string> arguments = {});

// What `convert` makes of that text, and its exit status.
std::string converted(const std::string& text, int* code = nullptr);

} // namespace v6front
