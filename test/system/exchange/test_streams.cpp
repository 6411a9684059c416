// SPDX-License-Identifier: Apache-2.0
//
// A response far larger than any memory for it.
#include "catch.hpp"
#include "deadline.hpp"
#include "process.hpp"
#include "scripted_backend.hpp"
#include "watching.hpp"
#include "user_agent.hpp"
#include "ways.hpp"

#include <algorithm>

using namespace v6front;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

TEST_CASE("A response of gigabytes needs no more memory than one of 2 MB", "[responses]")
{
    const way w = GENERATE(from_range(one_of_each_kind()));
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
    user_agent client(front);
    client.send({"/"});
    std::size_t got = 0;
    const auto read_to = [&](std::size_t octets) {
        while (got < octets) {
            const std::size_t more = client.read_body(1).body.size();
            REQUIRE(more > 0);
            got += more;
            client.forget_body();
        }
    };
    read_to(2 * piece.size());
    const unsigned at_first = front.resident_kilobytes();
    // Some buffers fill only then, HTTP/2's windows among them (10 MB).
    const auto has_grown = [&] {
        return front.resident_kilobytes() > at_first + 20000u * static_cast<unsigned>(slowness());
    };
    // The site would send it all; a client that does not read holds it back.
    CHECK_FALSE(eventually(has_grown, milliseconds{700}));
    read_to(pieces * piece.size());
    CHECK_FALSE(has_grown());
}
