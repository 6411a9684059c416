// SPDX-License-Identifier: Apache-2.0
//
// What every rule has, however it finds its requests: by path (V6FrontPass: route.hpp) or by
// expression (V6FrontPassMatch: httpd/config). Made while the configuration is read; immutable once
// it is settled, shared by all threads.
#pragma once

#include "answer_run.hpp"
#include "backend_url.hpp"
#include "settings.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

namespace v6front
{

struct rule {
    // Of a V6FrontPassMatch its path may have $1 to $9. None: an exclusion ("!").
    std::optional<backend_url> backend;
    // key=value of this rule; wins over location and server. They stay here, apart from the
    // backend, since those of a <Location> go between: which one counts, only the request tells.
    exchange_settings settings;
    unsigned limit = 0;  // the number of its max=, unique in the configuration; 0: none
    std::string place{}; // where it is written, "file:line", for messages
    // Of the backend, among its server's, once that is settled; until then there is none.
    static constexpr std::size_t unsettled = static_cast<std::size_t>(-1);
    std::size_t number = unsettled;
    // Shared by the tables into which the rule is merged: redirects to the URL asked for, and 400
    // behind a PROXY header.
    std::shared_ptr<answer_run> redirects = std::make_shared<answer_run>();
    std::shared_ptr<answer_run> refusals = std::make_shared<answer_run>();
};

} // namespace v6front
