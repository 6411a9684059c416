// SPDX-License-Identifier: Apache-2.0
//
// A library that a server loads before its own, and what it is told while the server runs (told.h).
#pragma once

#include "httpd_config.hpp"
#include "process.hpp"

#include <cstdint>

namespace v6front
{

class preloaded
{
public:
    preloaded(httpd_options& options,
              const std::string& library); // of the server, which it outlives
    void tell(std::int64_t first, std::int64_t second = 0);
    std::int64_t answer() const; // since it was told last

private:
    scratch_folder folder_;
    std::string file_;
};

} // namespace v6front
