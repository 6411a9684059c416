// SPDX-License-Identifier: Apache-2.0
//
// What v6front-status says (core/status/report), gathered from its owners: what all processes have
// counted, the state of addresses, which they share, and the names that this one knows.
#pragma once

#include "core/status/report.hpp"
#include "httpd/process/services.hpp"

namespace v6front
{

// Any thread of a child.
status_report gather_status(const server_rec* main_server, const services& shared);

} // namespace v6front
