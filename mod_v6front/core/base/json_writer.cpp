// SPDX-License-Identifier: Apache-2.0
#include "json_writer.hpp"

namespace v6front
{

json_writer& json_writer::key(std::string_view name)
{
    begin_item();
    quote(name);
    out_ += how_ == layout::lines ? ": " : ":";
    after_key_ = true;
    return *this;
}

void json_writer::raw(std::string_view value)
{
    begin_item();
    out_ += value;
}

void json_writer::text(std::string_view value)
{
    begin_item();
    quote(value);
}

void json_writer::begin(char bracket)
{
    begin_item();
    out_ += bracket;
    ++depth_;
    has_items_ = false;
}

void json_writer::end(char bracket)
{
    --depth_;
    if (has_items_)
        begin_line();
    out_ += bracket;
    has_items_ = true; // of the bracket around it
}

void json_writer::begin_item()
{
    if (after_key_) {
        after_key_ = false;
        return;
    }
    if (has_items_)
        out_ += ',';
    has_items_ = true;
    if (depth_ > 0)
        begin_line();
}

void json_writer::begin_line()
{
    if (how_ == layout::compact)
        return;
    out_ += '\n';
    out_.append(depth_, ' ');
}

void json_writer::quote(std::string_view value)
{
    constexpr std::string_view digits = "0123456789abcdef";
    out_ += '"';
    for (const char c : value) {
        const auto octet = static_cast<unsigned char>(c);
        if (octet < 0x20 || octet == 0x7f) {
            out_ += "\\u00";
            out_ += digits[octet >> 4U];
            out_ += digits[octet & 15U];
            continue;
        }
        if (c == '"' || c == '\\')
            out_ += '\\';
        out_ += c;
    }
    out_ += '"';
}

} // namespace v6front
