// SPDX-License-Identifier: Apache-2.0
//
// A peer's octets in a log line: between quotation marks, and no more of them than a line takes.
// What cannot be printed is left to httpd's error log, which escapes it, but for NUL, at which a
// line would end there.
#pragma once

#include <string>
#include <string_view>

namespace v6front
{

// The beginning of the text, and how long it is if that is not all.
std::string quote(std::string_view text);

// The same of the text's first line, without its line end.
std::string quote_line(std::string_view text);

} // namespace v6front
