// SPDX-License-Identifier: Apache-2.0
//
// The bytes that core's input filter has read off a client's socket ahead of need. It keeps them in
// its context (http_core.h) as buckets before the socket's own. An engine reads the socket itself,
// so these go back and forth with the connection.
#pragma once

#include "httpd/base/apache.hpp"

#include <string_view>

namespace v6front
{

class input_store;

// Moves them into the store.
void take_what_core_holds(conn_rec* c, input_store& store);

// Before anything was read: core's filter will find these first.
void put_into_core(conn_rec* c, std::string_view bytes);

} // namespace v6front
