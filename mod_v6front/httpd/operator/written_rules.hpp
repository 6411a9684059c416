// SPDX-License-Identifier: Apache-2.0
//
// The rules of a server, and directives as they are written, as the questions in core/findings take
// them.
#pragma once

#include "core/findings/hidden_rules.hpp"
#include "httpd/base/apache.hpp"
#include "httpd/config/config_tree.hpp"

namespace v6front
{

// As long as the directive.
written_words words_of(const written_directive& d);

// Compiles each expression once, in that pool, which it must not outlive.
matcher matcher_in(apr_pool_t* pool);

asked_rules rules_in_order(const server_rec* main_server, const server_rec* s);

} // namespace v6front
