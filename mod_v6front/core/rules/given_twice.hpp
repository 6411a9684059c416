// SPDX-License-Identifier: Apache-2.0
//
// What may be written once: whoever refuses the second says where the first is.
#pragma once

#include "setting_values.hpp"

#include <string>

namespace v6front
{

// `of_what`: "for this server". `first_place`: "file:line", empty where nobody knows.
[[noreturn]] inline void refuse_second(std::string_view of_what, const std::string& first_place)
{
    std::string sentence = "is given twice ";
    sentence.append(of_what);
    if (!first_place.empty())
        sentence.append(", first at ").append(first_place);
    throw setting_error(sentence);
}

// The same, of a backend's name; empty: of every backend.
[[noreturn]] inline void refuse_second_for(const std::string& name, const std::string& first_place)
{
    refuse_second(name.empty() ? "for every backend of this server" : "for \"" + name + "\"",
                  first_place);
}

} // namespace v6front
