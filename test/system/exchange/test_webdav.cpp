// SPDX-License-Identifier: Apache-2.0
//
// WebDAV's references: URLs that a request has in its fields beside its target.
#include "catch.hpp"
#include "scripted_backend.hpp"
#include "ways.hpp"

using namespace v6front;

TEST_CASE("WebDAV's references to the front become the site's", "[requests]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_server front(options_for(w, "V6FrontPass /dav/ " + site.url() +
                                          "base/\nV6FrontPass /own/ " + site.url() +
                                          "base/ preservehost=off\nV6FrontPassMatch ^/m/a/not !\n"
                                          "V6FrontPassMatch ^/m/([^/]+)/(.*)$ " +
                                          site.url() + "x/$2/$1\n<Location /m/own/>\nV6FrontPass " +
                                          site.url() + "own/\n</Location>"));
    const std::string scheme = w.tls ? "https://" : "http://";
    struct reference {
        const char* method;
        const char* target;
        const char* field;
        std::string said, seen; // none seen: refused
    };
    const std::vector<reference> rows{
        {"MOVE", "/dav/a", "Destination", scheme + "site.test/dav/b%20c",
         "http://site.test/base/b%20c"},
        {"COPY", "/own/a", "Destination", scheme + "site.test/own/b/",
         "http://" + site.authority() + "/base/b/"},
        {"MOVE", "/dav/a", "Destination", "/dav/b", "/base/b"},
        {"MOVE", "/dav/a", "Destination", "http://other.test/dav/b", "http://other.test/dav/b"},
        {"PUT", "/dav/a", "If", "<" + scheme + "site.test/dav/b> (<urn:uuid:1>)",
         "<http://site.test/base/b> (<urn:uuid:1>)"},
        {"PUT", "/dav/a", "If", "(<urn:uuid:1> [\"e\"])", "(<urn:uuid:1> [\"e\"])"},
        {"GET", "/dav/a", "Destination", "/dav/b", "/dav/b"}, // not WebDAV's
        {"MOVE", "/dav/a", "Destination", "/elsewhere/b", ""},
        {"MOVE", "/dav/a", "Destination", "/dav/../b", ""},
        {"UNLOCK", "/dav/a", "If", "</own/b> (<urn:uuid:1>)", ""},
        // By an expression: what it makes of the request's own path, it makes of these.
        {"MOVE", "/m/a/b", "Destination", scheme + "site.test/m/c/d%20e/f",
         "http://site.test/x/d%20e/f/c"},
        {"COPY", "/m/a/b", "Destination", "/m/c/d//e?e", "/x/d//e/c?e"},
        {"PUT", "/m/a/b", "If", "</m/c/%64> (<urn:uuid:1>)", "</x/%64/c> (<urn:uuid:1>)"},
        {"MOVE", "/m/a/b", "Destination", "http://other.test/m/c/d", "http://other.test/m/c/d"},
        {"MOVE", "/m/a/b", "Destination", "/dav/b", ""},
        {"MOVE", "/m/a/b", "Destination", "/m/a/not", ""}, // another rule's
        {"MOVE", "/m/a/b", "Destination", "/m/%61/not", ""},
        {"MOVE", "/m/a/b", "Destination", "/m/own/b", ""},
        {"MOVE", "/m/own/b", "Destination", "/m/own/c", "/own/c"},
        {"MOVE", "/m/a/b", "Destination", "/m/c/../d", ""},
        {"MOVE", "/m/a/b", "Destination", "/m/c%2Fd/e", ""},
    };
    for (const reference& r : rows) {
        INFO(r.method << ' ' << r.field << ": " << r.said);
        const std::size_t before = site.hits();
        const http_message answer = ask(front, {r.target, r.method, {{r.field, r.said}}});
        CHECK(answer.status() == (r.seen.empty() ? 502 : 200));
        REQUIRE(site.hits() == before + (r.seen.empty() ? 0 : 1));
        if (!r.seen.empty())
            CHECK(site.request(before).message.values(r.field) == std::vector<std::string>{r.seen});
    }
}
