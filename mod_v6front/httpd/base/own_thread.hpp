// SPDX-License-Identifier: Apache-2.0
//
// What a thread of ours needs among httpd's: no signals, which belong to httpd's own threads, and
// an apr_thread_t, which modules find in c->current_thread and ap_thread_current().
#pragma once

#include "net/loop/signals_blocked.hpp"
#include "apache.hpp"

namespace v6front
{

// Stands on the thread's own stack as long as the thread lives.
class apr_identity
{
public:
    apr_identity() { ap_thread_current_create(&self_, nullptr, ap_server_conf->process->pool); }
    ~apr_identity()
    {
        if (self_)
            apr_pool_destroy(apr_thread_pool_get(self_));
    }
    apr_identity(const apr_identity&) = delete;
    apr_identity& operator=(const apr_identity&) = delete;
    apr_thread_t* get() const noexcept { return self_; }

private:
    apr_thread_t* self_ = nullptr;
};

} // namespace v6front
