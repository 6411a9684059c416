// SPDX-License-Identifier: Apache-2.0
//
// Thousands of streams of requests, most of them damaged somewhere, through a real httpd. Whatever
// the site gets has to be requests of the strictest kind, and in their order some of those that a
// strict reader finds in the client's stream, with all that was for the site and nothing that was
// for the front alone: nothing else, nothing changed, nothing invented, not even its beginning. The
// streams follow from a seed (V6FRONT_SEED, V6FRONT_STREAMS), which a failure tells.
#include "catch.hpp"
#include "damaged_streams.hpp"
#include "differential.hpp"
#include "strict_requests.hpp"
#include "ways.hpp"

#include <algorithm>
#include <sstream>

using namespace v6front;

namespace
{

// What the site may see of it.
std::string essence(const strict_request& r)
{
    std::string target = r.target;
    if (const auto scheme = target.find("://"); scheme != target.npos && target[0] != '/')
        target = target.substr(std::min(target.find('/', scheme + 3), target.size()));
    return r.method + " " + target + "\n" + r.body;
}

struct stream {
    std::string bytes;
    strict_reading sent;
    strict_reading folded; // where lines may be
    std::size_t seen = 0;  // how far the site has got with it
};

// Sends it, and returns when nothing more will come of it; what is under way then may still reach
// the site.
void play(const httpd_server& front, const stream& s)
{
    raw_client client(front.port(), client_for(front));
    client.send(s.bytes);
    if (!s.sent.fault.empty() || s.sent.taken < s.bytes.size()) {
        client.half_close();
        client.read_until_close();
        return;
    }
    for (const auto& r : s.sent.requests) {
        const auto answer = client.read_response(r.method == "HEAD");
        if (answer.status() == 0 || answer.until_close ||
            same_name(answer.value("Connection"), "close"))
            return;
    }
}

std::vector<std::string> elements(const strict_request& r, std::string_view name)
{
    std::vector<std::string> all;
    for (const auto& [n, value] : r.fields) {
        std::istringstream list(same_name(n, name) ? value : "");
        for (std::string element; std::getline(list, element, ',');) {
            const auto begin = std::min(element.find_first_not_of(" \t"), element.size());
            const auto end = element.find_last_not_of(" \t") + 1;
            if (begin < end) { // an empty one is none (RFC 9110 5.6.1)
                all.push_back(element.substr(begin, end - begin));
            }
        }
    }
    return all;
}

// What was between the client and the front alone (RFC 9110 7.6.1), and the site has got.
std::string passed_on(const strict_request& seen, const strict_request& said)
{
    for (const char* name : {"Keep-Alive", "Proxy-Connection", "Proxy-Authorization"}) {
        if (!elements(seen, name).empty())
            return name;
    }
    for (const std::string& name : elements(seen, "Connection")) {
        // The front's own word for the connection to the site.
        if (!same_name(name, "TE") && !same_name(name, "upgrade") && name != "keep-alive")
            return "Connection: " + name;
    }
    const std::vector<std::string> te = elements(seen, "TE");
    if (!te.empty() && te != std::vector<std::string>{"trailers"})
        return "TE: " + te[0];
    for (const std::string& name : elements(said, "Connection")) {
        const bool is_ours = name.starts_with("X-") || name.starts_with("x-");
        if (is_ours && !elements(seen, name).empty())
            return "nominated: " + name;
    }
    return {};
}

// What was for the site, and has not come as it was.
std::string lost(const strict_request& seen, const strict_request& said)
{
    const std::vector<std::string> nominated = elements(said, "Connection");
    for (const char* name : {"X-A", "X-N", "X_A", "Accept", "Cookie", "User-Agent"}) {
        const bool is_nominated =
            std::any_of(nominated.begin(), nominated.end(),
                        [&](const std::string& n) { return same_name(n, name); });
        if (!is_nominated && elements(seen, name) != elements(said, name))
            return name;
    }
    return {};
}

// The server adds X-Length as a second Content-Length, as no client can: httpd refuses two of them
// before a module sees the request.
bool has_two_lengths(const strict_request& said)
{
    const std::string length = said.value("Content-Length");
    const auto more = elements(said, "X-Length");
    return !length.empty() && std::any_of(more.begin(), more.end(), [&](const std::string& other) {
        return other != length;
    });
}

bool may_be(const strict_request& said, const std::string& seen)
{
    return essence(said) == seen && !has_two_lengths(said);
}

// True if the request is one of this stream's that have not been seen, nor any behind it.
bool take(stream& s, const strict_request& seen)
{
    const std::string wanted = essence(seen);
    for (const strict_reading* reading : {&s.sent, &s.folded}) {
        for (std::size_t at = s.seen; at < reading->requests.size(); ++at) {
            if (may_be(reading->requests[at], wanted)) {
                s.seen = at + 1;
                INFO(printable(s.bytes));
                CHECK(passed_on(seen, reading->requests[at]) == "");
                if (reading == &s.sent) { // else values are folded
                    CHECK(lost(seen, reading->requests[at]) == "");
                }
                return true;
            }
        }
    }
    return false;
}

// True if the site may have got this much of a request of this stream: its head, without a body.
bool began(const stream& s, const strict_request& seen)
{
    for (const strict_reading* reading : {&s.sent, &s.folded}) {
        const auto is_it = [&](strict_request said) {
            said.body.clear();
            return may_be(said, essence(seen)) && passed_on(seen, said).empty();
        };
        if (std::any_of(reading->requests.begin(), reading->requests.end(), is_it) ||
            (reading->begun && is_it(*reading->begun)))
            return true;
    }
    return false;
}

// The streams that have this target, for whoever has to find out why.
std::string candidates(const std::vector<stream>& all, const strict_request& seen)
{
    std::string text;
    for (const stream& s : all) {
        if (s.bytes.find(seen.target) != std::string::npos) {
            text += printable(s.bytes) + "\na strict reader finds " +
                    std::to_string(s.sent.requests.size()) + ", then: " + s.sent.fault + "\n";
        }
    }
    return text;
}

} // namespace

TEST_CASE("What the site gets is what a strict reader finds in the client's stream",
          "[differential]")
{
    // Every way has streams of its own.
    const auto ways = http1_ways();
    const unsigned at = GENERATE_COPY(range(0U, static_cast<unsigned>(ways.size())));
    const way& w = ways[at];
    const unsigned seed = from_environment("V6FRONT_SEED", 1);
    const unsigned count = from_environment("V6FRONT_STREAMS", 2000);
    INFO(w << ", V6FRONT_SEED=" << seed);
    strict_site site;
    httpd_options options = options_for(w, "V6FrontPass / " + site.url());
    options.global = "Timeout 1\nKeepAliveTimeout 50ms";
    options.modules = {"headers"};
    options.site += "\nRequestHeader add Content-Length expr=%{req:X-Length} "
                    "\"expr=-n req('X-Length') && -n req('Content-Length')\"";
    httpd_server front(options);
    damaged_streams make(seed + 1000 * at);
    std::vector<stream> all;
    std::size_t sent = 0;
    for (unsigned i = 0; i < count; ++i) {
        const std::string bytes = make.next();
        all.push_back({bytes, read_strictly(bytes, reading_of::client),
                       read_strictly(bytes, reading_of::client_that_folds)});
        sent += all.back().sent.requests.size();
        INFO(printable(bytes));
        REQUIRE_NOTHROW(play(front, all.back()));
    }
    front.stop();
    REQUIRE(site.has_ended()); // and with it all that was under way
    for (const auto& f : site.faults())
        FAIL_CHECK(printable(f));
    const auto seen = site.requests();
    unsigned strangers = 0;
    for (const auto& r : seen) {
        const bool known =
            std::any_of(all.begin(), all.end(), [&](stream& s) { return take(s, r); });
        if (!known && ++strangers < 10)
            FAIL_CHECK("the site got\n" << printable(essence(r)) << "\nof\n" << candidates(all, r));
    }
    for (const auto& r : site.begun()) {
        const bool known =
            std::any_of(all.begin(), all.end(), [&](const stream& s) { return began(s, r); });
        if (!known && ++strangers < 10) {
            FAIL_CHECK("the site got the head of\n"
                       << printable(essence(r)) << "\nof\n"
                       << candidates(all, r));
        }
    }
    CHECK(strangers == 0);
    // The check is about something: most of what was well-formed did arrive.
    CHECK(sent > count / 2);
    CHECK(seen.size() > sent / 2);
}
