// SPDX-License-Identifier: Apache-2.0
//
// One backend as a rule of one virtual host uses it: its URL, what is derived from that, and the
// numbers under which its names, its limit and its health check are kept. A request finds it
// through its rule and looks up nothing.
//
// How a request is to be served (timeouts, Host, Via, ...) is no part of it: a <Location> takes
// part in that, and which one, only the request tells. So those settings stay with the rule, and
// are merged for each request. What a connection is made with belongs here, since whoever shares
// the connection shares it.
//
// Life: made once, when the configuration is settled (httpd/config/backends); const from then on,
// for any thread. Lives as long as the configuration.
#pragma once

#include "core/rules/backend_url.hpp"
#include "net/loop/asio.hpp"
#include "net/names/name_numbers.hpp"
#include "net/shared/address_table.hpp"
#include "net/shared/site_number.hpp"
#include "connection_identity.hpp"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace v6front
{

struct backend {
    backend_url url;
    std::string authority; // as Host and the log have it: url.authority()
    // Where it is: what is known without asking, and the names to look up. One of them at least.
    std::vector<endpoint> addresses;
    std::vector<numbered_name> names;
    unsigned limit = 0;                    // the number of its max=; 0: none
    check_number check = 0;                // the number of its health check; 0: none
    check_number responses = of_responses; // under which it is known whether it responds
    site_number site = no_site;            // under which its requests are counted
    std::shared_ptr<const tls_peer> tls{}; // of an https URL, once it is settled

    // Of connections that are made for no client: health checks, tries of an address.
    connection_terms check_terms{};

    // Of a connection to that address of it, on such terms.
    connection_identity identity(const endpoint& address, const connection_terms& terms = {}) const
    {
        return {address, tls.get(), terms};
    }
};

// `addresses` and `names`, from V6FrontBackendV4, stand for the URL's host. Without either the host
// is its own address, if it is an IPv4 literal, or the name to look up.
backend make_backend(const backend_url& url, name_numbers& numbers,
                     std::span<const asio::ip::address_v4> addresses = {},
                     std::span<const std::string> names = {});

} // namespace v6front
