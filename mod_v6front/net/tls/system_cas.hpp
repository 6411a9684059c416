// SPDX-License-Identifier: Apache-2.0
//
// The CAs of the system, where OpenSSL looks for them: a file that is read at the start, and a
// folder in which one is looked up when it is needed.
#pragma once

#include <string>

struct ssl_ctx_st;

namespace v6front
{

// Where this context, which has no CAs of its own, looks in vain: the file and the folder. Empty if
// there is any CA.
std::string places_without_cas(ssl_ctx_st* context);

} // namespace v6front
