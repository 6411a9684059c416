// SPDX-License-Identifier: Apache-2.0

#include "connection_terms.hpp"

#include "httpd/base/http2_stream.hpp"
#include "httpd/base/socket_address.hpp"

namespace v6front
{

namespace
{

ip_endpoint endpoint_of(const apr_sockaddr_t* a)
{
    return {address_of(a), a ? a->port : std::uint16_t{0}};
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
