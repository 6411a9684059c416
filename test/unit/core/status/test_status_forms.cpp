// SPDX-License-Identifier: Apache-2.0
#include "example_report.hpp"

#include "catch.hpp"

#include <set>

using namespace v6front;
using namespace v6front::test;

namespace
{

bool has_line(const std::string& text, const std::string& line)
{
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

} // namespace

TEST_CASE("the query of the URL says in which form the status is", "[status_forms]")
{
    const std::pair<std::string_view, status_form> rows[] = {
        {"", status_form::html},
        {"auto", status_form::lines},
        {"json", status_form::json},
        {"prometheus", status_form::prometheus},
        {"x=1&json", status_form::json},
        {"json&", status_form::json},
        {"prometheus=", status_form::prometheus},
        {"a=json", status_form::html},
        {"JSON", status_form::html},
        {"&&auto", status_form::lines},
        {"autox", status_form::html},
    };
    for (const auto& [query, form] : rows) {
        INFO(query);
        CHECK(form_of(query) == form);
    }
    CHECK(content_type(status_form::html) == "text/html; charset=utf-8");
    CHECK(content_type(status_form::prometheus) == "text/plain; version=0.0.4; charset=utf-8");
}

TEST_CASE("the status as JSON", "[status_forms]")
{
    const std::string zeros = "0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0";
    const auto latency = [&](const std::string& count, const std::string& sum,
                             const std::string& counts) {
        return "{\"count\":" + count + ",\"sum\":" + sum + ",\"counts\":[" + counts + "]}";
    };
    const auto nothing = latency("0", "0", zeros);
    const auto without = "\"octets\":{\"received\":0,\"sent\":0},\"tls\":null,\"latency\":"
                         "{\"connect\":" +
                         nothing + ",\"first_byte\":" + nothing + ",\"total\":" + nothing +
                         "},\"ejections\":0,\"check\":null}";
    const std::string idle = "\"connections\":{\"in_use\":0,\"idle\":0,\"new\":0,\"reused\":0},";
    CHECK(status_json(example_report()) ==
          "{\"schema\":\"v6front-status/1\",\"version\":\"1.2.3\",\"now\":1764412800.123,"
          "\"started\":1764400000,"
          "\"counters_since\":1764400000.5,\"generation\":2,"
          "\"buckets\":[0.001,0.0025,0.005,0.01,0.025,0.05,0.1,0.25,0.5,1,2.5,5,10,30,60],"
          "\"sites\":[{\"server\":\"www.example.org\",\"backend\":\"https://www.example.org\","
          "\"rules\":[\"V6FrontPass / https://www.example.org/\"],\"in_flight\":3,\"waiting\":1,"
          "\"limits\":[{\"rule\":\"V6FrontPass / https://www.example.org/\",\"max\":20,"
          "\"in_flight\":3,\"queue\":10,\"waiting\":1}],\"addresses\":[{"
          "\"address\":\"192.0.2.10:443\",\"state\":\"avoided\",\"since\":1764412738.623,"
          "\"reason\":\"connect_refused\",\"why\":\"the backend refused the connection\","
          "\"connections\":{\"in_use\":2,\"idle\":1,\"new\":2,\"reused\":3},"
          "\"requests\":{\"none\":1,\"1xx\":0,\"2xx\":5,\"3xx\":0,\"4xx\":0,\"5xx\":0},"
          "\"failures\":{\"client_gone\":1},\"attempt_failures\":{\"connect_refused\":4},"
          "\"octets\":{\"received\":1234567,\"sent\":7},"
          "\"tls\":{\"handshakes\":2,\"resumed\":1},\"latency\":{\"connect\":" +
              latency("2", "0.003", "1,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0") +
              ",\"first_byte\":" + nothing + ",\"total\":" + nothing +
              "},\"ejections\":1,\"check\":{\"state\":\"failing\",\"since\":1764412738.623,"
              "\"why\":\"status 503\",\"passed\":9,\"failed\":2,\"last\":1764412798.123}}]},"
              "{\"server\":\"<script>\\\"&'\\\\\\u000a\",\"backend\":\"http://b\",\"rules\":[],"
              "\"in_flight\":0,\"waiting\":0,\"limits\":[],\"addresses\":[{"
              "\"address\":\"192.0.2.11:80\",\"state\":\"unused\",\"since\":null,\"reason\":null,"
              "\"why\":null," +
              idle +
              "\"requests\":{\"none\":0,\"1xx\":0,\"2xx\":0,\"3xx\":0,\"4xx\":0,\"5xx\":0},"
              "\"failures\":{},\"attempt_failures\":{}," +
              without +
              ",{\"address\":null,\"state\":null,\"since\":null,\"reason\":null,\"why\":null," +
              idle +
              "\"requests\":{\"none\":0,\"1xx\":0,\"2xx\":0,\"3xx\":0,\"4xx\":0,\"5xx\":2},"
              "\"failures\":{\"name_not_found\":2},\"attempt_failures\":{}," +
              without +
              "]}],\"names\":[{\"name\":\"www.example.org\",\"addresses\":[\"192.0.2.10\"],"
              "\"age\":12,\"state\":\"found\",\"reason\":null,\"why\":null},"
              "{\"name\":\"<script>\\\"&'\\\\\\u000a\",\"addresses\":[],\"age\":null,"
              "\"state\":\"failing\",\"reason\":\"name_not_found\","
              "\"why\":\"the backend's name does not exist\"}],"
              "\"processes\":[{\"pid\":4711,\"slot\":0,\"generation\":2,\"memory\":20000000,"
              "\"engines\":[{\"number\":0,\"connections\":12,\"idle\":2,\"kept_memory\":65536,"
              "\"lag\":0.0001,"
              "\"lag_max\":0.012}]}]}\n");
    CHECK(
        status_json({}) ==
        "{\"schema\":\"v6front-status/1\",\"version\":\"" + std::string(version) +
            "\",\"now\":null,\"started\":null,\"counters_since\":null,"
            "\"generation\":0,\"buckets\":[0.001,0.0025,0.005,0.01,0.025,0.05,0.1,0.25,0.5,1,2.5,5,"
            "10,30,60],\"sites\":[],\"names\":[],\"processes\":[]}\n");
}

TEST_CASE("the status as lines", "[status_forms]")
{
    const auto text = status_lines(example_report());
    for (const char* line : {"Version: 1.2.3",
                             "Now: 1764412800.123",
                             "Started: 1764400000",
                             "CountersSince: 1764400000.5",
                             "Generation: 2",
                             "Site[0]Server: www.example.org",
                             "Site[0]Backend: https://www.example.org",
                             "Site[0]Rule[0]: V6FrontPass / https://www.example.org/",
                             "Site[0]InFlight: 3",
                             "Site[0]Waiting: 1",
                             "Site[0]Limit[0]Max: 20",
                             "Site[0]Limit[0]Waiting: 1",
                             "Site[0]Address[0]: 192.0.2.10:443",
                             "Site[0]Address[0]State: avoided",
                             "Site[0]Address[0]Since: 1764412738.623",
                             "Site[0]Address[0]Reason: connect_refused",
                             "Site[0]Address[0]Why: the backend refused the connection",
                             "Site[0]Address[0]InUse: 2",
                             "Site[0]Address[0]Idle: 1",
                             "Site[0]Address[0]Requests2xx: 5",
                             "Site[0]Address[0]RequestsNone: 1",
                             "Site[0]Address[0]Failures[client_gone]: 1",
                             "Site[0]Address[0]AttemptFailures[connect_refused]: 4",
                             "Site[0]Address[0]TLSHandshakes: 2",
                             "Site[0]Address[0]ConnectCount: 2",
                             "Site[0]Address[0]ConnectSeconds: 0.003",
                             "Site[0]Address[0]Ejections: 1",
                             "Site[0]Address[0]CheckState: failing",
                             "Site[0]Address[0]CheckWhy: status 503",
                             "Site[0]Address[0]ChecksPassed: 9",
                             "Site[1]Server: <script>\"&'\\ ",
                             "Site[1]Address[0]State: unused",
                             "Site[1]Address[1]: -",
                             "Site[1]Address[1]State: none",
                             "Site[1]Address[1]Failures[name_not_found]: 2",
                             "Name[0]: www.example.org",
                             "Name[0]Addresses: 192.0.2.10",
                             "Name[0]Age: 12",
                             "Name[0]State: found",
                             "Name[1]: <script>\"&'\\ ",
                             "Name[1]State: failing",
                             "Process[0]PID: 4711",
                             "Process[0]Memory: 20000000",
                             "Process[0]Engine[0]Connections: 12",
                             "Process[0]Engine[0]LagMax: 0.012"}) {
        INFO(line);
        CHECK(has_line(text, line));
    }
    CHECK(text.find("Site[1]Address[0]Since") == text.npos); // not known
    CHECK(text.find("Site[1]Address[0]TLS") == text.npos);
    CHECK(text.find("Name[1]Age") == text.npos);
}

TEST_CASE("the status for Prometheus", "[status_forms]")
{
    const auto text = status_metrics(example_report());
    const std::string site = "server=\"www.example.org\",backend=\"https://www.example.org\"";
    const auto at = site + ",address=\"192.0.2.10:443\"";
    const std::string rule = ",rule=\"V6FrontPass / https://www.example.org/\"";
    const std::string other = "server=\"<script>\\\"&'\\\\\\n\",backend=\"http://b\"";
    for (const auto& line : {
             std::string("# TYPE v6front_start_time_seconds gauge"),
             std::string("v6front_start_time_seconds 1764400000"),
             std::string("v6front_counters_start_time_seconds 1764400000.5"),
             "v6front_requests_in_flight{" + site + "} 3",
             "v6front_requests_waiting{" + site + "} 1",
             "v6front_rule_requests_max{" + site + rule + "} 20",
             "v6front_rule_requests_in_flight{" + site + rule + "} 3",
             "v6front_rule_queue_max{" + site + rule + "} 10",
             "v6front_rule_queue_waiting{" + site + rule + "} 1",
             "v6front_requests_total{" + at + ",code=\"2xx\"} 5",
             "v6front_requests_total{" + at + ",code=\"none\"} 1",
             "v6front_requests_total{" + other + ",address=\"\",code=\"5xx\"} 2",
             "v6front_request_failures_total{" + other +
                 ",address=\"\",reason=\"name_not_found\"} 2",
             "v6front_attempt_failures_total{" + at + ",reason=\"connect_refused\"} 4",
             "v6front_received_bytes_total{" + at + "} 1234567",
             "v6front_connections_opened_total{" + at + "} 2",
             std::string("v6front_connections{address=\"192.0.2.10:443\",state=\"in_use\"} 2"),
             "v6front_tls_handshakes_total{" + at + "} 2",
             "v6front_tls_resumptions_total{" + at + "} 1",
             std::string("# TYPE v6front_connect_duration_seconds histogram"),
             "v6front_connect_duration_seconds_bucket{" + at + ",le=\"0.001\"} 1",
             "v6front_connect_duration_seconds_bucket{" + at + ",le=\"0.0025\"} 2",
             "v6front_connect_duration_seconds_bucket{" + at + ",le=\"60\"} 2",
             "v6front_connect_duration_seconds_bucket{" + at + ",le=\"+Inf\"} 2",
             "v6front_connect_duration_seconds_sum{" + at + "} 0.003",
             "v6front_connect_duration_seconds_count{" + at + "} 2",
             "v6front_address_up{" + at + "} 0",
             "v6front_address_avoided{" + at + "} 1",
             "v6front_address_state_change_time_seconds{" + at + "} 1764412738.623",
             "v6front_address_up{" + other + ",address=\"192.0.2.11:80\"} 1",
             "v6front_ejections_total{" + at + "} 1",
             "v6front_check_up{" + at + "} 0",
             "v6front_checks_total{" + at + ",result=\"failed\"} 2",
             std::string("v6front_name_up{name=\"www.example.org\"} 1"),
             std::string("v6front_name_up{name=\"<script>\\\"&'\\\\\\n\"} 0"),
             std::string("v6front_name_answer_age_seconds{name=\"www.example.org\"} 12"),
             std::string("v6front_process_resident_memory_bytes{process=\"0\"} 20000000"),
             std::string("v6front_engine_client_connections{process=\"0\",engine=\"0\"} 12"),
             std::string("v6front_engine_kept_memory_bytes{process=\"0\",engine=\"0\"} 65536"),
             std::string("v6front_engine_lag_max_seconds{process=\"0\",engine=\"0\"} 0.012"),
         }) {
        INFO(line);
        CHECK(has_line(text, line));
    }
    // Not where there is no TLS, no check, and no address.
    CHECK(text.find("v6front_tls_handshakes_total{" + other) == text.npos);
    CHECK(text.find("v6front_check_up{" + other) == text.npos);
    CHECK(text.find("v6front_address_up{" + other + ",address=\"\"") == text.npos);
}

TEST_CASE("each metric has its help, its type and its samples in one place", "[status_forms]")
{
    const auto text = status_metrics(example_report());
    std::string name;
    std::set<std::string> seen;
    std::size_t lines = 0;
    for (std::size_t at = 0; at < text.size(); ++lines) {
        const auto end = text.find('\n', at);
        const auto line = text.substr(at, end - at);
        at = end + 1;
        INFO(line);
        if (line.starts_with("# HELP ")) {
            name = line.substr(7, line.find(' ', 7) - 7);
            CHECK(seen.insert(name).second);
        } else if (line.starts_with("# TYPE ")) {
            CHECK(line.substr(7, line.find(' ', 7) - 7) == name);
        } else {
            CHECK(line.starts_with(name));
        }
    }
    CHECK(lines > 100);
}

TEST_CASE("rules of one text in two virtual hosts are one sample", "[status_forms]")
{
    auto report = example_report();
    auto& limits = report.sites.front().limits;
    limits.push_back(limits.front());
    const auto text = status_metrics(report);
    CHECK_THAT(text, ContainsSubstring("rule=\"V6FrontPass / https://www.example.org/\"} 40\n"));
    CHECK(text.find("v6front_rule_requests_max{") == text.rfind("v6front_rule_requests_max{"));
}

TEST_CASE("the status for people", "[status_forms]")
{
    const auto page = status_page(example_report());
    CHECK_THAT(page, Catch::Matchers::StartsWith("<!DOCTYPE html>\n"));
    for (const char* part :
         {"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
          "<title>mod_v6front status</title>",
          "<p>1 of 2 addresses up, 1 of 2 names not found, 3 requests in flight</p>",
          "<h2>www.example.org \xe2\x86\x92 https://www.example.org</h2>",
          "<p>3 in flight, 1 waiting</p>", "3 of max=20, 1 of queue=10",
          "<article class=\"avoided\"><b class=\"state\">avoided</b><h3>192.0.2.10:443</h3>",
          "<p>for 61 s: the backend refused the connection</p>",
          "<dt>Requests</dt><dd>5 \xc3\x97 2xx, 1 \xc3\x97 the client left</dd>",
          "<dt>Failed attempts</dt><dd>4: the backend refused the connection</dd>",
          "<dt>Connect</dt><dd>mean 1.5 ms; 95% within 2.5 ms</dd>",
          "<dt>TLS</dt><dd>2 handshakes, 1 resumed</dd>",
          "<dt>Health check</dt><dd>failing for 61 s: status 503; last 2 s ago; 9 passed, 2 "
          "failed</dd>",
          "<dd>1.2 MB received, 7 B sent</dd>",
          "<h2>&lt;script&gt;&quot;&amp;&#39;\\\n \xe2\x86\x92 http://b</h2>",
          "<h3>no address</h3>", "<p>192.0.2.10, confirmed 12 s ago</p>",
          "<dd>12 clients, 2 idle to sites; lag 100 us, at most 12 ms; keeps 65 kB of "
          "memory</dd>"}) {
        INFO(part);
        CHECK_THAT(page, ContainsSubstring(part));
    }
    CHECK(page.find("<script") == page.npos);
    CHECK_THAT(status_page({}), ContainsSubstring("0 of 0 addresses up"));
}

TEST_CASE("mod_status's page has a row or some lines for each site", "[status_forms]")
{
    CHECK(section_html(example_report()) ==
          "<table border=\"1\"><tr><th>Server</th><th>Backend</th><th>In flight</th>"
          "<th>Waiting</th><th>Requests</th><th>Failed</th></tr>\n"
          "<tr><td>www.example.org</td><td>https://www.example.org</td><td>3</td><td>1</td>"
          "<td>6</td><td>1</td></tr>\n"
          "<tr><td>&lt;script&gt;&quot;&amp;&#39;\\\n</td><td>http://b</td><td>0</td><td>0</td>"
          "<td>2</td><td>2</td></tr>\n</table>\n");
    CHECK(section_lines(example_report()) == "V6FrontSite[0]Server: www.example.org\n"
                                             "V6FrontSite[0]Backend: https://www.example.org\n"
                                             "V6FrontSite[0]InFlight: 3\n"
                                             "V6FrontSite[0]Waiting: 1\n"
                                             "V6FrontSite[0]Requests: 6\n"
                                             "V6FrontSite[0]Failures: 1\n"
                                             "V6FrontSite[1]Server: <script>\"&'\\ \n"
                                             "V6FrontSite[1]Backend: http://b\n"
                                             "V6FrontSite[1]InFlight: 0\n"
                                             "V6FrontSite[1]Waiting: 0\n"
                                             "V6FrontSite[1]Requests: 2\n"
                                             "V6FrontSite[1]Failures: 2\n");
    CHECK(section_html({}).empty());
    CHECK(section_lines({}).empty());
}
