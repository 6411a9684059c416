// SPDX-License-Identifier: Apache-2.0
//
// Any head, edited for the other side: what comes out is lines with a name and a value, one Host,
// one framing, and nothing that was hop-by-hop.
#include "core/edits/request_head.hpp"
#include "core/edits/response_edits.hpp"
#include "lines.hpp"

#include <cstdlib>

using namespace v6front;

namespace
{

void require(bool holds)
{
    if (!holds)
        std::abort();
}

void check_request(std::string_view head, const framing& body)
{
    require(head.ends_with("\r\n\r\n"));
    head.remove_suffix(2);
    std::size_t hosts = 0;
    std::size_t framings = 0;
    head.remove_prefix(head.find("\r\n") + 2);
    while (!head.empty()) {
        const auto end = head.find("\r\n");
        const auto line = head.substr(0, end);
        head.remove_prefix(end + 2);
        const auto colon = line.find(':');
        require(colon != line.npos && colon > 0 && is_one_line(line));
        const auto name = line.substr(0, colon);
        hosts += iequals(name, "Host");
        framings += iequals(name, "Content-Length") || iequals(name, "Transfer-Encoding");
        require(!iequals(name, "Keep-Alive") && !iequals(name, "Proxy-Authorization"));
    }
    require(hosts == 1 && framings <= 1);
    require(body.kind == framing_kind::none || framings == 1);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    auto rest = test::text(data, size);
    const auto host = test::take_line(rest);
    const auto version = test::take_line(rest);
    const auto fields = test::as_fields(rest);
    request_view request{};
    request.method = "POST";
    request.target = "/";
    request.host = host;
    request.scheme = "http";
    request.version = version == "1.0" ? "1.0" : "1.1";
    request.client_address = "::1";
    request.server_name = host;
    request.fields = fields;
    request.front_address = "192.0.2.1";
    request.port = "80";
    request.request_id = host;
    request.adds = only(static_cast<std::uint16_t>(size & added_headers::every));
    request.extends = static_cast<std::uint16_t>(size / 2 & added_headers::every);
    request.may_upgrade = size % 2;
    request.expects_continue = size % 3;
    for (const auto kind : {framing_kind::none, framing_kind::length, framing_kind::chunked}) {
        const framing body{kind, 5};
        std::string out;
        append_request_head(out, request, body, {"site.test", size % 5 > 0, "v6front-1"});
        check_request(out, body);
    }

    response_head answer;
    answer.status = 200;
    answer.fields = fields;
    const auto site = parse_backend_url("http://site.lan/base/");
    reverse_map map({"http", host}, true, site);
    const via_name via("v6front-1");
    edit_response_head(answer, map, &via);
    std::size_t vias = 0;
    for (const auto& f : answer.fields) {
        require(!f.name.empty() && is_one_line(f.name) && is_one_line(f.value));
        require(!is_hop_by_hop(f.name) && !iequals(f.name, "Content-Length"));
        vias += iequals(f.name, "Via");
    }
    require(vias == 1);
    const auto count = answer.fields.size();
    map.add(site, "/shop/");
    const cookie_rules rules{{{"sso.lan", "a.test"}}, {{"/sso", "/login"}}};
    edit_cookies(answer, {map, site.host, rules, size % 7 > 0});
    require(answer.fields.size() == count);
    for (const auto& f : answer.fields)
        require(is_one_line(f.value));
    return 0;
}
