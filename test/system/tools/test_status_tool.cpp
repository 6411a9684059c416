// SPDX-License-Identifier: Apache-2.0
//
// v6frontctl status, on the JSON of the handler v6front-status in all of its states.
#include "catch.hpp"
#include "httpd_server.hpp"
#include "private_network.hpp"
#include "scripted_backend.hpp"
#include "v6frontctl.hpp"

using namespace v6front;

namespace
{

std::string zeros(std::size_t n)
{
    std::string all;
    for (std::size_t i = 0; i < n; ++i)
        all += ", 0";
    return all;
}

const std::string histogram =
    R"({"count": 100, "sum": 0.5, "counts": [0, 90, 4, 6)" + zeros(12) + "]}";
const std::string nothing = R"({"count": 0, "sum": 0, "counts": [0)" + zeros(15) + "]}";

struct address_case {
    std::string address, state, since, why, check, tls;
};

std::string address(const address_case& c)
{
    return R"({"address": )" + c.address + R"(, "state": )" + c.state + R"(, "since": )" + c.since +
           R"(, "reason": null, "why": )" + c.why +
           R"(, "requests": {"1xx": 0, "2xx": 990, "3xx": 4, "4xx": 3, "5xx": 3, "none": 0},
        "failures": {"connect_refused": 3}, "attempt_failures": {"no_response": 1},
        "connections": {"in_use": 2, "idle": 1, "new": 20, "reused": 980},
        "tls": )" +
           c.tls + R"(, "octets": {"received": 1536, "sent": 5},
        "latency": {"connect": )" +
           nothing + R"(, "first_byte": )" + histogram + R"(, "total": )" + histogram +
           R"(}, "ejections": 1, "check": )" + c.check + "}";
}

std::string whole(const std::string& addresses, const std::string& state_of_name,
                  const std::string& schema = "v6front-status/1")
{
    return R"({"schema": ")" + schema +
           R"(", "now": 1000000, "started": 820000, "counters_since": 993000, "version": "1.2.3", "generation": 2,
  "buckets": [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
  "sites": [{"server": "www.example.org", "backend": "http://www.example.org",
    "rules": ["V6FrontPass / http://www.example.org/"], "in_flight": 3, "waiting": 1,
    "limits": [{"rule": "V6FrontPass / http://www.example.org/", "max": 20, "in_flight": 3,
                "queue": 10, "waiting": 1}],
    "addresses": [)" +
           addresses + R"(]}],
  "names": [{"name": "www.example.org", "addresses": ["192.0.2.10"], "age": 12, "state": ")" +
           state_of_name + R"(", "reason": null, "why": null}],
  "processes": [{"pid": 4711, "generation": 2, "memory": 12582912,
    "engines": [{"number": 0, "connections": 12, "idle": 2, "kept_memory": 1048576, "lag": 0.0001, "lag_max": 0.012}]}]})";
}

struct status_case {
    std::string json;
    std::vector<std::string> says;
    int status;
};

const std::vector<status_case>& cases()
{
    static const std::vector<status_case> rows{
        {whole(address({"\"192.0.2.10:80\"", "\"up\"", "999880", "null", "null", "null"}), "found"),
         {"version 1.2.3, up for 2 d, counted for 117 min, generation 2",
          "www.example.org -> http://www.example.org", "3 in flight, 1 waiting",
          "3 of max=20, 1 of queue=10", "192.0.2.10:80  up for 2 min\n",
          "requests             1000  2xx 990, 3xx 4, 4xx 3, 5xx 3\n", "connect_refused 3",
          "2 in use, 1 idle, 98 % of requests on a reused one", "5 B sent, 1.5 KiB received",
          "first byte           mean 5 ms, half <= 2.5 ms, 95 % <= 10 ms",
          "www.example.org  192.0.2.10  found, 12 s old", "4711  generation 2, 12.0 MiB",
          "engine 0: 12 connections, 2 idle ones to sites, at most 12 ms late, keeps 1.0 MiB"},
         0},
        {whole(address({"\"192.0.2.10:80\"", "\"avoided\"", "999990", "\"the backend refused\"",
                        R"({"state": "failing", "since": null, "why": "status 503", "passed": 1,
                           "failed": 7, "last": 999999})",
                        R"({"handshakes": 12, "resumed": 10})"}),
               "found"),
         {"avoided for 10 s: the backend refused",
          "check                failing: status 503; 1 passed, "
          "7 failed",
          "TLS                  12 handshakes, 10 resumed"},
         1},
        {whole(address({"null", "null", "null", "null", "null", "null"}), "found"),
         {"  no address  "},
         0},
        {whole("", "failing"), {"192.0.2.10  failing"}, 1},
        {whole("", "found", "v6front-status/2"), {"is not the status of mod_v6front"}, 3},
        {"<html>", {"is not the status of mod_v6front"}, 3},
    };
    return rows;
}

} // namespace

TEST_CASE("v6frontctl status shows what the handler says", "[status]")
{
    for (const status_case& c : cases()) {
        const scripted_backend server([&c](const received_request&) {
            return response(c.json, "Content-Type: application/json\r\n");
        });
        const auto said = v6frontctl({"status", server.url() + "v6front-status"});
        INFO(said.output);
        if (c.status != 3)
            CHECK_THAT(said.output,
                       Catch::Matchers::StartsWith(server.authority() + ": version 1.2.3, up"));
        for (const std::string& line : c.says)
            CHECK_THAT(said.output, ContainsSubstring(line));
        CHECK(said.code == c.status);
        CHECK(server.request(0).message.target() == "/v6front-status?json");
    }
}

TEST_CASE("v6frontctl status says why there is none", "[status]")
{
    const scripted_backend closed(
        [](const received_request&) { return response("no", "", "403 Forbidden"); });
    const scripted_backend other(
        [](const received_request&) { return response("no", "", "404 Not Found"); });
    const std::vector<std::pair<std::string, std::string>> rows{
        {other.url() + "v6front-status",
         "/v6front-status: 127.0.0.1 answers 404. No status page is there: write SetHandler "
         "v6front-status into a <Location> of the virtual host that answers to \"127.0.0.1\""},
        {closed.url() + "v6front-status",
         "127.0.0.1 answers 403. Let this machine ask: \"Require local\" in the <Location>"},
        {"http://127.0.0.1:" + std::to_string(free_port()) + "/", "refuses connections"},
        {"ftp://127.0.0.1/", "is no URL of http or https"}};
    for (const auto& [url, says] : rows) {
        const auto said = v6frontctl({"status", url});
        INFO(said.output);
        CHECK_THAT(said.output, ContainsSubstring(says));
        CHECK(said.code == 3);
    }
}

TEST_CASE("v6frontctl status asks every address of a name, those of IPv6 first", "[status]")
{
    if (!private_network::possible("v6frontctl status at two addresses"))
        return;
    const private_network network; // where localhost is both
    const scripted_backend old_site(
        [](const received_request&) { return response("no", "", "404 Not Found"); });
    const std::string url = "http://localhost:" + std::to_string(old_site.port()) + "/";
    {
        const scripted_backend front(
            [](const received_request&) { return response(whole("", "found")); }, old_site.port(),
            "::1");
        const auto said = v6frontctl({"status", url});
        INFO(said.output);
        CHECK(said.code == 0);
        CHECK(front.hits() == 1);
        CHECK(old_site.hits() == 0);
    }
    {
        const scripted_backend closed(
            [](const received_request&) { return response("no", "", "403 Forbidden"); },
            old_site.port(), "::1");
        const auto said = v6frontctl({"status", url});
        INFO(said.output);
        CHECK(said.code == 3);
        CHECK_THAT(said.output, ContainsSubstring("::1 answers 403; 127.0.0.1 answers 404. Let "
                                                  "this machine ask: \"Require local\""));
    }
}
