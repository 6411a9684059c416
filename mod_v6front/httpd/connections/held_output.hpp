// SPDX-License-Identifier: Apache-2.0
//
// What goes to a client, on an engine. Core's output filter waits for the socket as soon as it
// would have to keep more than FlushMaxThreshold (core_filters.c), and all connections of the
// engine would wait with it: an exchange goes piece by piece, but a page from mod_cache comes in
// one brigade, and so does what a filter unpacks. It also has a pool of its own from the first
// octet that it keeps. So this writes to the socket itself (socket_output), and holds what that
// does not take. Where another filter is between this and core's, or core still has something of a
// thread's, core gets as much at a time as it never waits for. Part of an adopted connection.
#pragma once

#include "httpd/base/apache.hpp"

namespace v6front
{

class held_output
{
public:
    explicit held_output(conn_rec* c) : connection_(c) {}

    // Hands a brigade on to `core`, or keeps its end. nullptr: what is kept is passed on, as far as
    // the socket takes it. c->data_in_output_filters tells whether something is left.
    apr_status_t pass(ap_filter_t* core, apr_bucket_brigade* brigade);
    // The same on a thread that may wait.
    apr_status_t pass_all(ap_filter_t* core, apr_bucket_brigade* brigade);

private:
    bool is_empty() const { return !held_ || APR_BRIGADE_EMPTY(held_); }
    apr_size_t most() const;
    apr_status_t keep(ap_filter_t* core, apr_bucket_brigade* brigade);
    apr_status_t pass_slice(ap_filter_t* core);
    apr_status_t hand(ap_filter_t* core, apr_bucket_brigade* brigade, apr_size_t octets);
    apr_status_t go_on(ap_filter_t* core);
    apr_status_t write(ap_filter_t* core, apr_bucket_brigade* brigade);
    apr_status_t give_up(apr_status_t status, apr_bucket_brigade* brigade);
    apr_status_t note_held();

    conn_rec* connection_;
    apr_pool_t* pool_ = nullptr; // of files that held_ has set aside
    apr_bucket_brigade* held_ = nullptr;
    apr_bucket_brigade* slice_ = nullptr;
    apr_size_t in_core_ = 0; // octets that core has not sent yet; never less than it has
};

} // namespace v6front
