// SPDX-License-Identifier: Apache-2.0
//
// Responses that last: events over HTTP/2 one by one, and a body far larger than any memory for it.
#include "catch.hpp"
#include "deadline.hpp"
#include "h2_client.hpp"
#include "process.hpp"
#include "scripted_backend.hpp"
#include "watching.hpp"
#include "ways.hpp"

#include <algorithm>

using namespace v6front;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

TEST_CASE("What the site says reaches a client of HTTP/2 at once", "[responses]")
{
    using namespace script;
    const int events = 9;
    scripted_backend::steps steps{read_request(),
                                  send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")};
    for (int i = 0; i < events; ++i) {
        steps.push_back(gate(std::to_string(i)));
        steps.push_back(send("8\r\ndata: " + std::to_string(i) + "\n\r\n"));
    }
    steps.push_back(read_end());
    scripted_backend site(steps);
    httpd_options options = options_for(every_way()[0], "V6FrontPass / " + site.url());
    options.http2 = true;
    httpd_server front(options);
    h2_client client(front.port());
    client.headers(
        1, {{":method", "GET"}, {":scheme", "http"}, {":path", "/"}, {":authority", "site.test"}},
        true);
    CHECK(client.read_head(1).status() == 200); // the head does not wait for a body
    std::string said;
    std::vector<milliseconds> took;
    for (int i = 0; i < events; ++i) {
        said += "data: " + std::to_string(i) + "\n";
        const auto began = steady_clock::now();
        site.open(std::to_string(i));
        REQUIRE(client.read(1, said.size()).body == said);
        took.push_back(std::chrono::duration_cast<milliseconds>(steady_clock::now() - began));
    }
    std::sort(took.begin(), took.end());
    INFO("median " << took[events / 2].count() << " ms");
    CHECK(took[events / 2] < milliseconds{50} * slowness());
}

TEST_CASE("A response of gigabytes needs no more memory than one of 2 MB", "[responses]")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    using namespace script;
    const std::string piece = pattern(1 << 20);
    const std::size_t pieces = very_many();
    scripted_backend site(scripted_backend::steps{
        read_request(),
        send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(pieces * piece.size()) +
             "\r\n\r\n"),
        send(piece, pieces), read_end()});
    httpd_server front(options_for(w, "V6FrontPass / " + site.url()));
    raw_client client(front.port(), client_for(front));
    client.send(request_text({"/"}));
    std::size_t got = 0;
    const auto read_to = [&](std::size_t octets) {
        while (got < octets) {
            const std::string more = client.read_some();
            REQUIRE(!more.empty());
            got += more.size();
        }
    };
    read_to(2 * piece.size());
    const unsigned at_first = front.resident_kilobytes();
    const auto has_grown = [&] {
        return front.resident_kilobytes() > at_first + 10000u * static_cast<unsigned>(slowness());
    };
    // The site would send it all; a client that does not read holds it back.
    CHECK_FALSE(eventually(has_grown, milliseconds{700}));
    read_to(pieces * piece.size());
    CHECK_FALSE(has_grown());
}
