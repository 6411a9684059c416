// SPDX-License-Identifier: Apache-2.0
//
// Directives of other modules whose hooks wait before a handler runs: for a name server, a
// database, a program, or the body of a request. Told from what is written; what else a module
// does, nobody can see.
#pragma once

#include "finding.hpp"

#include <string>
#include <string_view>

namespace v6front
{

struct blocking_directive {
    enum class who : std::uint8_t {
        engine, // all its connections wait
        thread, // what reads bodies is kept off the engines, and holds a thread
        request // what it waits for is held by other requests until they end, which they could not
                // on the engine that waits: each request of that virtual host holds a thread
    };
    // Which of a directive's arguments tells.
    enum class where : std::uint8_t {
        anywhere, // one begins so
        first,    // the first does, or the one after "not"
        names     // one after "from" is a host's name
    };
    std::string_view directive;
    std::string_view word;
    std::string_view waits_for;
    who waits = who::engine;
    where at = where::anywhere;
};

// nullptr: it is none of these. `args` as written. Lives for ever.
const blocking_directive* find_blocking(std::string_view name, std::string_view args) noexcept;

finding as_finding(const blocking_directive& row, const std::string& name, const std::string& args,
                   const std::string& place);

} // namespace v6front
