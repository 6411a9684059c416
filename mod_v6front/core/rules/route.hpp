// SPDX-License-Identifier: Apache-2.0
//
// Routes: which paths go to which backend, and the table that finds one. Made while the
// configuration is read, immutable afterwards, shared by all threads.
#pragma once

#include "backend_url.hpp"
#include "redirect_loop.hpp"
#include "settings.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace v6front
{

// One V6FrontPass. Without a backend it is an exclusion ("!").
struct route {
    std::string path; // begins with "/"; matched on whole segments
    std::optional<backend_url> backend;
    exchange_settings settings; // key=value of this rule; wins over location and server
    unsigned limit = 0;         // the number of its max=, unique in the configuration; 0: none
    std::string place{};        // where it is written, "file:line", for messages
    // Of the backend, among its server's, once that is settled; until then there is none.
    static constexpr std::size_t unsettled = static_cast<std::size_t>(-1);
    std::size_t number = unsettled;
    // Shared by the tables into which the rule is merged.
    std::shared_ptr<redirect_run> redirects = std::make_shared<redirect_run>();
};

// Throws setting_error if the path does not begin with "/".
void check_route_path(std::string_view path);

// True if `path` lies at or below `route_path`: "/a" has "/a" and "/a/b" but not "/ab"; "/a/" has
// "/a/" and "/a/b" but not "/a"; "/" has every path (but not the "*" of OPTIONS).
bool is_below(std::string_view path, std::string_view route_path) noexcept;

// Appends `path`, which is below `from`, with `to` in the place of `from` and one slash at the
// seam: from "/a" to "/base/", "/a/x" and "/a//x" are "/base/x", and "/a" itself is "/base/".
// Nothing changes where both are the same.
void append_moved(std::string& out, std::string_view path, std::string_view from,
                  std::string_view to);

class route_table
{
public:
    // Throws setting_error if the same path is there already.
    void add(route r);
    // The longest path that `path` (httpd's normalised r->uri) is below, which may be an exclusion;
    // nullptr if none. The pointer lives as long as the table.
    const route* match(std::string_view path) const noexcept;
    bool empty() const noexcept { return routes_.empty(); }
    const std::vector<route>& routes() const noexcept { return routes_; } // longest path first
    std::vector<route>& routes() noexcept { return routes_; } // not for their paths or order
    // A table with the routes of both; at the same path, `over`'s.
    static route_table merge(const route_table& base, const route_table& over);

private:
    std::vector<route> routes_;
};

} // namespace v6front
