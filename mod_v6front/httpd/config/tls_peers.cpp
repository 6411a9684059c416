// SPDX-License-Identifier: Apache-2.0

#include "httpd/base/log.hpp"
#include "backends.hpp"
#include "tls_rules.hpp"

#include <map>
#include <utility>

namespace v6front
{

namespace
{

using settings_ptr = std::shared_ptr<const tls_settings>;

// The virtual host's own word counts more than the main server's, and a name more than none.
settings_ptr settings_for(const std::vector<configured_tls>& all, const configured_backend& b,
                          const server_rec* main_server)
{
    for (const auto* server : {b.server, main_server})
        for (const auto& name : {b.backend.url.host, std::string()})
            for (const auto& t : all)
                if (t.server == server && t.name == name)
                    return t.settings;
    return nullptr;
}

// What makes connections of two rules interchangeable: the same settings and the same name.
class peers
{
public:
    std::shared_ptr<const tls_peer> find(settings_ptr settings, const std::string& host)
    {
        if (!settings) {
            if (!default_)
                default_ = std::make_shared<const tls_settings>(tls_rule());
            settings = default_;
        }
        const auto& own = settings->rule().name;
        const auto& name = own.empty() ? host : own;
        auto& known = by_name_[{settings, name}];
        if (!known)
            known = std::make_shared<const tls_peer>(settings, name);
        return known;
    }

private:
    settings_ptr default_;
    std::map<std::pair<settings_ptr, std::string>, std::shared_ptr<const tls_peer>> by_name_;
};

} // namespace

bool settle_tls(server_rec* main_server)
{
    bool any = false;
    for_each_backend(main_server,
                     [&any](const configured_backend& b) { any = any || b.backend.url.tls; });
    if (!any)
        return true;
    std::string wrong;
    try {
        peers made;
        const auto& all = tls_rules_in(main_server->process->pconf);
        for_each_backend(main_server, [&](const configured_backend& b) {
            if (b.backend.url.tls)
                b.backend.tls = made.find(settings_for(all, b, main_server), b.backend.url.host);
        });
    } catch (const setting_error& e) {
        wrong = e.what();
    }
    if (!wrong.empty())
        ap_log_error(APLOG_MARK, APLOG_EMERG, 0, main_server,
                     V6LOGNO(0240) "no https:// backend can be used: %s", wrong.c_str());
    return wrong.empty();
}

} // namespace v6front
