// SPDX-License-Identifier: Apache-2.0
//
// Thousands of requests in frames of HTTP/2, many of them damaged somewhere, several at a time on
// one connection. Whatever the site gets has to be requests of the strictest kind, and each of them
// one that RFC 9113 finds in the frames of one stream: its method, its target, its authority, all
// of its fields and no other, its body. Nothing twice, nothing that a body or a field has said,
// nothing of one stream in another. The requests follow from a seed (V6FRONT_SEED,
// V6FRONT_STREAMS), which a failure tells.
#include "catch.hpp"
#include "damaged_frames.hpp"
#include "differential.hpp"
#include "ways.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <span>

using namespace v6front;

namespace
{

using form = framed_reading::form;

struct asked {
    framed_request frames;
    framed_reading reading;
    bool waits = false; // for the site's word that it has the head
    bool answered = false;
    bool seen = false;
};

using table = std::map<std::string, std::vector<std::string>>;

std::string lower(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    return text;
}

// All values of each name.
table sorted(const field_list& fields)
{
    table all;
    for (const auto& [name, value] : fields)
        all[lower(name)].push_back(value);
    return all;
}

// Several values are one list (RFC 9110 5.3), in which empty ones are none.
std::string with_commas(const std::string& name, const std::vector<std::string>& values)
{
    std::string list;
    for (const std::string& value : values) {
        list += list.empty() || value.empty() ? "" : name == "cookie" ? "; " : ", ";
        list += value;
    }
    return list;
}

// A list without its empty elements: some versions of mod_http2 (2.4.62) leave in what an empty
// value makes of it.
std::string without_empty(const std::string& name, std::string_view list)
{
    std::string rest;
    while (!list.empty()) {
        const std::size_t end = std::min(list.find(name == "cookie" ? ';' : ','), list.size());
        std::string_view element = list.substr(0, end);
        list.remove_prefix(std::min(end + 1, list.size()));
        element.remove_prefix(std::min(element.find_first_not_of(' '), element.size()));
        element = element.substr(0, element.find_last_not_of(' ') + 1);
        rest += element.empty() ? "" : (rest.empty() ? "" : ",") + std::string(element);
    }
    return rest;
}

std::vector<std::string> via_of(const table& said, const std::string& pseudonym)
{
    const auto at = said.find("via");
    std::vector<std::string> via;
    if (at != said.end())
        via = at->second;
    via.push_back("2.0 " + pseudonym);
    return via;
}

// What the site has to get of this request's fields.
table expected(const strict_request& said, const strict_request& seen, const way& w)
{
    table all = sorted(said.fields);
    for (const char* name :
         {"proxy-authorization", "http2-settings", "content-length", "forwarded"}) {
        all.erase(name); // for the front, or not the client's to say; of lengths the reader knows
    }
    if (seen.value("Transfer-Encoding").empty())
        all.erase("trailer");
    all["connection"] = {"keep-alive"}; // the front's own word
    if (all.count("te")) {
        all["te"] = {"trailers"};
        all["connection"] = {"keep-alive, TE"};
    }
    all["x-forwarded-for"] = {"::1"};
    all["x-forwarded-host"] = all["host"];
    all["x-forwarded-server"] = {"site.test"};
    all["x-forwarded-proto"] = {w.tls ? "https" : "http"};
    all["cdn-loop"] = {seen.value("CDN-Loop")};
    all["via"] = via_of(all, seen.value("CDN-Loop"));
    return all;
}

// What is decided by the head goes no further, and a body with a length has no trailers.
table expected_trailers(const strict_request& said, const strict_request& seen)
{
    if (seen.value("Transfer-Encoding").empty())
        return {};
    table all = sorted(said.trailers);
    for (const char* name : {"cookie", "via", "te", "http2-settings"})
        all.erase(name);
    return all;
}

// The first field in which the two differ; empty if there is none.
std::string difference(table wanted, table seen)
{
    wanted.erase("expect");
    seen.erase("expect"); // goes where there is a body
    seen.erase("content-length");
    seen.erase("transfer-encoding");
    for (const auto& [name, values] : wanted) {
        const std::string value = with_commas(name, values);
        const std::string other = seen.count(name) ? with_commas(name, seen[name]) : "nothing";
        if (values.size() == 1 ? value != other
                               : without_empty(name, value) != without_empty(name, other))
            return name + ": " + value + "\nbut the site got: " + other;
        seen.erase(name);
    }
    return seen.empty() ? "" : "a stranger: " + seen.begin()->first;
}

// Why the site may not have got this, or its head alone, for that; empty if it may.
std::string objection(const strict_request& seen, const asked& a, const way& w, bool whole)
{
    const strict_request& said = a.reading.said;
    if (a.reading.is < (whole ? form::complete : form::begun))
        return "not to be forwarded: " + a.reading.fault;
    if (whole && a.seen)
        return "twice";
    if (seen.method != said.method)
        return "method " + seen.method;
    if (whole && seen.body != said.body)
        return "body " + seen.body;
    // Chunks around no body at all are more than a site may expect of a GET.
    if (a.frames[0].ends && !seen.value("Transfer-Encoding").empty())
        return "chunks where there is no body";
    if (whole && a.reading.fault.empty()) {
        const std::string lost = difference(expected_trailers(said, seen), sorted(seen.trailers));
        if (!lost.empty())
            return "trailer " + lost;
    }
    return difference(expected(said, seen, w), sorted(seen.fields));
}

std::string text_of(const framed_request& frames)
{
    std::string all;
    for (const h2_frame& f : frames) {
        all += f.is == h2_frame::type::head   ? "HEADERS "
               : f.is == h2_frame::type::data ? "DATA "
                                              : "RST_STREAM";
        for (const auto& [name, value] : f.fields)
            all += "  " + printable(name) + ": " + printable(value) + "\n";
        all += printable(f.bytes) + (f.ends ? " END_STREAM\n" : "\n");
    }
    return all;
}

// mod_http2 resets now and then a stream, whoever answers in it, whose answer comes before the
// request's end.
bool has_to_be_answered(const framed_reading& reading, const h2_client& client,
                        const h2_client::answer& answer)
{
    return reading.is == form::whole && reading.fault.empty() && !client.is_over() &&
           !client.goes_away() && !(reading.early && answer.reset);
}

// Several at a time on a connection of their own, their frames mixed.
void play(const httpd_server& front, std::span<asked> batch, damaged_frames& chance)
{
    h2_client client(front.port(), client_for(front));
    std::vector<std::size_t> sent(batch.size());
    std::size_t open = 0; // a stream opens in its turn (RFC 9113 5.1.1)
    const auto is_left = [&](std::size_t i) { return sent[i] < batch[i].frames.size(); };
    for (std::size_t left = batch.size(); left > 0;) {
        const std::size_t i = chance.below(std::min(open + 1, batch.size()));
        if (!is_left(i))
            continue;
        open = std::max(open, i + 1);
        const auto number = static_cast<std::uint32_t>(2 * i + 1);
        if (batch[i].waits && sent[i] == 1 && client.so_far(number).interim.empty())
            client.read_interim(number);
        send_frame(client, number, batch[i].frames[sent[i]++]);
        left -= is_left(i) ? 0 : 1;
    }
    for (std::size_t i = 0; i < batch.size(); ++i) {
        const auto& frames = batch[i].frames;
        if (std::any_of(frames.begin(), frames.end(),
                        [](const h2_frame& f) { return f.is == h2_frame::type::reset; }))
            continue;
        const auto& answer = client.read(static_cast<std::uint32_t>(2 * i + 1));
        const strict_request& said = batch[i].reading.said;
        // "OPTIONS *" is httpd's own to answer.
        batch[i].answered =
            answer.complete && answer.status() == 200 && said.target.starts_with('/');
        if (batch[i].answered) {
            CHECK(answer.body == (said.method == "HEAD" ? "" : said.target));
        } else if (has_to_be_answered(batch[i].reading, client, answer)) {
            INFO(text_of(frames));
            FAIL_CHECK("not answered: " << answer.head << answer.reset);
        }
    }
}

// Without TLS this fails with a stock httpd 2.4.58 or 2.4.62, with mod_proxy as well: while
// mod_http2 feeds what it has read to nghttp2, a reset closes its stream, and ev_stream_closed()
// sends the brigade that the rest of it waits in.
const std::vector<way>& http2_ways()
{
    static const std::vector<way> ways{
        {"event, HTTP/2", mpm::event, true, true},
        {"event, HTTP/2 by prior knowledge", mpm::event, false, true},
        {"worker, HTTP/2", mpm::worker, true, true},
    };
    return ways;
}

// Who asked for that; else why nobody did.
std::string claim(std::vector<asked>& all, const strict_request& r, const way& w, bool whole)
{
    std::string why = "nobody asked for it";
    for (asked& a : all) {
        if (a.reading.said.target == r.target) {
            const std::string not_this = objection(r, a, w, whole);
            if (not_this.empty()) {
                a.seen = a.seen || whole;
                return {};
            }
            why = not_this + "\nof\n" + text_of(a.frames);
        }
    }
    return "the site got " + r.method + " " + printable(r.target) + "\n" + why;
}

// A stream that the server resets before its thread has begun crashes stock httpd (mod_logio,
// called by mod_http2 for a connection that has not been set up). So what is damaged behind its
// head waits until the site has that, and takes no other stream with it: good ones share a
// connection, a damaged one has its own.
std::vector<asked> play_all(const httpd_server& front, unsigned seed, unsigned count)
{
    damaged_frames make(seed);
    std::vector<asked> all;
    while (all.size() < count) {
        const bool damage = make.below(4) != 0;
        std::vector<asked> batch;
        for (std::size_t more = damage ? 1 : 1 + make.below(6); more > 0; --more) {
            framed_request frames = damage ? make.damaged() : make.good();
            const bool waits = damage && frames.size() > 1;
            if (waits)
                frames[0].fields.emplace_back("expect", "100-continue");
            batch.push_back({frames, read_frames(frames), waits});
            UNSCOPED_INFO(text_of(frames));
        }
        REQUIRE_NOTHROW(play(front, batch, make));
        all.insert(all.end(), batch.begin(), batch.end());
    }
    return all;
}

} // namespace

TEST_CASE("What the site gets is what RFC 9113 finds in a stream of HTTP/2", "[differential]")
{
    const unsigned at = GENERATE(range(0U, static_cast<unsigned>(http2_ways().size())));
    const way& w = http2_ways()[at];
    const unsigned seed = from_environment("V6FRONT_SEED", 1);
    const unsigned count = from_environment("V6FRONT_STREAMS", 1000);
    INFO(w << ", V6FRONT_SEED=" << seed);
    strict_site site;
    httpd_options options = options_for(w, "V6FrontPass / " + site.url());
    options.global = "Timeout 5";
    httpd_server front(options);
    std::vector<asked> all = play_all(front, seed + 1000 * at, count);
    front.stop();
    REQUIRE(site.has_ended()); // and with it all that was under way
    for (const auto& f : site.faults())
        FAIL_CHECK(printable(f));
    for (const auto& r : site.requests())
        CHECK(claim(all, r, w, true) == "");
    for (const auto& r : site.begun())
        CHECK(claim(all, r, w, false) == "");
    std::size_t whole = 0;
    for (const asked& a : all) {
        CHECK(a.seen >= a.answered);
        whole += a.answered ? 1 : 0;
    }
    // The check is about something: see also play().
    CHECK(whole > count / 3);
}
