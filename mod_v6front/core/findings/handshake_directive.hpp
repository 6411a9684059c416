// SPDX-License-Identifier: Apache-2.0
//
// Directives of mod_ssl, and of httpd's core for .htaccess files, after which a request may need a
// new TLS handshake with its client: an engine cannot wait for that.
#pragma once

#include <string_view>

namespace v6front
{

struct handshake_need {
    bool section = false; // this directive makes mod_ssl shake hands anew
    bool files = false;   // it allows .htaccess files to do so
};
// `in_section`: of <Location> and the like, and not of a server. `args` as written.
handshake_need handshake_need_of(std::string_view name, std::string_view args,
                                 bool in_section) noexcept;

} // namespace v6front
