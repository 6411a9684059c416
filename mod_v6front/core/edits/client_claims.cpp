// SPDX-License-Identifier: Apache-2.0
#include "client_claims.hpp"

#include "core/base/ascii.hpp"
#include "core/message/token.hpp"
#include "core/rules/added_headers.hpp"
#include "forwarded.hpp"

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

// `text` is `head` and more elements of a list.
bool goes_on(std::string_view text, std::string_view head) noexcept
{
    return text.size() > head.size() && text.starts_with(head) && text[head.size()] == ',';
}

// X-Request-ID, of which the value may be somebody else's text as long as the front writes none.
bool is_id(std::string_view name) noexcept
{
    return name.size() == 12 && is_read_as(name, "x-request-id");
}

// A claim that a trusted peer has made.
bool is_kept(const field& f) noexcept
{
    const auto is_plain = [](char c) { return is_alnum(c) || c == '-'; };
    if (!std::all_of(f.name.begin(), f.name.end(), is_plain))
        return false;
    if (f.name.size() == 9)
        return can_be_appended_to(f.value); // Forwarded
    return is_id(f.name) ? is_request_id(f.value) : !iequals(f.name, "proxy");
}

// The list that this claim is, to which the front adds what it knows.
std::uint16_t list_of(const field& f, const claimant& by) noexcept
{
    const auto bit_if = [&f](added_header h) {
        return iequals(f.name, name_of(h)) ? static_cast<std::uint16_t>(h) : std::uint16_t{};
    };
    const auto address = bit_if(added_header::address), forwarded = bit_if(added_header::forwarded);
    // Said already, by the same proxy from whom mod_remoteip has it.
    const bool is_said =
        by.behind_proxy &&
        ((address != 0 && ends_with_client(f.value, by.client_address)) ||
         (forwarded != 0 && forwarded_ends_with_client(f.value, by.client_address)));
    return is_said ? std::uint16_t{}
                   : static_cast<std::uint16_t>(address | forwarded | bit_if(added_header::server));
}

} // namespace

bool is_as_sent(const field& f, std::span<const field> sent) noexcept
{
    return std::any_of(sent.begin(), sent.end(), [&f](const field& s) {
        return s.value.data() == f.value.data() && iequals(s.name, f.name);
    });
}

bool is_claim(std::string_view name) noexcept
{
    switch (name.size()) {
    case 5:
        return iequals(name, "proxy");
    case 9:
        return iequals(name, "forwarded");
    case 12:
        return is_id(name);
    case 13:
        return is_read_as(name, "x-pseudo-ipv4");
    case 15:
        return is_read_as(name, "x-forwarded-for");
    case 16:
        return is_read_as(name, "x-forwarded-host") || is_read_as(name, "x-forwarded-port");
    case 17:
        return is_read_as(name, "x-forwarded-proto") || is_read_as(name, "x-connecting-ipv6");
    case 18:
        return is_read_as(name, "x-forwarded-server");
    default:
        return false;
    }
}

std::uint16_t drop_client_claims(field_list& fields, std::span<const field> sent,
                                 const claimant& by)
{
    const bool nominations = has_nominations(sent);
    std::uint16_t lists = 0;
    std::erase_if(fields, [&](field& f) {
        const bool claim = is_claim(f.name) && (by.has_own_id || !is_id(f.name));
        if (is_as_sent(f, sent)) {
            if (nominations && is_nominated(sent, f.name) && !is_hop_by_hop(f.name) &&
                !is_for_every_recipient(f.name))
                return true;
            const bool stays = claim && by.trusted && is_kept(f);
            lists |= stays ? list_of(f, by) : std::uint16_t{};
            return claim && !stays;
        }
        const field* before = claim ? find(sent, f.name) : nullptr;
        if (!before)
            return false;
        // What a hook has appended to something that is believed is all of it the operator's.
        if (!by.trusted && goes_on(f.value, before->value))
            f.value = trim(f.value.substr(before->value.size() + 1));
        if (by.behind_proxy && iequals(f.name, "x-forwarded-for") &&
            goes_on(before->value, f.value))
            lists |= static_cast<std::uint16_t>(added_header::address);
        return false;
    });
    return lists;
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
