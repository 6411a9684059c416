// SPDX-License-Identifier: Apache-2.0
#include "site_list.hpp"

#include "core/base/json_writer.hpp"

namespace v6front
{

namespace
{

void write_endpoint(json_writer& out, const listed_endpoint& e)
{
    out.object([&] {
        out.key("address").text(e.address);
        out.key("port").number(e.port);
    });
}

void write_backend(json_writer& out, const listed_rule& r)
{
    out.key("authority").text(r.authority);
    out.key("port").number(r.port);
    out.key("tls").boolean(r.tls);
    out.key("verify").boolean(r.verify);
    out.key("ca").text(r.ca);
    out.key("tls_name").text(r.tls_name);
    out.key("addresses").texts(r.addresses);
    out.key("names").texts(r.names);
    out.key("self").boolean(r.self);
    out.key("preserve_host").boolean(r.preserve_host);
    out.key("proxy_protocol").text(r.proxy_protocol);
    out.key("source").text(r.source);
    out.key("adds").texts(r.adds);
}

void write_rule(json_writer& out, const listed_rule& r)
{
    out.object([&] {
        out.key("kind").text(r.kind);
        out.key("path").text(r.path);
        out.key("place").text(r.place);
        out.key("url").text(r.url);
        if (!r.url.empty())
            write_backend(out, r);
    });
}

void write_site(json_writer& out, const listed_site& s)
{
    out.object([&] {
        out.key("name").text(s.name);
        out.key("named").boolean(s.named);
        out.key("aliases").texts(s.aliases);
        out.key("place").text(s.place);
        out.key("at").array(s.at, [&](const listed_endpoint& e) { write_endpoint(out, e); });
        out.key("pseudo_v4").text(s.pseudo_v4);
        out.key("rules").array(s.rules, [&](const listed_rule& r) { write_rule(out, r); });
    });
}

} // namespace

std::string to_json(const site_list& all)
{
    json_writer out(json_writer::layout::lines);
    out.object([&] {
        out.key("schema").number(site_list::schema);
        out.key("listen").array(all.listen,
                                [&](const listed_endpoint& e) { write_endpoint(out, e); });
        out.key("sites").array(all.sites, [&](const listed_site& s) { write_site(out, s); });
    });
    return out.take() + '\n';
}

} // namespace v6front
