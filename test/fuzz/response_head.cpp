// SPDX-License-Identifier: Apache-2.0
//
// Any octets in the place of a backend's response.
#include "read_response.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto got = v6front::test::read_as_backend(bytes);
    const bool is_status = got.status == 0 || (got.status >= 100 && got.status <= 999);
    const bool began_as_http = got.status == 0 || bytes.starts_with("HTTP/1.");
    if (!is_status || !began_as_http || got.body.size() > size)
        std::abort();
    return 0;
}
