// SPDX-License-Identifier: Apache-2.0
//
// The hooks of a request on an adopted connection: timed, and on a thread where they were too slow.
// The exchange itself stays on the engine, so that a slow hook costs a thread for as long as it
// takes, and a slow site, or a tunnel, none.

#include "adopted_connection.hpp"

#include "httpd/base/brigades.hpp"
#include "httpd/base/kept_time.hpp"
#include "filters.hpp"

namespace v6front
{

// False where they are to run on a thread.
bool adopted_connection::run_here(hook_kind kind, const server_rec* s,
                                  const std::function<void()>& work)
{
    if (shared_.hooks().need_thread(s, kind))
        return false;
    work();
    return true;
}

task<bool> adopted_connection::run_hooks_elsewhere(std::function<void()> work)
{
    hooks_elsewhere_ = true;
    const bool ran = co_await run_elsewhere(std::move(work));
    hooks_elsewhere_ = false;
    co_return ran;
}

void adopted_connection::read_timed(request_rec*& r)
{
    const kept_time kept(connection_->base_server);
    reads_head_ = !head_filter_ && !bytes_are_changed(connection_);
    r = ap_read_request(connection_);
    reads_head_ = false;
    shared_.hooks().judge(kept.too_long(),
                          {hook_kind::reading, on_engine_, connection_->base_server, r});
}

void adopted_connection::process_timed(request_rec* r, int& status)
{
    const kept_time kept(r->server);
    status = process(r);
    shared_.hooks().judge(kept.too_long(), {hook_kind::processing, on_engine_, r->server, r});
}

// On a thread. A small response is still in core's filter then, and its loggers run when it leaves:
// here, and not on the engine, though the client may be slow.
void adopted_connection::process_to_the_end(request_rec* r)
{
    ap_process_async_request(r);
    auto* c = connection_;
    if (c->aborted)
        return;
    append(scratch_, apr_bucket_flush_create(c->bucket_alloc));
    ap_pass_brigade(c->output_filters, scratch_);
    apr_brigade_cleanup(scratch_);
}

apr_status_t adopted_connection::pass_to_client(ap_filter_t* core, apr_bucket_brigade* brigade)
{
    const auto start = deadline::clock::now();
    const auto rv = output_.pass_all(core, brigade);
    time_of_client_ += deadline::clock::now() - start;
    return rv;
}

} // namespace v6front
