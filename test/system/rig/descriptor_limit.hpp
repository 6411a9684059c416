// SPDX-License-Identifier: Apache-2.0
//
// A server's process that runs out of descriptors.
#pragma once

#include <sys/types.h>

namespace v6front
{

// From now on the process opens none above the first `most`, or again as many as before; those that
// it has stay open.
void limit_descriptors(pid_t process, unsigned most);

} // namespace v6front
