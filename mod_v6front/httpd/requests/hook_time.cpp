// SPDX-License-Identifier: Apache-2.0

#include "hook_time.hpp"

#include "httpd/process/services.hpp"

namespace v6front
{

namespace
{

// Of the request that is logged by this thread right now.
thread_local std::optional<kept_time> logging;

} // namespace

filter_time::filter_time(const request_rec* r) : request_(r), host_(request_host::of(r))
{
    if (!host_)
        return;
    elsewhere_ = host_->time_of_client();
    kept_.emplace(r->server);
}

filter_time::~filter_time()
{
    auto* shared = services::current();
    if (!kept_ || !shared)
        return;
    shared->hooks().judge(kept_->too_long(host_->time_of_client() - elsewhere_),
                          {hook_kind::passing, host_->is_on_engine(), request_->server, request_});
}

int before_loggers(const request_rec* r)
{
    if (request_host::of(r))
        logging.emplace(r->server);
    return OK;
}

int after_loggers(const request_rec* r)
{
    auto* host = request_host::of(r);
    auto* shared = services::current();
    if (host)
        host->logged(r);
    if (host && shared && logging)
        shared->hooks().judge(logging->too_long(),
                              {hook_kind::passing, host->is_on_engine(), r->server, r});
    logging.reset();
    return OK;
}

} // namespace v6front
