// SPDX-License-Identifier: Apache-2.0
//
// Which requests of an adopted connection run on a thread, from their first hook to their last,
// because an engine cannot give other modules there what a connection of httpd's own gives: a
// virtual host that has no part in this module; hooks that read bodies; mod_ssl, which shakes hands
// anew in the midst of a connection where a <Location>, <Directory> or .htaccess file says so
// (SSLVerifyClient, SSLCipherSuite), and waits for the client meanwhile.
//
// Found in the configuration, in post_config; what it does not show is learned from the first hook
// that is refused such a wait, by this child and for its life. Any thread may ask.
#pragma once

#include "httpd/base/apache.hpp"

namespace v6front
{

// In post_config, in the parent.
void find_thread_needs(apr_pool_t* pconf, server_rec* main_server);

// Asked once for each request that httpd has read, before any of its hooks.
bool needs_thread(request_rec* r, bool bodies_read_first);

// A hook wanted to wait for this request's client on an engine, and was refused: the requests of
// its virtual host run on threads from now on.
void learn_thread_need(const request_rec* r);

} // namespace v6front
