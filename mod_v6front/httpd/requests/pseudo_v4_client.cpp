// SPDX-License-Identifier: Apache-2.0

#include "pseudo_v4_client.hpp"

#include "core/edits/pseudo_v4.hpp"
#include "httpd/config/config.hpp"

namespace v6front
{

ip_address pseudo_address(const configured_pseudo_v4& config, const ip_address& client) noexcept
{
    const auto network = network_of(client, config.rule.prefix);
    return address_in(config.rule.range,
                      apr_siphash24(network.data(), network.size(), config.key.data()));
}

void tell_pseudo_v4(request_rec* r, field_list& fields, bool adds_fields, bool& is_list)
{
    const auto* config = config_of(r->server)->pseudo_v4;
    if (!config || config->mode == pseudo_v4_mode::off)
        return;
    const auto text = view(r->useragent_ip);
    const auto client = parse_ip_address(text.substr(0, text.find('%'))); // no zone id
    if (!client)
        return;
    const auto known = true_v4(*client, config->rule.nat64);
    const auto address = known ? *known : pseudo_address(*config, *client);
    const auto* v4 = to_pool(r->pool, address.text());
    if (!known)
        apr_table_setn(r->notes, "v6front-pseudo-v4", v4);
    if (adds_fields)
        add_pseudo_v4(fields, config->mode, {view(v4), view(to_pool(r->pool, client->text()))},
                      is_list);
}

} // namespace v6front
