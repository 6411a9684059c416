// SPDX-License-Identifier: Apache-2.0
//
// The time that filters and loggers take which run for a request of an engine, told to slow_hooks.
#pragma once

#include "httpd/base/apache.hpp"
#include "httpd/base/kept_time.hpp"
#include "request_host.hpp"

#include <optional>

namespace v6front
{

// Times filters from here to the end of the scope; nothing where no engine hosts the request.
class filter_time
{
public:
    explicit filter_time(const request_rec* r);
    ~filter_time();
    filter_time(const filter_time&) = delete;

private:
    const request_rec* request_;
    const request_host* host_;
    kept_time::clock::duration elsewhere_{}; // of which the client's connection
    std::optional<kept_time> kept_;
};

// Around all loggers: hooks of log_transaction, the first and the last.
int before_loggers(const request_rec* r);
int after_loggers(const request_rec* r);

} // namespace v6front
