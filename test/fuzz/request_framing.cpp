// SPDX-License-Identifier: Apache-2.0
//
// Any fields in a request: what is not refused says its length in one way only.
#include "core/message/framing.hpp"
#include "lines.hpp"

#include <cstdlib>

using namespace v6front;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto fields = test::as_fields(test::text(data, size));
    std::size_t codings = 0;
    std::size_t lengths = 0;
    for (const auto& f : fields) {
        codings += iequals(f.name, "Transfer-Encoding");
        lengths += iequals(f.name, "Content-Length");
    }
    const auto how = request_framing(fields);
    if (!how)
        return 0;
    const bool as_chunks = how->kind == framing_kind::chunked;
    const bool as_length = how->kind == framing_kind::length;
    if (as_chunks != (codings == 1) || as_length != (lengths > 0) || codings > 1 ||
        (codings && lengths))
        std::abort();
    if (as_length && how->length > INT64_MAX)
        std::abort();
    return 0;
}
