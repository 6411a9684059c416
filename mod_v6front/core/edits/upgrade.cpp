// SPDX-License-Identifier: Apache-2.0
#include "upgrade.hpp"

#include "core/message/token.hpp"

namespace v6front
{
namespace
{

// protocol-name ["/" protocol-version], both tokens (RFC 9110 7.8).
bool is_protocol(std::string_view text) noexcept
{
    bool in_token = false;
    bool slash = false;
    for (const char c : text) {
        const bool divides = c == '/' && !slash;
        if (divides ? !in_token : !is_token_char(c))
            return false;
        slash = slash || divides;
        in_token = !divides;
    }
    return in_token;
}

bool is_passed_on(std::string_view protocol) noexcept
{
    const std::string_view name = protocol.substr(0, protocol.find('/'));
    return is_protocol(protocol) && !iequals(name, "http") && !iequals(name, "tls") &&
           !iequals(name, "h2c") && !iequals(name, "h2");
}

} // namespace

std::string wanted_upgrade(const request_view& request)
{
    std::string wanted;
    if (!request.may_upgrade || request.version == "1.0" ||
        !is_nominated(request.fields, "upgrade"))
        return wanted;
    for (const field& f : request.fields) {
        if (!iequals(f.name, "upgrade"))
            continue;
        for (std::string_view rest = f.value; !rest.empty();) {
            const std::string_view protocol = take_element(rest);
            if (is_passed_on(protocol))
                wanted.append(wanted.empty() ? "" : ", ").append(protocol);
        }
    }
    return wanted;
}

void append_upgrade(std::string& out, const request_view& request)
{
    const std::string wanted = wanted_upgrade(request);
    if (!wanted.empty())
        out.append("Connection: Upgrade\r\nUpgrade: ").append(wanted).append("\r\n");
}

bool answers_upgrade(const request_view& request, const response_head& answer)
{
    const std::string wanted = wanted_upgrade(request);
    bool named = false;
    for (const field& f : answer.fields) {
        if (!iequals(f.name, "upgrade"))
            continue;
        for (std::string_view rest = f.value; !rest.empty();) {
            const std::string_view protocol = take_element(rest);
            if (protocol.empty())
                continue;
            if (!list_contains(wanted, protocol))
                return false;
            named = true;
        }
    }
    return named;
}

} // namespace v6front
