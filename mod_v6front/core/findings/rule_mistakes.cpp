// SPDX-License-Identifier: Apache-2.0

#include "rule_mistakes.hpp"

#include "core/base/ascii.hpp"
#include "core/edits/target.hpp"
#include "request_set.hpp"

#include <algorithm>

namespace v6front
{

namespace
{

// Shown by examples, so a guess: but an expression that takes these has not been written for one.
bool takes_all_below(const expression& e, std::string path)
{
    if (path.back() == '/')
        path.pop_back();
    return e.matches(path.empty() ? "/" : path) && e.matches(path + "/v6front-probe/0") &&
           e.matches(path + "/~.probe");
}

// What was found of each place, once.
struct by_place {
    findings& out;
    std::set<std::string> said{};

    void say(std::string_view number, const std::string& place, std::string text)
    {
        if (said.insert(place).second)
            out.push_back({number, place, std::move(text)});
    }
};

std::string list(const std::set<std::string>& names)
{
    constexpr std::size_t enough = 5;
    std::string out;
    std::size_t n = 0;
    for (const auto& name : names) {
        if (n++ == enough)
            return out + ", ...";
        out += (out.empty() ? "" : ", ") + name;
    }
    return out.empty() ? "none" : out;
}

constexpr std::string_view never_reached = "V6F0207";

void find_unreachable(const server_rules& server, findings& out)
{
    const auto say = [&out](const std::string& place, const std::string& rule,
                            const std::string& why) { say_never_reached(rule, place, why, out); };
    for (const auto& r : server.routes)
        if (const char* never = never_in_a_path(r.path, server.keeps_slashes))
            say(r.place, "V6FrontPass " + r.path, std::string("its path has ") + never);
    for (const auto* r : server.locations)
        if (const char* never = never_in_a_path(r->path, server.keeps_slashes))
            say(r->place, "V6FrontPass in <Location \"" + r->path + "\">",
                std::string("that path has ") + never);
    const auto& all = server.expressions;
    for (const auto& e : all)
        if (const auto never = never_matched(e.pattern, server.keeps_slashes))
            say(e.place, "V6FrontPassMatch " + e.pattern, *never);
    for (auto e = all.begin(); e != all.end(); ++e) {
        const auto first =
            "V6FrontPassMatch " + e->pattern + " (" + e->place + ") takes its requests first";
        for (const auto& r : server.routes)
            if (takes_all_below(*e, r.path))
                say(r.place, "V6FrontPass " + r.path + (r.backend ? "" : " !"),
                    r.backend ? first
                              : first + ". Write \"V6FrontPassMatch " + expression_below(r.path) +
                                    " !\" before it");
        if (takes_all_below(*e, "/"))
            for (auto later = e + 1; later != all.end(); ++later)
                say(later->place, "V6FrontPassMatch " + later->pattern, first);
    }
}

bool has_backend(const route& r)
{
    return r.backend.has_value();
}

struct exclusion {
    std::string rule, place;
    bool works;
};

// A section's comes before all rules. What mod_rewrite has given another path may be any rule's.
bool excludes_something(const server_rules& server, const route& section)
{
    const bool any_path =
        server.passes_through || section.path.find_first_of("*?[") != std::string::npos;
    const auto meets = [&](const route& r) {
        return r.backend &&
               (any_path || is_below(section.path, r.path) || is_below(r.path, section.path));
    };
    return std::any_of(server.expressions.begin(), server.expressions.end(),
                       [](const expression& e) { return !e.excludes; }) ||
           std::any_of(server.routes.begin(), server.routes.end(), meets) ||
           std::any_of(server.locations.begin(), server.locations.end(),
                       [&meets](const route* r) { return meets(*r); });
}

// Those of sections and expressions; an expression's is for what is asked after it.
std::vector<exclusion> other_exclusions(const server_rules& server)
{
    std::vector<exclusion> all;
    for (const auto* r : server.locations)
        if (!r->backend)
            all.push_back({"V6FrontPass ! in <Location \"" + r->path + "\">", r->place,
                           excludes_something(server, *r)});
    bool later = std::any_of(server.routes.begin(), server.routes.end(), has_backend);
    for (auto e = server.expressions.rbegin(); e != server.expressions.rend(); ++e) {
        if (e->excludes)
            all.push_back({"V6FrontPassMatch " + e->pattern + " !", e->place, later});
        later = later || !e->excludes;
    }
    return all;
}

void find_idle_exclusions(std::span<const server_rules> servers, by_place& found)
{
    std::vector<exclusion> all;
    std::set<std::string> works; // in one of the servers that inherit it
    for (const auto& server : servers)
        for (auto& e : other_exclusions(server)) {
            if (e.works)
                works.insert(e.place);
            all.push_back(std::move(e));
        }
    for (const auto& e : all)
        if (!works.contains(e.place))
            found.say("V6F0213", e.place,
                      e.rule + " (" + e.place +
                          ") has no effect: no rule that is asked after it takes such a path");
}

} // namespace

const char* never_in_a_path(std::string_view path, bool keeps_slashes) noexcept
{
    for (auto at = path.find('%'); at != path.npos; at = path.find('%', at + 1))
        if (at + 2 < path.size() && hex_value(path[at + 1]) >= 0 && hex_value(path[at + 2]) >= 0)
            return "a percent-encoded character; write the character itself";
    if (path.find('?') != path.npos)
        return "a query, which is not part of the path; remove it";
    if (!keeps_slashes && path.find("//") != path.npos)
        return "two slashes in a row, which httpd makes one; write one";
    for (auto at = path.find("/."); at != path.npos; at = path.find("/.", at + 1)) {
        const auto segment = path.substr(at + 1, path.find('/', at + 1) - at - 1);
        if (segment == "." || segment == "..")
            return "a dot segment, which httpd resolves first; write the resolved path";
    }
    return nullptr;
}

std::optional<std::string> never_matched(std::string_view expression, bool keeps_slashes)
{
    if (expression.size() > 1 && expression[0] == '^' && is_alnum(expression[1]) &&
        literal_beginning("^/" + std::string(expression.substr(1))).size() > 1)
        return "every path begins with \"/\"; write \"^/\"";
    // The last segment may go on, so that a dot is only its beginning.
    if (const char* never = never_in_a_path(literal_beginning(expression) + "x", keeps_slashes))
        return std::string("its expression has ") + never;
    return std::nullopt;
}

const char* odd_url(const backend_url& url)
{
    if (!url.tls && url.port == 443)
        return "port 443 is that of https://, and http:// sends it plain text. Write https://, or "
               "the site's port for http://";
    if (url.tls && url.port == 80)
        return "port 80 is that of http://, and https:// begins with a TLS handshake. Write "
               "http://, or the site's port for https://";
    if (has_dot_segments(url.path))
        return "\".\" and \"..\" in its path are sent as they are. Write the resolved path";
    return nullptr;
}

const char* misread(const route& r)
{
    if (r.path.find('*') != std::string::npos)
        return "\"*\" in its path matches only itself. A path already includes everything below "
               "it; for patterns use V6FrontPassMatch";
    if (r.backend && highest_group(r.backend->path) > 0)
        return "$1 to $9 in its URL are sent literally; only V6FrontPassMatch replaces them";
    return nullptr;
}

// Expressions and locations come before all paths, and have exclusions of their own.
bool excludes_something(std::span<const route> routes, const route& exclusion)
{
    return std::any_of(routes.begin(), routes.end(), [&exclusion](const route& r) {
        return r.backend && is_below(exclusion.path, r.path);
    });
}

void say_never_reached(const std::string& rule, const std::string& place, const std::string& why,
                       findings& out)
{
    const bool is_said = std::any_of(out.begin(), out.end(), [&place](const finding& f) {
        return f.number == never_reached && f.place == place;
    });
    if (!is_said)
        out.push_back({never_reached, place, rule + " (" + place + ") is never reached: " + why});
}

void find_unreachable(std::span<const server_rules> servers, findings& out)
{
    for (const auto& server : servers)
        find_unreachable(server, out);
}

void find_without_effect(std::span<const server_rules> servers, findings& out)
{
    std::set<std::string> works; // exclusions, where one server of those that inherit them has use
    for (const auto& server : servers)
        for (const auto& r : server.routes)
            if (!r.backend && excludes_something(server.routes, r))
                works.insert(r.place);
    by_place found{out};
    for (const auto& f : out) // that no request reaches it is enough
        if (f.number == never_reached)
            found.said.insert(f.place);
    for (const auto& server : servers)
        for (const auto& r : server.routes) {
            const auto rule = "V6FrontPass " + r.path;
            if (const char* why = misread(r))
                found.say("V6F0212", r.place, rule + " (" + r.place + "): " + why);
            else if (!r.backend && !works.contains(r.place))
                found.say("V6F0213", r.place,
                          rule + " ! (" + r.place +
                              ") has no effect: no other V6FrontPass takes that path");
        }
    find_idle_exclusions(servers, found);
}

finding unknown_name(std::string_view directive, const std::string& name, const std::string& place,
                     const std::set<std::string>& known)
{
    return {
        "V6F0211", place,
        std::string(directive) + " " + (name.empty() ? "without a name" : name) + " (" + place +
            ") has no effect: no V6FrontPass there uses this name. Backends there: " + list(known)};
}

finding plain_backend(const std::string& name, const std::string& place, const std::string& rule)
{
    std::string text = name.empty() ? "V6FrontTLS without a name" : "V6FrontTLS " + name;
    text.append(" (").append(place).append(") has no effect: ").append(rule);
    text.append(" goes to the site over plain http. If the site is to be reached over TLS, write "
                "https:// there; otherwise remove this line");
    return {"V6F0211", place, std::move(text)};
}

finding reversed_pin(const std::string& name, const std::string& place)
{
    return {"V6F0251", place,
            "V6FrontBackendV4 (" + place +
                ") is for every backend, because an address comes first; " + name +
                " is looked up for all of them. If it is for " + name +
                " alone, write the name first"};
}

} // namespace v6front
