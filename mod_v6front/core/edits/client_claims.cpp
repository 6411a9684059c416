// SPDX-License-Identifier: Apache-2.0
#include "client_claims.hpp"

#include "core/base/ascii.hpp"

#include <algorithm>

namespace v6front
{
namespace
{

// Of use only to the server that answers, so never dropped: a client that nominates them
// would be the only one to miss them.
bool is_for_every_recipient(std::string_view name) noexcept
{
    static constexpr std::string_view names[] = {
        "host",          "cookie",
        "authorization", "content-length",
        "content-type",  "content-encoding",
        "cache-control", "cdn-loop",
        "content-range", "via",
    };
    return std::any_of(std::begin(names), std::end(names),
                       [name](std::string_view n) { return iequals(n, name); });
}

bool is_as_sent(const field& f, std::span<const field> sent) noexcept
{
    return std::any_of(sent.begin(), sent.end(), [&f](const field& s) {
        return s.value.data() == f.value.data() && iequals(s.name, f.name);
    });
}

// `text` is `head` and more elements of a list.
bool goes_on(std::string_view text, std::string_view head) noexcept
{
    return text.size() > head.size() && text.starts_with(head) && text[head.size()] == ',';
}

} // namespace

bool is_claim(std::string_view name) noexcept
{
    switch (name.size()) {
    case 5:
        return iequals(name, "proxy");
    case 15:
        return iequals(name, "x-forwarded-for");
    case 16:
        return iequals(name, "x-forwarded-host") || iequals(name, "x-forwarded-port");
    case 17:
        return iequals(name, "x-forwarded-proto");
    case 18:
        return iequals(name, "x-forwarded-server");
    default:
        return false;
    }
}

bool drop_client_claims(field_list& fields, std::span<const field> sent, bool behind_proxy)
{
    const bool nominations = has_nominations(sent);
    bool is_chain = false;
    std::erase_if(fields, [&](field& f) {
        const bool claim = is_claim(f.name);
        if (is_as_sent(f, sent)) {
            return claim || (nominations && is_nominated(sent, f.name) && !is_hop_by_hop(f.name) &&
                             !is_for_every_recipient(f.name));
        }
        const field* before = claim ? find(sent, f.name) : nullptr;
        if (!before)
            return false;
        if (goes_on(f.value, before->value))
            f.value = trim(f.value.substr(before->value.size() + 1));
        is_chain = is_chain || (behind_proxy && iequals(f.name, "x-forwarded-for") &&
                                goes_on(before->value, f.value));
        return false;
    });
    return is_chain;
}

bool is_about_whole_response(std::string_view name) noexcept
{
    static constexpr std::string_view names[] = {
        "accept-encoding",
        "range",
        "if-range",
        "if-match",
        "if-none-match",
        "if-modified-since",
        "if-unmodified-since",
    };
    return std::any_of(std::begin(names), std::end(names),
                       [name](std::string_view n) { return iequals(n, name); });
}

std::string divide_cookies(std::string_view joined)
{
    std::string out(joined);
    for (std::size_t at = out.find(", "); at != std::string::npos; at = out.find(", ", at + 2)) {
        const std::size_t end = out.find_first_of("=;, \t\"", at + 2);
        if (end != std::string::npos && end > at + 2 && out[end] == '=')
            out[at] = ';';
    }
    return out;
}

} // namespace v6front
