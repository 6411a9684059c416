// SPDX-License-Identifier: Apache-2.0
//
// The memory that all child processes share. Made anew in the parent at the start and at every
// restart, before the children of that generation; those of the one before keep theirs until they
// end.
#pragma once

#include "net/shared/address_table.hpp"
#include "net/shared/said_table.hpp"
#include "net/shared/shared_tally.hpp"
#include "net/shared/site_usage.hpp"
#include "httpd/base/apache.hpp"

#include <span>

namespace v6front
{

// In post_config, for that number of limits. Without memory the module works, each child remembers
// nothing, and no limit holds.
void make_shared_memory(apr_pool_t* pconf, server_rec* main_server, unsigned limits);

std::span<address_record> shared_addresses();
std::span<shared_tally::word> shared_counters();
std::span<usage_record> shared_usage();
std::span<said_record> shared_said();
std::span<shared_tally::word> shared_usage_counters();
unsigned shared_limits(); // how many there are; 0 where there is no memory

} // namespace v6front
