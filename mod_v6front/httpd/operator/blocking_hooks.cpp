// SPDX-License-Identifier: Apache-2.0

#include "blocking_hooks.hpp"

#include "core/findings/blocking_directive.hpp"
#include "httpd/config/config.hpp"
#include "httpd/config/config_tree.hpp"

namespace v6front
{

namespace
{

template <class Found> void look_everywhere(const server_rec* main_server, const Found& found)
{
    for_each_directive(main_server, [&found](const written_directive& d) {
        const auto* row =
            config_of(d.server)->engine_on() ? find_blocking(d.name, d.args) : nullptr;
        if (row)
            found(d, *row);
    });
}

} // namespace

void find_blocking_hooks(const server_rec* main_server, findings& out)
{
    look_everywhere(main_server, [&](const written_directive& d, const blocking_directive& row) {
        // Where there are no rules, each request has a thread; what reads bodies is said of all.
        if (d.server == main_server || config_of(d.server)->has_routes() ||
            row.waits == blocking_directive::who::thread)
            out.push_back(as_finding(row, d.name, d.args, d.place));
    });
}

bool hooks_read_bodies(const server_rec* main_server)
{
    bool any = false;
    look_everywhere(main_server, [&any](const written_directive&, const blocking_directive& row) {
        any = any || row.waits == blocking_directive::who::thread;
    });
    return any;
}

} // namespace v6front
