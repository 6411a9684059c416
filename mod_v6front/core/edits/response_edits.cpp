// SPDX-License-Identifier: Apache-2.0
#include "response_edits.hpp"

namespace v6front
{
namespace
{

// The URL in "5; url=http://host/" (HTML, "shared declarative refresh steps"), without its quotes;
// "url=" may be missing. Empty if there is none.
std::string_view refresh_url(std::string_view value) noexcept
{
    const std::size_t separator = value.find_first_of(";,");
    if (separator == std::string_view::npos)
        return {};
    std::string_view rest = trim(value.substr(separator + 1));
    if (iequals(rest.substr(0, 3), "url")) {
        const auto behind = trim(rest.substr(3));
        if (behind.starts_with('='))
            rest = trim(behind.substr(1));
    }
    if (rest.starts_with('"') || rest.starts_with('\'')) {
        const char quote = rest.front();
        rest.remove_prefix(1);
        rest = rest.substr(0, rest.find(quote));
    }
    return rest;
}

std::string_view own(response_head& head, std::string&& text)
{
    return head.rewritten.emplace_back(std::move(text));
}

void map_url(response_head& head, field& f, std::string_view url, const reverse_map& map)
{
    const auto mapped = url.empty() ? std::nullopt : map.map(url);
    if (!mapped || *mapped == url)
        return;
    std::string value(f.value);
    value.replace(static_cast<std::size_t>(url.data() - f.value.data()), url.size(), *mapped);
    f.value = own(head, std::move(value));
}

bool carries_url(std::string_view name) noexcept
{
    switch (name.size()) {
    case 3:
        return iequals(name, "uri");
    case 8:
        return iequals(name, "location");
    case 11:
        return iequals(name, "destination");
    case 16:
        return iequals(name, "content-location");
    default:
        return false;
    }
}

bool is_via(std::string_view name) noexcept
{
    return name.size() == 3 && iequals(name, "via");
}

// Marked first and erased afterwards: a Connection field has to stay until every other field has
// been asked whether it is nominated.
void erase_fields(response_head& head, bool with_trailers)
{
    field_list& fields = head.fields;
    const bool nominations = has_nominations(fields);
    for (field& f : fields) {
        if (iequals(f.name, "connection"))
            continue;
        if (f.name.size() == 10 && iequals(f.name, "keep-alive"))
            head.kept_for = parse_keep_alive(f.value);
        const bool nominated = nominations && !is_via(f.name) && is_nominated(fields, f.name);
        const bool hop = is_hop_by_hop(f.name) && !(with_trailers && iequals(f.name, "trailer"));
        if (nominated || hop || iequals(f.name, "content-length") || !is_one_line(f.name) ||
            !is_one_line(f.value))
            f.name = {};
    }
    std::erase_if(fields,
                  [](const field& f) { return f.name.empty() || iequals(f.name, "connection"); });
}

// All Via fields become one at the place of the first (RFC 9110 7.6.3).
void append_via(response_head& head, const via_name& front)
{
    const auto added = front.element(head.version);
    std::string list;
    field* first = nullptr;
    for (field& f : head.fields) {
        if (!is_via(f.name))
            continue;
        if (!trim(f.value).empty())
            list.append(f.value).append(", ");
        if (first)
            f.name = {};
        else
            first = &f;
    }
    if (!first) {
        head.fields.push_back({"Via", added});
        return;
    }
    first->value = list.empty() ? added : own(head, std::move(list.append(added)));
    std::erase_if(head.fields, [](const field& f) { return f.name.empty(); });
}

} // namespace

void edit_response_head(response_head& head, const reverse_map& map, const via_name* via,
                        bool with_trailers)
{
    erase_fields(head, with_trailers);
    for (field& f : head.fields) {
        if (carries_url(f.name))
            map_url(head, f, trim(f.value), map);
        else if (iequals(f.name, "refresh"))
            map_url(head, f, refresh_url(f.value), map);
    }
    if (via)
        append_via(head, *via);
}

void edit_cookies(response_head& head, const cookie_map& map)
{
    for (field& f : head.fields) {
        if (f.name.size() != 10 || !iequals(f.name, "set-cookie"))
            continue;
        if (auto mapped = map.map(f.value))
            f.value = own(head, std::move(*mapped));
    }
}

} // namespace v6front
