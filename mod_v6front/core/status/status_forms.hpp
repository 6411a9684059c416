// SPDX-License-Identifier: Apache-2.0
//
// The four forms of the status page. Pure text of a report.
#pragma once

#include "report.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace v6front
{

enum class status_form : std::uint8_t { html, lines, json, prometheus };

// What the query of the URL asks for: "auto", "json" or "prometheus".
status_form form_of(std::string_view query) noexcept;
std::string_view content_type(status_form form) noexcept;

std::string status_page(const status_report& report);    // HTML, for people
std::string status_lines(const status_report& report);   // "Key: value"
std::string status_json(const status_report& report);    // schema v6front-status/1
std::string status_metrics(const status_report& report); // Prometheus' text format 0.0.4

// For mod_status's page: each site in a row, or in some lines.
std::string section_html(const status_report& report);
std::string section_lines(const status_report& report);

std::string in_form(status_form form, const status_report& report);

} // namespace v6front
