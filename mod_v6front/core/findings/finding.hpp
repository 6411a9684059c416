// SPDX-License-Identifier: Apache-2.0
//
// What a look at the configuration has found, as a value: whoever looks collects them, and one
// place says them (httpd/operator/finding_log).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace v6front
{

struct finding {
    enum class kind : std::uint8_t {
        refusal, // this can never work: httpd does not start
        warning  // it works, but not as it was meant
    };
    std::string_view number; // as the log has it; each is explained in the README
    std::string place;       // where the cause is written, "file:line"; empty: nowhere
    std::string text;        // what is wrong, and what would be right
    kind is = kind::warning;
};
using findings = std::vector<finding>;

} // namespace v6front
