// SPDX-License-Identifier: Apache-2.0
//
// Any value of a directive: taken, or refused with a sentence, and nothing else.
#include "core/rules/backend_url.hpp"
#include "core/rules/cookie_rule.hpp"
#include "core/rules/pseudo_v4.hpp"
#include "core/base/duration.hpp"
#include "core/rules/route.hpp"
#include "core/base/octets.hpp"
#include "core/rules/settings.hpp"
#include "core/rules/trusted_peers.hpp"
#include "lines.hpp"

#include <cstdlib>
#include <cstring>

using namespace v6front;

namespace
{

template <class Read> bool is_taken(Read read)
{
    try {
        read();
        return true;
    } catch (const setting_error& e) {
        if (std::strlen(e.what()) < 10)
            std::abort();
        return false;
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto all = test::text(data, size);
    const auto value = all.substr(0, all.find('\0')); // httpd's are C strings
    is_taken([&] { check_route_path(value); });
    backend_url url;
    if (is_taken([&] { url = parse_backend_url(value); })) {
        // What was understood can be written, and is understood again.
        const auto again = parse_backend_url(url.text());
        if (again.host != url.host || again.port != url.port || again.tls != url.tls ||
            again.path != url.path || url.host.empty())
            std::abort();
    }
    ip_prefix prefix;
    if (is_taken([&] { prefix = parse_prefix(value); })) {
        const auto again = parse_prefix(prefix.text());
        if (again.first != prefix.first || again.length != prefix.length ||
            !prefix.contains(prefix.first))
            std::abort();
    }
    exchange_settings settings;
    is_taken([&] { set_by_directive(settings, "V6FrontAddHeaders", value); });
    is_taken([&] { set_option(settings, value); });
    const auto rules = resolve(settings, milliseconds(1000));
    if (rules.connect_timeout.count() <= 0 || rules.max_head == 0)
        std::abort();
    cookie_rules cookies;
    is_taken([&] { add_cookie_domain(cookies, value, value); });
    is_taken([&] { add_cookie_path(cookies, value, value); });
    pseudo_v4_rule pseudo;
    is_taken([&] { set_option(pseudo, value); });
    if (!pseudo.range.is_v4() || pseudo.prefix < 32 || pseudo.prefix > 128)
        std::abort();
    is_taken([&] { (void)parse_pseudo_v4_key(value, "file"); });
    const auto lasts = parse_duration(value);
    if (lasts && (lasts->count() <= 0 || *lasts > std::chrono::hours(24)))
        std::abort();
    (void)parse_octets(value);
    (void)parse_ipv4(value);
    return 0;
}
