// SPDX-License-Identifier: Apache-2.0
#include "field_block.hpp"

#include <new>
#include <stdexcept>

#include <nghttp2/nghttp2.h>

namespace v6front
{

namespace
{

// A string of RFC 7541 5.2, its length with a prefix of 7 bits, without Huffman.
void put_string(std::string& out, const std::string& text)
{
    std::size_t n = text.size();
    if (n < 127) {
        out += static_cast<char>(n);
    } else {
        out += '\x7f';
        for (n -= 127; n >= 128; n /= 128)
            out += static_cast<char>(n % 128 + 128);
        out += static_cast<char>(n);
    }
    out += text;
}

} // namespace

std::string packed(const field_list& list)
{
    std::string block;
    for (const auto& [name, value] : list) {
        block += '\0'; // RFC 7541 6.2.2, with a new name
        put_string(block, name);
        put_string(block, value);
    }
    return block;
}

http_message head_of(const field_list& list)
{
    http_message head;
    for (const auto& [name, value] : list) {
        if (name == ":status") {
            head.start_line = "HTTP/2 " + value;
            head.head = head.start_line + "\r\n" + head.head;
        } else {
            head.fields.emplace_back(name, value);
            head.head += name + ": " + value + "\r\n";
        }
    }
    head.head += "\r\n";
    return head;
}

field_unpacker::field_unpacker()
{
    if (nghttp2_hd_inflate_new(&made_) != 0)
        throw std::bad_alloc();
}

field_unpacker::~field_unpacker()
{
    nghttp2_hd_inflate_del(made_);
}

field_list field_unpacker::unpack(std::string_view block)
{
    field_list list;
    for (;;) {
        nghttp2_nv field;
        int flags = 0;
        const auto n = nghttp2_hd_inflate_hd2(made_, &field, &flags,
                                              reinterpret_cast<const std::uint8_t*>(block.data()),
                                              block.size(), 1);
        if (n < 0)
            throw std::runtime_error("a block of fields that cannot be unpacked");
        block.remove_prefix(static_cast<std::size_t>(n));
        if (flags & NGHTTP2_HD_INFLATE_EMIT) {
            list.emplace_back(std::string(field.name, field.name + field.namelen),
                              std::string(field.value, field.value + field.valuelen));
        }
        if (flags & NGHTTP2_HD_INFLATE_FINAL) {
            nghttp2_hd_inflate_end_headers(made_);
            return list;
        }
    }
}

} // namespace v6front
