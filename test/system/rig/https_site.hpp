// SPDX-License-Identifier: Apache-2.0
//
// A site over TLS for tests of https:// routes: a CA, a scripted backend, and a relay before it.
#pragma once

#include "certificates.hpp"
#include "scripted_backend.hpp"
#include "tls_relay.hpp"
#include "ways.hpp"

#include <string>

namespace v6front
{

struct https_site {
    explicit https_site(responder make, relay_options how = {}, const certificate_wish& wish = {})
        : backend(std::move(make)), relay(backend.port(), with(std::move(how), wish))
    {
    }
    explicit https_site(scripted_backend::steps steps, relay_options how = {},
                        const certificate_wish& wish = {})
        : backend(std::move(steps)), relay(backend.port(), with(std::move(how), wish))
    {
    }
    // A route for everything, and the CA to trust.
    std::string directives(const std::string& keys = {}, const std::string& tls = {}) const
    {
        return "V6FrontPass / " + relay.url() + " " + keys + "\nV6FrontTLS " +
               (tls.empty() ? "ca=" + ca.file() : tls) + "\n";
    }
    relay_options with(relay_options how, const certificate_wish& wish)
    {
        if (how.certificate.certificate.empty())
            how.certificate = ca.issue(wish);
        return how;
    }

    certificate_authority ca;
    scripted_backend backend;
    tls_relay relay;
};

} // namespace v6front
