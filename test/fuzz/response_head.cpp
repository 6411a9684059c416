// SPDX-License-Identifier: Apache-2.0
//
// Any octets in the place of a backend's response. What is accepted goes on in a normal form, which
// has to mean the same when it is read again.
#include "read_response.hpp"

#include "core/message/field_section.hpp"
#include "core/message/response_parser.hpp"

namespace
{

using namespace v6front;

std::string written(const response_head& head)
{
    std::string text = head.version == 10 ? "HTTP/1.0 " : "HTTP/1.1 ";
    text.append(std::to_string(head.status)).append(" ").append(head.phrase).append("\r\n");
    for (const auto& f : head.fields)
        text.append(f.name).append(": ").append(f.value).append("\r\n");
    return text + "\r\n";
}

bool same_fields(const field_list& a, const field_list& b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const field& x, const field& y) {
        return x.name == y.name && x.value == y.value;
    });
}

void check_normal_form(std::string_view bytes)
{
    bytes.remove_prefix(before_status_line(bytes, 64));
    std::size_t searched = 0;
    const auto end = end_of_field_section(bytes, searched);
    response_head head;
    if (!may_be_response(bytes) || end == bytes.npos)
        return;
    const auto body = parse_response_head(bytes.substr(0, end), false, head);
    if (!body)
        return;
    const auto text = written(head);
    response_head again;
    const auto same = parse_response_head(text, false, again);
    if (!same || same->at != body->at || same->length != body->length ||
        again.status != head.status || again.phrase != head.phrase ||
        again.content_length != head.content_length || !same_fields(again.fields, head.fields))
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    check_normal_form(bytes);
    const auto got = v6front::test::read_as_backend(bytes);
    const bool is_status = got.status == 0 || (got.status >= 100 && got.status <= 999);
    const auto first = std::min(bytes.find_first_not_of(" \t\r\n"), bytes.size());
    const bool began_as_http = got.status == 0 || iequals(bytes.substr(first, 5), "HTTP/");
    if (!is_status || !began_as_http || got.body.size() > size)
        std::abort();
    return 0;
}
