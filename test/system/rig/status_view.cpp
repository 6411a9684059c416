// SPDX-License-Identifier: Apache-2.0
#include "status_view.hpp"

#include "deadline.hpp"

#include <boost/json.hpp>

namespace v6front
{

namespace json = boost::json;

namespace
{

json::value find_in(const json::value& list, const char* key,
                    const std::function<bool(const json::value&)>& holds)
{
    for (const auto& each : list.as_array())
        if (holds(each.at(key)))
            return each;
    return nullptr;
}

json::value at_path(const json::value& in, const std::string& path)
{
    json::value here = in;
    std::size_t begin = 1;
    while (begin <= path.size()) {
        const auto end = std::min(path.find('/', begin), path.size());
        const auto key = path.substr(begin, end - begin);
        const auto* object = here.if_object();
        const auto* found = object ? object->if_contains(key) : nullptr;
        if (!found)
            return nullptr;
        json::value next = *found;
        here = std::move(next);
        begin = end + 1;
    }
    return here;
}

} // namespace

std::string status_location()
{
    return "V6FrontPass /v6front-status !\n<Location /v6front-status>\n"
           "SetHandler v6front-status\n</Location>\n";
}

status_view::status_view(const std::string& text) : all_(json::parse(text)) {}

status_view status_view::of(const httpd_server& front)
{
    return status_view(get(front, "/v6front-status?json").body);
}

json::value status_view::site(const std::string& backend) const
{
    return find_in(all_.at("sites"), "backend", [&](const json::value& v) {
        return std::string(v.as_string()).ends_with(backend);
    });
}

json::value status_view::address(const std::string& backend, const std::string& address) const
{
    const auto found = site(backend);
    if (found.is_null())
        return nullptr;
    return find_in(found.at("addresses"), "address", [&](const json::value& v) {
        return address.empty() ? v.is_null() : v.is_string() && v.as_string() == address;
    });
}

json::value status_view::name(const std::string& name) const
{
    return find_in(all_.at("names"), "name",
                   [&](const json::value& v) { return v.as_string() == name; });
}

std::string status_view::text() const
{
    return json::serialize(all_);
}

double number_at(const json::value& in, const std::string& path)
{
    const auto found = at_path(in, path);
    return found.is_number() ? found.to_number<double>() : -1;
}

std::string text_at(const json::value& in, const std::string& path)
{
    const auto found = at_path(in, path);
    return found.is_string() ? std::string(found.as_string()) : std::string();
}

bool eventually_shown(const httpd_server& front, status_view& last,
                      const std::function<bool(const status_view&)>& holds)
{
    return eventually([&] {
        last = status_view::of(front);
        return holds(last);
    });
}

} // namespace v6front
