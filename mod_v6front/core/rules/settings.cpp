// SPDX-License-Identifier: Apache-2.0
#include "settings.hpp"

#include "core/base/octets.hpp"
#include "core/message/fields.hpp"

#include <charconv>

namespace v6front
{
namespace
{

std::string quoted(std::string_view text)
{
    std::string q = "\"";
    q += text;
    q += '"';
    return q;
}

milliseconds parse_timeout(std::string_view key, std::string_view value)
{
    const auto duration = parse_duration(value);
    if (!duration) {
        throw setting_error(std::string(key) + "=" + quoted(value) +
                            " must be a duration in seconds or with a unit, such as 3, 500ms, 2min "
                            "or 1h, above 0 and at most 24 hours");
    }
    return *duration;
}

struct option {
    std::string_view key;
    std::string_view value;
};

option split(std::string_view key_value)
{
    const std::size_t equals = key_value.find('=');
    if (equals == std::string_view::npos) {
        throw setting_error(quoted(key_value) + " must be written key=value");
    }
    return {key_value.substr(0, equals), key_value.substr(equals + 1)};
}

unsigned parse_count(std::string_view key, std::string_view value, unsigned least)
{
    constexpr unsigned most = 100000;
    unsigned n = 0;
    const auto* end = value.data() + value.size();
    const auto [at, ec] = std::from_chars(value.data(), end, n);
    if (value.empty() || ec != std::errc() || at != end || n < least || n > most) {
        throw setting_error(std::string(key) + "=" + quoted(value) + " must be a number from " +
                            std::to_string(least) + " to " + std::to_string(most));
    }
    return n;
}

// A response head is in memory as a whole, once for each exchange.
std::size_t parse_head_size(std::string_view key, std::string_view value)
{
    const auto octets = parse_octets(value);
    if (!octets || *octets < 1024 || *octets > 16 * 1024 * 1024) {
        throw setting_error(std::string(key) + "=" + quoted(value) +
                            " must be a number of octets from 1k to 16M, such as 64k or 65536");
    }
    return static_cast<std::size_t>(*octets);
}

template <class T>
std::optional<T> either(const std::optional<T>& over, const std::optional<T>& base)
{
    return over ? over : base;
}

} // namespace

exchange_settings merge(const exchange_settings& base, const exchange_settings& over)
{
    exchange_settings s;
    s.preserve_host = either(over.preserve_host, base.preserve_host);
    s.via = either(over.via, base.via);
    s.add_headers = either(over.add_headers, base.add_headers);
    s.connect_timeout = either(over.connect_timeout, base.connect_timeout);
    s.response_timeout = either(over.response_timeout, base.response_timeout);
    s.idle_timeout = either(over.idle_timeout, base.idle_timeout);
    s.self = either(over.self, base.self);
    s.most_buffered = either(over.most_buffered, base.most_buffered);
    s.most_in_flight = either(over.most_in_flight, base.most_in_flight);
    s.most_queued = either(over.most_queued, base.most_queued);
    s.most_head = either(over.most_head, base.most_head);
    s.reuse = either(over.reuse, base.reuse);
    s.most_idle = either(over.most_idle, base.most_idle);
    return s;
}

void set_option(exchange_settings& settings, std::string_view key_value)
{
    const auto [key, value] = split(key_value);
    if (iequals(key, "connect")) {
        settings.connect_timeout = parse_timeout(key, value);
    } else if (iequals(key, "response")) {
        settings.response_timeout = parse_timeout(key, value);
    } else if (iequals(key, "idle")) {
        settings.idle_timeout = parse_timeout(key, value);
    } else if (iequals(key, "preservehost")) {
        settings.preserve_host = parse_on_off(key, value);
    } else if (iequals(key, "via")) {
        settings.via = parse_on_off(key, value);
    } else if (iequals(key, "addheaders")) {
        settings.add_headers = parse_on_off(key, value);
    } else if (iequals(key, "head")) {
        settings.most_head = parse_head_size(key, value);
    } else if (iequals(key, "self")) {
        settings.self = parse_on_off(key, value);
    } else if (iequals(key, "bufferbody")) {
        settings.most_buffered = parse_octets(value);
        if (!settings.most_buffered) {
            throw setting_error("bufferbody=" + quoted(value) +
                                " must be a number of octets such as 65536, 64K or 1M, above 0 and "
                                "at most 1G");
        }
    } else if (iequals(key, "max")) {
        settings.most_in_flight = parse_count(key, value, 1);
    } else if (iequals(key, "queue")) {
        settings.most_queued = parse_count(key, value, 0);
    } else if (iequals(key, "reuse")) {
        settings.reuse = parse_on_off(key, value);
    } else if (iequals(key, "maxidle")) {
        if (value == "0") {
            throw setting_error("maxidle=\"0\" must be a number from 1 to 100000; to keep no "
                                "connection open, use reuse=off");
        }
        settings.most_idle = parse_count(key, value, 1);
    } else {
        throw setting_error("the key of " + quoted(key_value) +
                            " must be one of connect, response, idle, preservehost, via, "
                            "addheaders, head, self, bufferbody, max, queue, reuse, maxidle");
    }
}

void set_option(resolve_rules& rules, std::string_view key_value)
{
    const auto [key, value] = split(key_value);
    if (iequals(key, "refresh")) {
        rules.refresh = parse_timeout(key, value);
    } else if (iequals(key, "max-stale")) {
        rules.max_stale = parse_timeout(key, value);
    } else if (iequals(key, "timeout")) {
        rules.timeout = parse_timeout(key, value);
    } else {
        throw setting_error("the key of " + quoted(key_value) +
                            " must be one of refresh, max-stale, timeout");
    }
}

bool parse_on_off(std::string_view what, std::string_view value)
{
    if (iequals(value, "on")) {
        return true;
    }
    if (iequals(value, "off")) {
        return false;
    }
    throw setting_error(std::string(what) + (what.empty() ? "" : " ") +
                        "must be \"on\" or \"off\", not " + quoted(value));
}

void check_keys_differ(std::span<const std::string_view> words)
{
    const auto key_of = [](std::string_view word) {
        const std::size_t equals = word.find('=');
        return word.substr(0, equals == std::string_view::npos ? 0 : equals);
    };
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string_view key = key_of(words[i]);
        for (std::size_t later = i + 1; !key.empty() && later < words.size(); ++later) {
            if (iequals(key, key_of(words[later]))) {
                throw setting_error(std::string(key) + "= is given twice: " + quoted(words[i]) +
                                    " and " + quoted(words[later]));
            }
        }
    }
}

exchange_rules resolve(const exchange_settings& settings, milliseconds timeout)
{
    exchange_rules rules;
    rules.preserve_host = settings.preserve_host.value_or(rules.preserve_host);
    rules.via = settings.via.value_or(rules.via);
    rules.add_headers = settings.add_headers.value_or(rules.add_headers);
    rules.connect_timeout = settings.connect_timeout.value_or(rules.connect_timeout);
    rules.response_timeout = settings.response_timeout.value_or(timeout);
    rules.idle_timeout = settings.idle_timeout.value_or(timeout);
    rules.self = settings.self.value_or(rules.self);
    rules.most_buffered = settings.most_buffered.value_or(rules.most_buffered);
    rules.most_in_flight = settings.most_in_flight.value_or(rules.most_in_flight);
    // As many as are served may wait to be: each waits no longer than one turn, on the whole.
    rules.most_queued = settings.most_queued.value_or(rules.most_in_flight);
    rules.most_head = settings.most_head.value_or(rules.most_head);
    rules.reuse = settings.reuse.value_or(rules.reuse);
    rules.most_idle = settings.most_idle.value_or(rules.most_idle);
    return rules;
}

} // namespace v6front
