// SPDX-License-Identifier: Apache-2.0
//
// A site that answers before it has the whole body: a real client that is still sending gets that
// answer, and one that sends no more holds nobody for long.
#include "catch.hpp"
#include "deadline.hpp"
#include "process.hpp"
#include "scripted_backend.hpp"
#include "user_agent.hpp"
#include "ways.hpp"

#include <deque>

using namespace v6front;

namespace
{

// What the site says after the request's head, and what the client gets of it.
struct early_answer {
    const char* status;
    const char* fields; // chunked: without Content-Length; limit: never asked (LimitRequestBody)
    const char* body;
};

const std::vector<early_answer>& answers()
{
    static const std::vector<early_answer> rows{{"403 Forbidden", "", "no"},
                                                {"403 Forbidden", "chunked", "no"},
                                                {"413 Content Too Large", "", "too much"},
                                                {"303 See Other", "", "done"},
                                                {"200 OK", "", "enough"},
                                                {"200 OK", "chunked", "enough"},
                                                {"502 Bad Gateway", "none", ""},
                                                {"413 Content Too Large", "limit", ""}};
    return rows;
}

scripted_backend::steps steps_of(const early_answer& a)
{
    using namespace script;
    if (!*a.body) { // the front says something of its own
        return {read_head(), send("no HTTP\r\n\r\n"), read_end()};
    }
    const std::string body = a.body;
    const bool chunked = a.fields == std::string("chunked");
    return {read_head(),
            send(chunked ? "HTTP/1.1 " + std::string(a.status) +
                               "\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n" +
                               std::to_string(body.size()) + "\r\n" + body + "\r\n0\r\n\r\n"
                         : response(body, "Connection: close\r\n", a.status)),
            read_end()};
}

// A site for each of them, at /0, /1 and so on.
struct early_sites {
    std::deque<scripted_backend> all;
    std::string routes;
    early_sites()
    {
        for (const early_answer& a : answers()) {
            const std::string path = "/" + std::to_string(all.size());
            routes += "V6FrontPass " + path + " " + all.emplace_back(steps_of(a)).url() + "\n";
            if (a.fields == std::string("limit"))
                routes += "<Location " + path + ">\nLimitRequestBody 100\n</Location>\n";
        }
    }
};

std::string curl_command(const way& w, const httpd_server& front, const std::string& file)
{
    return "curl -m 20 -k -s" + std::string(w.http2 ? " --http2" : " --http1.1") +
           " -H Expect: --resolve site.test:" + std::to_string(front.port()) +
           ":::1 --data-binary @" + file + " -w ' %{http_code}' " +
           (w.tls ? "https://" : "http://") + front.authority() + "/";
}

} // namespace

TEST_CASE("curl gets the answer that comes while it still sends", "[bodies][early]")
{
    const way w = GENERATE(from_range(every_way()));
    const early_sites sites;
    httpd_server front(options_for(w, sites.routes));
    const scratch_folder folder;
    write_file(folder.path() + "/200KB", std::string(200'000, 'x'));
    write_file(folder.path() + "/5MB", std::string(5'000'000, 'x'));
    const int times = w.http2 ? 20 : 3;
    for (std::size_t row = 0; row < answers().size(); ++row) {
        const early_answer& a = answers()[row];
        for (const char* size : {"200KB", "5MB"}) {
            const std::string ask =
                curl_command(w, front, folder.path() + "/" + size) + std::to_string(row);
            INFO(w << ", " << a.status << ' ' << a.fields << ", " << size);
            const auto began = std::chrono::steady_clock::now();
            for (int i = 0; i < times; ++i) {
                INFO(i);
                const command_result said = run_command({"sh", "-c", ask});
                const std::string status(a.status, 3);
                CHECK(said.code == 0);
                CHECK_THAT(said.output, ContainsSubstring(" " + status));
                if (*a.body)
                    CHECK(said.output == std::string(a.body) + " " + status);
            }
            const auto each = (std::chrono::steady_clock::now() - began) / times;
            CHECK(each < patience(std::chrono::seconds(1)));
        }
    }
}

TEST_CASE("A client that never sends the rest gets the answer's end within seconds", "[early]")
{
    const way w = GENERATE(from_range(every_way()));
    const early_sites sites;
    httpd_server front(options_for(w, sites.routes));
    for (std::size_t row = 0; row < answers().size(); ++row) {
        const early_answer& a = answers()[row];
        INFO(w << ", " << a.status << ' ' << a.fields);
        user_agent client(front);
        client.begin({"/" + std::to_string(row), "POST"}, 1'000'000);
        client.send_body("its beginning");
        const auto began = std::chrono::steady_clock::now();
        const http_message got = client.read_response();
        CHECK(got.status() == std::stoi(a.status));
        CHECK(got.complete);
        // Over HTTP/2 that is for a client which does not read before it has sent all (curl 7.88).
        // After a refusal it has stopped.
        const bool has_stopped = w.http2 && a.status[0] != '2';
        const auto limit = std::chrono::milliseconds(has_stopped ? 800 : 3000);
        CHECK(std::chrono::steady_clock::now() - began < patience(limit));
        CHECK(client.is_told_to_stop());
    }
}
