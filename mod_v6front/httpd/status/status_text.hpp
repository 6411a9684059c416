// SPDX-License-Identifier: Apache-2.0
//
// How a process's state reads on mod_status's page. Pure text.
#pragma once

#include "process_state.hpp"

#include <string>

namespace v6front
{

// Of the page for people.
std::string status_html(const process_state& state);
// Of the page for programs (?auto): lines "Key: value".
std::string status_lines(const process_state& state);

} // namespace v6front
