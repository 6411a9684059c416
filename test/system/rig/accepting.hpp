// SPDX-License-Identifier: Apache-2.0
//
// Who accepts a server's client connections: its engines, as they do by themselves, or the event
// MPM, which then hands them over.
#pragma once

#include "ways.hpp"

#include <ostream>

namespace v6front
{

enum class accepting { engines, mpm };

inline std::ostream& operator<<(std::ostream& out, accepting who)
{
    return out << (who == accepting::engines ? "accepted by engines" : "accepted by the MPM");
}

// After all else that is set for the whole server.
inline httpd_options accepted_by(accepting who, httpd_options options)
{
    if (who == accepting::mpm)
        options.global += "\nV6FrontAccept Off\n";
    return options;
}

} // namespace v6front
