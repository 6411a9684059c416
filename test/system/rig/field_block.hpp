// SPDX-License-Identifier: Apache-2.0
//
// Fields as HTTP/2 has them on the wire (HPACK, RFC 7541): packed as literals that no table keeps,
// so that any text can be sent; unpacked by nghttp2.
#pragma once

#include "http_message.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct nghttp2_hd_inflater;

namespace v6front
{

using field_list = std::vector<std::pair<std::string, std::string>>;

std::string packed(const field_list& list);

// A response's head, which looks as in HTTP/1.
http_message head_of(const field_list& list);

// One for each connection, and all of its blocks in their order.
class field_unpacker
{
public:
    field_unpacker();
    ~field_unpacker();
    field_unpacker(const field_unpacker&) = delete;
    field_unpacker& operator=(const field_unpacker&) = delete;

    // Throws std::runtime_error for what is no block of fields.
    field_list unpack(std::string_view block);

private:
    nghttp2_hd_inflater* made_ = nullptr;
};

} // namespace v6front
