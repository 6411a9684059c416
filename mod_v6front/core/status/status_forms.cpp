// SPDX-License-Identifier: Apache-2.0

#include "status_forms.hpp"

#include <algorithm>

namespace v6front
{

status_form form_of(std::string_view query) noexcept
{
    while (!query.empty()) {
        const auto end = query.find('&');
        // Prometheus writes "prometheus=".
        const auto word = query.substr(0, std::min(end, query.find('=')));
        if (word == "auto")
            return status_form::lines;
        if (word == "json")
            return status_form::json;
        if (word == "prometheus")
            return status_form::prometheus;
        query.remove_prefix(end == query.npos ? query.size() : end + 1);
    }
    return status_form::html;
}

std::string_view content_type(status_form form) noexcept
{
    switch (form) {
    case status_form::html:
        break;
    case status_form::lines:
        return "text/plain; charset=utf-8";
    case status_form::json:
        return "application/json";
    case status_form::prometheus:
        return "text/plain; version=0.0.4; charset=utf-8";
    }
    return "text/html; charset=utf-8";
}

std::string in_form(status_form form, const status_report& report)
{
    switch (form) {
    case status_form::html:
        break;
    case status_form::lines:
        return status_lines(report);
    case status_form::json:
        return status_json(report);
    case status_form::prometheus:
        return status_metrics(report);
    }
    return status_page(report);
}

} // namespace v6front
