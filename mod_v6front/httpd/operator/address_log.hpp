// SPDX-License-Identifier: Apache-2.0
//
// One line in the error log when an address of a backend goes out of use, and one when it is back.
#pragma once

#include "net/backends/address_book.hpp"

namespace v6front
{

void log_change(const address_change& change);

} // namespace v6front
