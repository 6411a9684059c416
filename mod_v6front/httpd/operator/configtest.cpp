// SPDX-License-Identifier: Apache-2.0

#include "configtest.hpp"

#include "net/names/parallel_lookup.hpp"
#include "httpd/base/log.hpp"
#include "httpd/config/backends.hpp"
#include "httpd/config/listeners.hpp"
#include "warnings.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace v6front
{

namespace
{

constexpr std::chrono::milliseconds patience_with_names{3000};

std::string text(const endpoint& e)
{
    return e.address().to_string() + ":" + std::to_string(e.port());
}

// True if there is a backend with no other address than our own.
bool has_own_backend(server_rec* main_server, const own_listeners& own)
{
    std::set<std::string> said;
    for_each_backend(main_server, [&](const configured_backend& b) {
        const auto is_ours = [&own](const endpoint& e) { return own.accepts(e); };
        if (b.may_be_self || b.backend.addresses.empty() || !b.backend.names.empty() ||
            !std::all_of(b.backend.addresses.begin(), b.backend.addresses.end(), is_ours) ||
            !said.insert(b.rule).second)
            return;
        ap_log_error(
            APLOG_MARK, APLOG_EMERG, 0, main_server,
            V6LOGNO(0204) "%s (%s): this server itself listens on %s, so every request would loop. "
                          "Write the site's own address. If the site is another server on this "
                          "machine, make this one listen on its IPv6 address only (\"Listen "
                          "[2001:db8::1]:%u\"). If the site is another virtual host of this "
                          "server, add \"self=on\" to the rule",
            b.rule.c_str(), b.place.c_str(), text(b.backend.addresses.front()).c_str(),
            unsigned{b.backend.url.port});
    });
    return !said.empty();
}

using backends_of_names = std::map<std::string, std::vector<configured_backend>>;

void warn_of_own(server_rec* s, const own_listeners& own, const configured_backend& b,
                 const std::string& name, const ipv4_addresses& found)
{
    for (const auto& a : found)
        if (!b.may_be_self && own.accepts({a, b.backend.url.port}))
            ap_log_error(
                APLOG_MARK, APLOG_WARNING, 0, s,
                V6LOGNO(0205) "%s (%s): %s resolves to %s, where this server itself listens: that "
                              "address would loop and is not used; if there is no other, requests "
                              "get 508. Give the site's address with V6FrontBackendV4",
                b.rule.c_str(), b.place.c_str(), name.c_str(),
                text({a, b.backend.url.port}).c_str());
}

void warn_of_names(server_rec* main_server, const own_listeners& own)
{
    backends_of_names backends;
    std::set<std::pair<std::string, std::string>> seen;
    for_each_backend(main_server, [&](const configured_backend& b) {
        for (const auto& name : b.backend.names)
            if (seen.emplace(name.text, b.rule).second)
                backends[name.text].push_back(b);
    });
    std::vector<std::string> names;
    for (const auto& each : backends)
        names.push_back(each.first);
    const auto answers = look_up_all(names, patience_with_names);
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto& users = backends[names[i]];
        if (answers[i] && answers[i]->has_value()) {
            for (const auto& b : users)
                warn_of_own(main_server, own, b, names[i], **answers[i]);
            continue;
        }
        const auto why = answers[i] ? answers[i]->error().what : reason::lookup_timed_out;
        ap_log_error(
            APLOG_MARK, APLOG_WARNING, 0, main_server,
            V6LOGNO(0206) "%s (%s): %s: %.*s%s; its requests get %d. Add an A record that this "
                          "machine can look up, or give the site's address with V6FrontBackendV4",
            users.front().rule.c_str(), users.front().place.c_str(), names[i].c_str(),
            static_cast<int>(describe(why).words.size()), describe(why).words.data(),
            why == reason::no_ipv4_address ? ", only IPv6 ones, which are not used" : "",
            describe(why).status);
    }
}

} // namespace

int check_configuration(server_rec* main_server)
{
    const auto own = find_own_listeners();
    if (has_own_backend(main_server, own))
        return HTTP_INTERNAL_SERVER_ERROR;
    if (ap_state_query(AP_SQ_RUN_MODE) == AP_SQ_RM_CONFIG_TEST) {
        warn_of_settings(main_server);
        warn_of_names(main_server, own);
    }
    return OK;
}

} // namespace v6front
