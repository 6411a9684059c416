// SPDX-License-Identifier: Apache-2.0
//
// What v6front-status says, for tests: its JSON, looked up by names.
#pragma once

#include "ways.hpp"

#include <boost/json/value.hpp>

#include <functional>
#include <string>

namespace v6front
{

// <Location> at which a test's server shows it.
std::string status_location();

class status_view
{
public:
    static status_view of(const httpd_server& front);
    explicit status_view(const std::string& text);

    const boost::json::value& all() const { return all_; }
    // Of the site whose backend ends like that; a null value where there is none.
    boost::json::value site(const std::string& backend) const;
    // Of one of its addresses; "" is the entry without one.
    boost::json::value address(const std::string& backend, const std::string& address) const;
    boost::json::value name(const std::string& name) const;
    std::string text() const;

private:
    boost::json::value all_;
};

// A number below a value, by a path like "/requests/2xx"; -1 where there is none.
double number_at(const boost::json::value& in, const std::string& path);
// A text; empty where there is none.
std::string text_at(const boost::json::value& in, const std::string& path);

// Looks again until it is so; the last view is what remains.
bool eventually_shown(const httpd_server& front, status_view& last,
                      const std::function<bool(const status_view&)>& holds);

} // namespace v6front
