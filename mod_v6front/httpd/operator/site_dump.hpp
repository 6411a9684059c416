// SPDX-License-Identifier: Apache-2.0
//
// The sites of this configuration on standard output: "apachectl -t -D DUMP_V6FRONT", for
// v6frontctl and for people.
#pragma once

#include "httpd/base/apache.hpp"

namespace v6front
{

// In test_config, which httpd runs under -t alone, when the configuration has passed.
void dump_sites(const server_rec* main_server);

} // namespace v6front
