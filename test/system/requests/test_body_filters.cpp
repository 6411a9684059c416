// SPDX-License-Identifier: Apache-2.0
//
// Filters of httpd that make a request's body longer or shorter on its way to the site: what the
// client has said of its length is no longer true, and is not its fault.
#include "catch.hpp"
#include "scripted_backend.hpp"
#include "user_agent.hpp"

using namespace v6front;

namespace
{

std::string packed(const std::string& text)
{
    return run_command({"gzip", "-c"}, {}, text).output;
}

// How the site was told where the body ends.
std::string framing_of(const http_message& seen)
{
    return seen.has("Transfer-Encoding") ? "chunked" : "length " + seen.value("Content-Length");
}

struct row {
    std::string name;
    std::string target;
    std::vector<std::pair<std::string, std::string>> fields;
    std::string body;    // of the client
    std::string arrives; // at the site
    std::string framing;
};

const std::string text = pattern(10000);
const std::string much = pattern(300000);
const std::string twice = [] {
    std::string all;
    while (all.size() < 200000)
        all += text.substr(0, 1000);
    return all;
}();

const std::vector<row>& rows()
{
    static const std::vector<row> all{
        {"none", "/none", {}, text, text, "length 10000"},
        {"none, much", "/none", {}, much, much, "length 300000"},
        {"unpacked",
         "/inflate",
         {{"Content-Encoding", "gzip"}},
         packed(text),
         text,
         "length 10000"},
        {"unpacked, small",
         "/inflate",
         {{"Content-Encoding", "gzip"}},
         packed("a"),
         "a",
         "length 1"},
        {"unpacked, much",
         "/inflate",
         {{"Content-Encoding", "gzip"}},
         packed(much),
         much,
         "chunked"},
        // Packed so well that it would fit, unpacked it does not.
        {"unpacked, much of the same",
         "/inflate",
         {{"Content-Encoding", "gzip"}},
         packed(twice),
         twice,
         "chunked"},
        {"not packed", "/inflate", {}, text, text, "length 10000"},
        {"not packed, much", "/inflate", {}, much, much, "length 300000"},
        {"longer", "/sed", {}, "a b\na b\n", "a bbbb\na bbbb\n", "length 14"},
        {"the same", "/sed", {}, "a c\n", "a c\n", "length 4"},
        {"nothing left", "/empty", {}, "a b\n", "", "length 0"},
        {"held back by mod_buffer", "/buffer", {}, text, text, "length 10000"},
        {"held back by mod_buffer, much", "/buffer", {}, much, much, "length 300000"},
        {"no chunks", "/kept", {{"Content-Encoding", "gzip"}}, packed(much), much, "length 300000"},
    };
    return all;
}

httpd_options with_filters(const way& w, const scripted_backend& site)
{
    httpd_options options = options_for(
        w, "V6FrontPass / " + site.url() + "\nV6FrontPass /kept " + site.url() +
               "kept bufferbody=1M\n<Location /inflate>\nSetInputFilter DEFLATE\n</Location>\n"
               "<Location /kept>\nSetInputFilter DEFLATE\n</Location>\n"
               "<Location /sed>\nSetInputFilter Sed\nInputSed \"s/b/bbbb/g\"\n</Location>\n"
               "<Location /empty>\nSetInputFilter Sed\nInputSed \"/b/d\"\n</Location>\n"
               "<Location /buffer>\nSetInputFilter BUFFER\nBufferSize 1000000\n</Location>\n");
    options.modules = {"deflate", "filter", "sed", "buffer"};
    return options;
}

} // namespace

TEST_CASE("A filter that changes a request's body, and the site gets its true length",
          "[body_filters]")
{
    const way w = GENERATE(from_range(every_way()));
    const bool chunked = GENERATE(false, true);
    INFO(w << (chunked ? ", chunked" : ", length"));
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_server front(with_filters(w, site));
    std::size_t hits = 0;
    for (const row& r : rows()) {
        INFO(r.name);
        question asked{r.target, "POST", r.fields, r.body, chunked};
        const http_message answer = ask(front, asked);
        CHECK(answer.status() == 200);
        REQUIRE(site.hits() == ++hits);
        const http_message seen = site.request(hits - 1).message;
        CHECK(seen.body == r.arrives);
        CHECK_FALSE(seen.has("Content-Encoding"));
        if (!chunked || r.target == "/kept")
            CHECK(framing_of(seen) == r.framing);
    }
    for (const auto& line : front.complaints())
        FAIL_CHECK(line);
}

TEST_CASE("A body that is filtered comes in pieces, waits for its 100, and may be refused",
          "[body_filters]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_options options = with_filters(w, site);
    options.site += "<Location /limited>\nSetInputFilter DEFLATE\nLimitRequestBody 5000\n"
                    "</Location>\n";
    httpd_server front(options);
    const std::string body = packed(much);
    const auto send = [&](const std::string& target, const std::string& bytes,
                          const user_agent::fields& fields) {
        user_agent agent(front);
        agent.begin({target, "POST", fields}, bytes.size());
        for (std::size_t at = 0; at < bytes.size(); at += 20000)
            agent.send_body(bytes.substr(at, 20000));
        agent.end_body();
        return agent.read_response();
    };
    CHECK(send("/inflate", body, {{"Content-Encoding", "gzip"}}).status() == 200);
    CHECK(site.request(0).message.body == much);
    if (!w.http2) {
        const http_message invited =
            send("/inflate", body, {{"Content-Encoding", "gzip"}, {"Expect", "100-continue"}});
        CHECK(invited.status() == 200);
        CHECK(site.request(1).message.body == much);
        CHECK_FALSE(site.request(1).message.has("Expect"));
    }
    const std::size_t hits = site.hits();
    CHECK(send("/inflate", "no gzip at all, but it says so", {{"Content-Encoding", "gzip"}})
              .status() == 400);
    CHECK(send("/limited", packed(text), {{"Content-Encoding", "gzip"}}).status() == 413);
    CHECK(site.hits() == hits);
    CHECK(ask(front, {"/inflate", "POST", {}, "after"}).status() == 200);
}
