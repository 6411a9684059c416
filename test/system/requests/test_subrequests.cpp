// SPDX-License-Identifier: Apache-2.0
//
// Requests that httpd makes of a request, and that the site answers: pieces of an SSI page, the
// index of a folder, the page for an error, what a rewrite leads to.
#include "catch.hpp"
#include "deadline.hpp"
#include "scripted_backend.hpp"
#include "user_agent.hpp"

#include <list>
#include <algorithm>

using namespace v6front;

namespace
{

std::string include(const std::string& target)
{
    return "<!--#include virtual=\"" + target + "\" -->";
}

const std::string html = "Content-Type: text/html\r\n";
const std::string page_of_site =
    "page(" + include("/part") + "," + include("/part?a=b%20c") + "," + pattern(40000) + ")";

std::string packed_text(const std::string& text)
{
    return run_command({"gzip", "-c"}, {}, text).output;
}

std::string piece(const http_message& asked)
{
    return "[" + asked.method() + " " + asked.target() + " " + asked.body + "]";
}

// A site of pages with pieces, and pieces of every kind.
std::string answer_of(const received_request& r)
{
    const http_message& asked = r.message;
    const std::string path = asked.target().substr(0, asked.target().find('?'));
    if (path == "/ssi/page")
        return response(page_of_site, html);
    if (path == "/ssi/chunked") {
        // The directive is cut by the end of a chunk.
        return chunked_response({"page(<!--#incl", "ude virtual=\"/part\" -->", ")"}, html);
    }
    if (path == "/ssi/nested")
        return response("page(" + include("/ssi/page") + ")", html);
    if (path == "/ssi/of")
        return response("page(" + include(asked.target().substr(path.size() + 1)) + ")", html);
    if (path == "/ssi/post")
        return response(piece(asked) + include("/part"), html);
    if (path == "/interim")
        return "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + response(piece(asked));
    if (path == "/trailers") {
        return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
               "6\r\npiece\n\r\n0\r\nX-Sum: 1\r\n\r\n";
    }
    if (path == "/packed") {
        return asked.has("Accept-Encoding")
                   ? response(packed_text("piece\n"), "Content-Encoding: gzip\r\n")
                   : response("piece\n");
    }
    if (path == "/partial") {
        return asked.has("Range") ? response("ie", "Content-Range: bytes 1-2/6\r\n", "206 Part")
                                  : response("piece\n");
    }
    if (path == "/unchanged") {
        return asked.has("If-None-Match") ? "HTTP/1.1 304 Not Modified\r\n\r\n"
                                          : response("piece\n");
    }
    if (path == "/upgrade")
        return response(asked.has("Upgrade") ? "upgrade" : "piece\n");
    return path == "/lost" ? response("lost", {}, "404 Not Found") : response(piece(asked));
}

const std::string site_page = "page([GET /part ],[GET /part?a=b%20c ]," + pattern(40000) + ")";
const std::string no_piece = "[an error occurred while processing this directive]";

httpd_options with_pages(const way& w, const scripted_backend& site, const std::string& dead)
{
    const std::string more =
        "\nV6FrontPass /dead http://127.0.0.1:" + dead + "/\nV6FrontPass /one " + site.url() +
        "one max=1\nV6FrontPass /files !\nErrorDocument 404 /files/error.html\n"
        "<Location /ssi>\nOptions +Includes\nSetOutputFilter INCLUDES\n</Location>\n"
        "<Location /one/ssi>\nOptions +Includes\nSetOutputFilter INCLUDES\n</Location>\n"
        "<Location /files>\nOptions +Includes\nSetOutputFilter INCLUDES\n</Location>\n"
        "<DirectoryMatch /files/folder>\nDirectoryIndex missing.html /part\n</DirectoryMatch>\n"
        "<DirectoryMatch /files/fallback>\nFallbackResource /part\n</DirectoryMatch>\n"
        "<DirectoryMatch /files/moved>\nRewriteEngine On\nRewriteRule ^ /part "
        "[L]\n</DirectoryMatch>";
    httpd_options options = options_for(w, "V6FrontPass / " + site.url() + more);
    options.modules = {"include", "dir", "rewrite"};
    options.files = {{"htdocs/files/page.html", page_of_site},
                     {"htdocs/files/error.html", "error(" + include("/part") + ")"},
                     {"htdocs/files/dead.html", "page(" + include("/dead") + ")"},
                     {"htdocs/files/lost.html", "page(" + include("/lost") + ")"}};
    return options;
}

} // namespace

TEST_CASE("Pages with pieces of the site, in a file and in a page of the site", "[subrequests]")
{
    struct row {
        question asked;
        int status;
        std::string body;
    };
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    scripted_backend site(answer_of);
    httpd_server front(with_pages(w, site, std::to_string(free_port())));
    const std::string small = "page([GET /part ])";
    const std::string whole = "page(piece\n)";
    const std::vector<row> rows{
        {{"/files/page.html"}, 200, site_page},
        {{"/files/none.html"}, 404, "error([GET /part ])"},
        {{"/files/dead.html"}, 200, "page(" + no_piece + ")"},
        {{"/files/lost.html"}, 200, "page(lost)"},
        {{"/ssi/page"}, 200, site_page},
        {{"/ssi/chunked"}, 200, small},
        {{"/ssi/nested"}, 200, "page(" + site_page + ")"},
        {{"/ssi/of?/files/page.html"}, 200, "page(" + site_page + ")"},
        {{"/ssi/of?/dead"}, 200, "page(" + no_piece + ")"},
        {{"/ssi/post", "POST", {}, "body"}, 200, "[POST /ssi/post body][GET /part ]"},
        {{"/ssi/post", "POST", {}, "body", true}, 200, "[POST /ssi/post body][GET /part ]"},
        {{"/ssi/of?/interim"}, 200, "page([GET /interim ])"},
        {{"/ssi/of?/trailers", "GET", {{"TE", "trailers"}}}, 200, whole},
        {{"/ssi/of?/packed"}, 200, whole},
        {{"/ssi/of?/upgrade"}, 200, whole},
        {{"/part"}, 200, "[GET /part ]"},
    };
    for (const row& r : rows) {
        INFO(r.asked.method << " " << r.asked.target);
        const http_message answer = ask(front, r.asked);
        CHECK(answer.status() == r.status);
        CHECK(answer.complete);
        CHECK(answer.interim.empty());
        CHECK(answer.body == r.body);
    }
    CHECK(front.error_log().find("V6F0104") == std::string::npos);
}

// What a client says of the page that it asks for is not said of its pieces.
TEST_CASE("A piece of a page is asked for as a whole, and unpacked", "[subrequests]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    scripted_backend site(answer_of);
    httpd_options options = with_pages(w, site, std::to_string(free_port()));
    options.files.push_back({"htdocs/files/packed.html", "page(" + include("/packed") + ")"});
    options.files.push_back({"htdocs/files/partial.html", "page(" + include("/partial") + ")"});
    options.files.push_back({"htdocs/files/unchanged.html", "page(" + include("/unchanged") + ")"});
    httpd_server front(options);
    struct row {
        question asked;
        int status;
        std::string body;
    };
    const std::vector<row> rows{
        {{"/files/packed.html", "GET", {{"Accept-Encoding", "gzip"}}}, 200, "page(piece\n)"},
        {{"/files/partial.html", "GET", {{"Range", "bytes=1-2"}}}, 200, "page(piece\n)"},
        {{"/files/unchanged.html", "GET", {{"If-None-Match", "\"1\""}}}, 200, "page(piece\n)"},
    };
    for (const row& r : rows) {
        INFO(r.asked.target);
        const http_message answer = ask(front, r.asked);
        CHECK(answer.status() == r.status);
        CHECK(answer.body == r.body);
    }
}

TEST_CASE("The index of a folder, a fallback and a rewritten page are the site's", "[subrequests]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    scripted_backend site(answer_of);
    httpd_options options = with_pages(w, site, std::to_string(free_port()));
    for (const char* name : {"folder", "fallback", "moved"})
        options.files.push_back({"htdocs/files/" + std::string(name) + "/.keep", ""});
    httpd_server front(options);
    for (const char* target :
         {"/files/folder/", "/files/folder/?a=b%20c", "/files/fallback/x", "/files/moved/y"}) {
        INFO(target);
        const http_message answer = get(front, target);
        CHECK(answer.status() == 200);
        CHECK(answer.body ==
              (std::string(target).ends_with("c") ? "[GET /part?a=b%20c ]" : "[GET /part ]"));
    }
}

TEST_CASE("A page and its piece share the one place that their route has", "[subrequests]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    scripted_backend site([](const received_request& r) {
        return r.message.target() == "/one/ssi"
                   ? response("page(" + include("/one/part") + ")", html)
                   : response(piece(r.message));
    });
    httpd_server front(with_pages(w, site, std::to_string(free_port())));
    CHECK(get(front, "/one/ssi").body == "page([GET /one/part ])");
    CHECK(get(front, "/one/ssi").body == "page([GET /one/part ])");
}

TEST_CASE("A piece that takes its time is waited for by nobody else", "[subrequests]")
{
    const way w = GENERATE(from_range(adopted_ways()));
    INFO(w);
    scripted_backend slow({script::read_request(), script::gate("piece"),
                           script::answer([](const auto&) { return response("slow"); })});
    scripted_backend site(answer_of);
    httpd_options options = with_pages(w, site, std::to_string(free_port()));
    options.site += "\nV6FrontPass /slow " + slow.url();
    options.global += "\nV6FrontThreads 1\n";
    httpd_server front(options);
    user_agent reader(front);
    reader.send({"/ssi/of?/slow"});
    REQUIRE(slow.wait_for_hits(1));
    CHECK(get(front, "/part").body == "[GET /part ]");
    slow.open("piece");
    CHECK(reader.read_response().body == "page(slow)");
    // The connection goes on, and back on its engine.
    reader.send({"/part"});
    CHECK(reader.read_response().body == "[GET /part ]");
}

TEST_CASE("A page with pieces, of which the request comes bit by bit", "[subrequests]")
{
    const way w = GENERATE(from_range(every_way()));
    const bool chunked = GENERATE(false, true);
    INFO(w << (chunked ? ", chunked" : ", length"));
    scripted_backend site(answer_of);
    httpd_server front(with_pages(w, site, std::to_string(free_port())));
    user_agent agent(front);
    agent.begin({"/ssi/post", "POST"}, chunked ? std::nullopt : std::optional<std::uint64_t>(9));
    for (const char* bit : {"one", "two", "end"}) {
        // Each has arrived at the site before the next is sent.
        const std::uint64_t before = site.received_bytes();
        REQUIRE(agent.send_body(bit));
        CHECK(eventually([&] { return site.received_bytes() >= before + 3; }));
    }
    agent.end_body();
    CHECK(agent.read_response().body == "[POST /ssi/post onetwoend][GET /part ]");
}

TEST_CASE("A piece that breaks off spoils the page visibly", "[subrequests]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    // Cut with its head, which mod_include answers with its error message in the page's place for
    // the piece; and after more than the front reads before it passes anything on.
    const std::size_t sent = GENERATE(4, 100000);
    scripted_backend broken(
        {script::read_request(),
         script::send("HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + std::string(sent, 'x')),
         script::close()});
    scripted_backend site(answer_of);
    httpd_options options = with_pages(w, site, std::to_string(free_port()));
    options.site += "\nV6FrontPass /broken " + broken.url();
    httpd_server front(options);
    const http_message answer = get(front, "/ssi/of?/broken");
    const bool says_so =
        answer.body.find("[an error occurred while processing this directive]") != answer.body.npos;
    CHECK((answer.truncated() || answer.status() == 502 || (sent == 4 && says_so)));
    CHECK(get(front, "/ssi/page").body == site_page);
}

// As Debian has it in deflate.conf: mod_filter's name for it is not kept in lower case.
TEST_CASE("What only packs a page holds no thread", "[subrequests]")
{
    const way w = GENERATE(from_range(adopted_ways()));
    INFO(w);
    constexpr std::size_t asked = 20;
    scripted_backend site({script::read_request(), script::gate("go"),
                           script::answer([](const auto&) { return response("x"); })});
    httpd_options options = options_for(
        w, "V6FrontPass / " + site.url() + "\nAddOutputFilterByType DEFLATE text/html text/plain");
    options.modules = {"filter", "deflate"};
    httpd_server front(options);
    std::list<user_agent> clients;
    for (std::size_t i = 0; i < asked; ++i)
        clients.emplace_back(front).send({"/"});
    REQUIRE(site.wait_for_hits(asked));
    CHECK(front.threads() < options.threads + asked); // its own, engines, and a few more
    site.open("go");
    for (auto& client : clients)
        CHECK(client.read_response().status() == 200);
}
