// SPDX-License-Identifier: Apache-2.0

#include "connection_terms.hpp"

#include "httpd/base/http2_stream.hpp"

#include <algorithm>

namespace v6front
{

namespace
{

ip_endpoint endpoint_of(const apr_sockaddr_t* a)
{
    ip_endpoint made;
    if (!a)
        return made;
    made.port = a->port;
    const auto* octets = static_cast<const std::uint8_t*>(a->ipaddr_ptr);
    if (a->family == APR_INET)
        made.address = ip_address::ipv4(ntohl(a->sa.sin.sin_addr.s_addr));
    else if (a->family == APR_INET6)
        std::copy(octets, octets + made.address.octets.size(), made.address.octets.begin());
    return made;
}

} // namespace

connection_terms terms_of(const request_rec* r, const exchange_rules& rules)
{
    connection_terms terms;
    if (!rules.sources && rules.proxy_protocol == proxy_protocol::off)
        return terms;
    const auto client = endpoint_of(r->useragent_addr);
    if (rules.sources)
        terms.source = asio::ip::address_v4(rules.sources->choose(client.address));
    terms.preface = proxy_header(rules.proxy_protocol, client,
                                 endpoint_of(client_connection(r->connection)->local_addr));
    return terms;
}

} // namespace v6front
