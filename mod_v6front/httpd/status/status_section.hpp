// SPDX-License-Identifier: Apache-2.0
//
// The module's part of mod_status's page.
#pragma once

#include "core/status/report.hpp"
#include "process_state.hpp"

namespace v6front
{

// The body of mod_status's hook (mod_status.h), with its flags.
void add_status_section(request_rec* r, int flags, const process_state& state,
                        const status_report& report);

} // namespace v6front
