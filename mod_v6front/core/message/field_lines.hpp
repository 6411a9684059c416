// SPDX-License-Identifier: Apache-2.0
//
// The field lines of a site's message, head or trailers, read as liberally as one meaning allows,
// into fields in their normal form. A pure function over a whole section.
//
// Accepted beyond RFC 9112 5: lines that end in LF, or in several CRs; a blank before the colon; a
// folded value; control characters in a value, which become blanks; a line without a colon, which
// is no field and goes. Refused is what two readers would take for two things: NUL, a CR inside a
// line, any control character in a field that delimits a body, a name that is missing or no token,
// a first line that is folded, and a page that begins where a field should.
#pragma once

#include "core/base/failure.hpp"
#include "fields.hpp"

#include <list>
#include <optional>
#include <string>

namespace v6front
{

struct field_section {
    field_list& fields;            // what is read is appended
    std::list<std::string>& owned; // the text of values that are not as sent
    bool irregular = false;        // where lines end, or what is a field, took good will
};

// The section goes up to its empty line, and with it.
std::optional<failure> read_fields(std::string_view lines, field_section& into);

// The same for trailers, where a line that is refused goes alone (RFC 9110 6.5.1 lets all go).
void read_trailers(std::string_view lines, field_section& into);

// True if the text has an octet below 0x20 but HTAB in it, or DEL.
bool has_control(std::string_view text) noexcept;

} // namespace v6front
