// SPDX-License-Identifier: Apache-2.0
//
// Routes: which paths go to which backend, and the table that finds one. Made while the
// configuration is read, immutable afterwards, shared by all threads.
#pragma once

#include "rule.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace v6front
{

// One V6FrontPass.
struct route : rule {
    std::string path; // begins with "/"; matched on whole segments
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
    // Routes with paths of one length: of these no more than one can be what a path begins with,
    // and it is found by halving. A table of two hundred routes has few lengths.
    struct same_length {
        std::size_t octets;
        std::vector<std::size_t> by_path; // places in routes_
    };

    std::vector<route> routes_;
    std::vector<same_length> lengths_; // longest first
};

} // namespace v6front
