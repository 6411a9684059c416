// SPDX-License-Identifier: Apache-2.0
//
// A report for tests of its forms: two sites, one of them with a hostile name.
#pragma once

#include "mod_v6front/core/status/status_forms.hpp"

namespace v6front::test
{

inline constexpr auto evil = "<script>\"&'\\\n";

inline status_report example_report()
{
    status_report r;
    r.version = "1.2.3";
    r.now = 1'764'412'800'123;
    r.started = 1'764'400'000'000;
    r.counts_from = 1'764'400'000'500;
    r.generation = 2;
    auto& site = r.sites.emplace_back(reported_site{"www.example.org", "https://www.example.org"});
    site.tls = true;
    site.rules = {"V6FrontPass / https://www.example.org/"};
    site.in_flight = 3;
    site.waiting = 1;
    site.limits = {{"V6FrontPass / https://www.example.org/", 20, 3, 10, 1}};
    auto& a = site.addresses.emplace_back();
    a.address = "192.0.2.10:443";
    a.now = reported_address::state::avoided;
    a.since = r.now - 61'500;
    a.reason = "connect_refused";
    a.why = "the backend refused the connection";
    a.in_use = 2;
    a.idle = 1;
    a.numbers[traffic_at::requests + 2] = 5;
    a.numbers[traffic_at::requests] = 1;
    a.numbers[traffic_at::failures + static_cast<std::size_t>(reason::client_gone)] = 1;
    a.numbers[traffic_at::attempt_failures + static_cast<std::size_t>(reason::connect_refused)] = 4;
    a.numbers[traffic_at::sent] = 7;
    a.numbers[traffic_at::received] = 1'234'567;
    a.numbers[traffic_at::opened] = 2;
    a.numbers[traffic_at::reused] = 3;
    a.numbers[traffic_at::handshakes] = 2;
    a.numbers[traffic_at::resumed] = 1;
    a.numbers[traffic_at::ejections] = 1;
    a.numbers[traffic_at::checks_passed] = 9;
    a.numbers[traffic_at::checks_failed] = 2;
    a.numbers[traffic_at::connect] = 3'000;
    a.numbers[traffic_at::connect + 1] = 1;
    a.numbers[traffic_at::connect + 2] = 1;
    a.check.emplace(reported_check{reported_check::state::failing, r.now - 61'500, "status 503",
                                   r.now - 2'000});
    auto& other = r.sites.emplace_back(reported_site{evil, "http://b"});
    other.addresses.emplace_back().address = "192.0.2.11:80";
    other.addresses.back().now = reported_address::state::unused;
    auto& none = other.addresses.emplace_back();
    none.numbers[traffic_at::requests + 5] = 2;
    none.numbers[traffic_at::failures + static_cast<std::size_t>(reason::name_not_found)] = 2;
    r.names.push_back({"www.example.org", {"192.0.2.10"}, 12, reported_name::state::found});
    r.names.push_back({evil,
                       {},
                       {},
                       reported_name::state::failing,
                       "name_not_found",
                       "the backend's name does not exist"});
    r.processes.push_back({0, 4711, 2, 20'000'000, {{0, 12, 2, 65'536, 100, 12'000}}});
    return r;
}

} // namespace v6front::test
