// SPDX-License-Identifier: Apache-2.0
//
// Reads the head of a site's response, interim or final: a pure function over the whole of it, one
// pass, views into it. It is as liberal as one meaning allows (core/message/field_lines, and
// below), since sites are old and nobody repairs them; what it gives is the normal form. A
// connection on which that touched where something ends is not kept.
//
// Accepted beyond RFC 9112 4: a status line without its last blank, with blanks or tabs where one
// blank should be, in lower case, with a minor version of the future (it is 1.1, RFC 9110 2.5) or
// with "HTTP/2.0", which software writes that knows better than its server; "403.14" of IIS and
// "200OK"; any phrase without NUL or CR, which goes if it has control characters. Refused: HTTP/0.9
// and "HTTP/2", which have no such head, and a status that is not three digits from 100 on.
#pragma once

#include "core/base/failure.hpp"
#include "response_body.hpp"
#include "response_head.hpp"

#include <string_view>

namespace v6front
{

// Empty lines and blanks before a status line, of a site that has said a line end too many (RFC
// 9112 2.2, 4): how many of the first `most` octets they are.
std::size_t before_status_line(std::string_view bytes, std::size_t most) noexcept;

// False if no response can begin with these octets, which is known long before a deadline.
bool may_be_response(std::string_view bytes) noexcept;
// What does, then.
failure no_response_line(std::string_view bytes);

// `text` is a head with its empty line, and nothing before or after it. The head has been cleared.
result<response_body> parse_response_head(std::string_view text, bool to_head_request,
                                          response_head& head);

// For the log: what a head that was cut, or is larger than `most` octets, consists of.
std::string describe_large_head(std::string_view text, std::size_t most);
std::string describe_cut_head(std::string_view text);

} // namespace v6front
