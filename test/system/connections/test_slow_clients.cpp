// SPDX-License-Identifier: Apache-2.0
//
// Slow clients, more of them than the event MPM's own limits admit, beside fresh ones. The figures
// beside other fronts are those of scripts/stress.
#include "accepting.hpp"
#include "catch.hpp"
#include "deadline.hpp"
#include "raw_client.hpp"
#include "scripted_backend.hpp"
#include "ways.hpp"

#include <ostream>

using namespace v6front;
using namespace std::chrono_literals;

namespace
{

using clock_type = std::chrono::steady_clock;

constexpr unsigned slow_ones = 120; // 10 threads and a factor of 2 admit 30

struct slow_case {
    const char* what;
    unsigned connections_per_thread; // 0: not set
    std::string first;               // of the request that never becomes whole
};
std::ostream& operator<<(std::ostream& out, const slow_case& c)
{
    return out << c.what;
}

const std::vector<slow_case>& cases()
{
    static const std::string head = "GET / HTTP/1.1\r\nHost: site.test\r\nX-Slow: ";
    static const std::string body =
        "POST / HTTP/1.1\r\nHost: site.test\r\nContent-Length: 1000\r\n\r\nbegin";
    static const std::string whole = "GET / HTTP/1.1\r\nHost: site.test\r\n\r\n";
    static const std::vector<slow_case> list{
        {"heads, and no limit set", 0, head},
        {"bodies, and no limit set", 0, body},
        {"idle connections, and no limit set", 0, whole},
        {"heads, and a limit that is too low", 2, head},
        {"idle connections, and a limit that is too low", 2, whole},
    };
    return list;
}

} // namespace

TEST_CASE("Slow clients do not keep a fresh one waiting", "[slow]")
{
    const slow_case c = GENERATE(from_range(cases()));
    const way w = GENERATE(from_range(adopted_ways()));
    const auto who = GENERATE(accepting::engines, accepting::mpm);
    INFO(c);
    INFO(who);
    INFO(w);
    // What the MPM admits matters where the MPM accepts.
    const bool is_low = c.connections_per_thread > 0 && who == accepting::mpm;
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_options options = options_for(w, "V6FrontPass / " + site.url());
    options.connections_per_thread = c.connections_per_thread;
    options.global = "ListenBacklog 511\nTimeout 60\nKeepAliveTimeout 60\n";
    httpd_server front(accepted_by(who, options));
    client_options patient = client_for(front);
    std::vector<std::unique_ptr<raw_client>> slow;
    // Those beyond a low limit are not answered, and over TLS not even greeted, before others go.
    const unsigned wanted = is_low ? (w.tls ? 29U : 40U) : slow_ones;
    for (unsigned i = 0; i < wanted; ++i) {
        slow.push_back(std::make_unique<raw_client>(front.port(), patient));
        slow.back()->send(c.first);
    }
    for (int i = 0; i < 5; ++i) {
        const auto asked = clock_type::now();
        CHECK(get(front, "/").body == "ok");
        CHECK(clock_type::now() - asked < patience(is_low ? 5s : 2s));
    }
}
