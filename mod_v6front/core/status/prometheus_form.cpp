// SPDX-License-Identifier: Apache-2.0

#include "status_forms.hpp"
#include "report_text.hpp"

#include <array>
#include <initializer_list>
#include <map>
#include <set>
#include <utility>

namespace v6front
{

namespace
{

using label = std::pair<std::string_view, std::string_view>;

std::string labels_of(std::initializer_list<label> labels)
{
    std::string out;
    for (const auto& [name, value] : labels)
        out.append(out.empty() ? "" : ",").append(name).append(1, '=').append(label_text(value));
    return out;
}

class metric_writer
{
public:
    // All samples of one name stand together, below its HELP and TYPE.
    void begin(std::string_view name, std::string_view type, std::string_view help)
    {
        name_ = name;
        out_.append("# HELP ").append(name).append(1, ' ').append(help);
        out_.append("\n# TYPE ").append(name).append(1, ' ').append(type) += '\n';
    }
    void sample(const std::string& labels, const std::string& value, std::string_view suffix = {})
    {
        out_.append(name_).append(suffix);
        if (!labels.empty())
            out_.append(1, '{').append(labels) += '}';
        out_.append(1, ' ').append(value) += '\n';
    }
    void sample(const std::string& labels, std::uint64_t n) { sample(labels, std::to_string(n)); }
    void histogram(const std::string& labels, const latency& l)
    {
        std::uint64_t n = 0;
        for (std::size_t i = 0; i < l.counts.size(); ++i) {
            n += l.counts[i];
            const auto bound =
                i < latency_bounds.size() ? seconds_of(latency_bounds[i]) : std::string("+Inf");
            auto of_bucket = labels;
            of_bucket.append(",le=\"").append(bound) += '"';
            sample(of_bucket, std::to_string(n), "_bucket");
        }
        sample(labels, seconds_of(l.microseconds), "_sum");
        sample(labels, std::to_string(n), "_count");
    }
    std::string take() { return std::move(out_); }

private:
    std::string name_;
    std::string out_;
};

class metrics_of
{
public:
    explicit metrics_of(const status_report& r) : report_(r) {}
    std::string all()
    {
        server();
        sites();
        limits();
        requests();
        connections();
        latencies();
        addresses();
        checks();
        names();
        processes();
        return out_.take();
    }

private:
    template <class Each> void each_site(const Each& each)
    {
        for (const auto& s : report_.sites)
            each(s, labels_of({{"server", s.server}, {"backend", s.backend}}));
    }
    template <class Each> void each_address(const Each& each)
    {
        for (const auto& s : report_.sites)
            for (const auto& a : s.addresses)
                each(s, a,
                     labels_of(
                         {{"server", s.server}, {"backend", s.backend}, {"address", a.address}}));
    }
    void count(std::string_view name, std::string_view help, std::size_t at, bool of_tls = false)
    {
        out_.begin(name, "counter", help);
        each_address([&](const reported_site& s, const reported_address& a, const auto& labels) {
            if (s.tls || !of_tls)
                out_.sample(labels, a.numbers[at]);
        });
    }
    void reasons(std::string_view name, std::string_view help, std::size_t at)
    {
        out_.begin(name, "counter", help);
        each_address([&](const reported_site&, const reported_address& a, const auto& labels) {
            for (std::size_t i = 0; i < reason_count; ++i)
                if (const auto n = a.numbers[at + i]; n > 0)
                    out_.sample(
                        labels + ',' + labels_of({{"reason", name_of(static_cast<reason>(i))}}), n);
        });
    }
    void latency_of(std::string_view name, std::string_view help, std::size_t at)
    {
        out_.begin(name, "histogram", help);
        each_address([&](const reported_site&, const reported_address& a, const auto& labels) {
            out_.histogram(labels, a.numbers.latency_of(at));
        });
    }
    void server();
    void sites();
    void limits();
    void requests();
    void connections();
    void latencies();
    void addresses();
    void checks();
    void names();
    void processes();

    const status_report& report_;
    metric_writer out_;
};

void metrics_of::server()
{
    out_.begin("v6front_build_info", "gauge", "Always 1; the label is the module's version.");
    out_.sample(labels_of({{"version", report_.version}}), "1");
    out_.begin("v6front_start_time_seconds", "gauge",
               "When the server was started, in seconds since 1970.");
    out_.sample({}, seconds_of_ms(report_.started));
    out_.begin("v6front_counters_start_time_seconds", "gauge",
               "When all counters were 0, in seconds since 1970. They survive a graceful restart.");
    out_.sample({}, seconds_of_ms(report_.counts_from));
    out_.begin("v6front_config_generation", "gauge",
               "How often the configuration was read again since the start.");
    out_.sample({}, std::to_string(report_.generation));
}

void metrics_of::sites()
{
    out_.begin("v6front_requests_in_flight", "gauge", "Requests to the site now.");
    each_site(
        [&](const reported_site& s, const auto& labels) { out_.sample(labels, s.in_flight); });
    out_.begin("v6front_requests_waiting", "gauge",
               "Requests that wait for their turn now (max=), of those in flight.");
    each_site([&](const reported_site& s, const auto& labels) { out_.sample(labels, s.waiting); });
}

// One sample for all rules of a text: several virtual hosts may have one name.
void metrics_of::limits()
{
    const auto put = [&](std::string_view name, std::string_view help,
                         std::uint32_t reported_limit::*what) {
        out_.begin(name, "gauge", help);
        each_site([&](const reported_site& s, const auto& labels) {
            std::map<std::string_view, std::uint64_t> sums;
            for (const auto& l : s.limits)
                sums[l.rule] += l.*what;
            for (const auto& [rule, sum] : sums)
                out_.sample(labels + ',' + labels_of({{"rule", rule}}), sum);
        });
    };
    put("v6front_rule_requests_max", "What max= of the rule allows.", &reported_limit::max);
    put("v6front_rule_requests_in_flight", "Requests of the rule now.", &reported_limit::in_flight);
    put("v6front_rule_queue_max", "What queue= of the rule allows.", &reported_limit::queue);
    put("v6front_rule_queue_waiting", "Requests of the rule that wait now.",
        &reported_limit::waiting);
}

void metrics_of::requests()
{
    out_.begin("v6front_requests_total", "counter",
               "Requests that have ended, by the class of the status that the client got.");
    each_address([&](const reported_site&, const reported_address& a, const auto& labels) {
        for (std::size_t i = 0; i < status_classes.size(); ++i)
            out_.sample(labels + ',' + labels_of({{"code", status_classes[i]}}),
                        a.numbers[traffic_at::requests + i]);
    });
    reasons("v6front_request_failures_total", "Requests that failed, by reason.",
            traffic_at::failures);
    reasons("v6front_attempt_failures_total",
            "Attempts that failed, by reason, also where another attempt served the request.",
            traffic_at::attempt_failures);
    count("v6front_sent_bytes_total", "Bytes of request bodies.", traffic_at::sent);
    count("v6front_received_bytes_total", "Bytes of response bodies.", traffic_at::received);
}

void metrics_of::connections()
{
    count("v6front_connections_opened_total", "Connections opened for requests.",
          traffic_at::opened);
    count("v6front_connections_reused_total", "Requests that used an open connection.",
          traffic_at::reused);
    out_.begin("v6front_connections", "gauge",
               "Connections to the address now, of all sites there.");
    std::set<std::string_view> seen;
    for (const auto& s : report_.sites)
        for (const auto& a : s.addresses) {
            if (a.address.empty() || !seen.insert(a.address).second)
                continue;
            out_.sample(labels_of({{"address", a.address}, {"state", "in_use"}}), a.in_use);
            out_.sample(labels_of({{"address", a.address}, {"state", "idle"}}), a.idle);
        }
    count("v6front_tls_handshakes_total", "TLS handshakes with the site that were completed.",
          traffic_at::handshakes, true);
    count("v6front_tls_resumptions_total", "TLS handshakes that resumed a session.",
          traffic_at::resumed, true);
}

void metrics_of::latencies()
{
    latency_of("v6front_connect_duration_seconds",
               "Time to open a connection for a request, with TLS.", traffic_at::connect);
    latency_of("v6front_first_byte_duration_seconds",
               "Time from the connection to the head of the response.", traffic_at::first_byte);
    latency_of("v6front_request_duration_seconds",
               "Time of the whole request, to the end of the response. Not of tunnels.",
               traffic_at::total);
}

void metrics_of::addresses()
{
    using state = reported_address::state;
    const auto each_current = [&](const auto& value) {
        each_address([&](const reported_site&, const reported_address& a, const auto& labels) {
            if (is_current(a.now))
                value(a, labels);
        });
    };
    out_.begin("v6front_address_up", "gauge",
               "1: the last attempt at the address got a response, or there was none yet. 0: it "
               "failed.");
    each_current([&](const auto& a, const auto& labels) {
        out_.sample(labels, std::uint64_t{is_well(a.now)});
    });
    out_.begin("v6front_address_avoided", "gauge",
               "1: the address gets no requests while another one of the site works.");
    each_current([&](const auto& a, const auto& labels) {
        out_.sample(labels, std::uint64_t{a.now == state::avoided});
    });
    out_.begin("v6front_address_state_change_time_seconds", "gauge",
               "Since when the address is in its state, in seconds since 1970.");
    each_current([&](const auto& a, const auto& labels) {
        if (a.since != 0)
            out_.sample(labels, seconds_of_ms(a.since));
    });
    count("v6front_ejections_total", "How often the address became avoided.",
          traffic_at::ejections);
}

void metrics_of::checks()
{
    const auto each_checked = [&](const auto& value) {
        each_address([&](const reported_site&, const reported_address& a, const auto& labels) {
            if (a.check)
                value(a, labels);
        });
    };
    out_.begin("v6front_check_up", "gauge",
               "1: the health check of the address does not fail (V6FrontCheck).");
    each_checked([&](const auto& a, const auto& labels) {
        out_.sample(labels, std::uint64_t{a.check->now != reported_check::state::failing});
    });
    out_.begin("v6front_checks_total", "counter", "Health checks, by result.");
    each_checked([&](const auto& a, const auto& labels) {
        out_.sample(labels + ",result=\"passed\"", a.numbers[traffic_at::checks_passed]);
        out_.sample(labels + ",result=\"failed\"", a.numbers[traffic_at::checks_failed]);
    });
}

void metrics_of::names()
{
    const auto each_name = [&](const auto& value) {
        for (const auto& n : report_.names)
            value(n, labels_of({{"name", n.name}}));
    };
    out_.begin("v6front_name_up", "gauge",
               "1: the last lookup of the name did not fail, as the process that answers knows.");
    each_name([&](const reported_name& n, const auto& labels) {
        out_.sample(labels, std::uint64_t{n.now != reported_name::state::failing});
    });
    out_.begin("v6front_name_addresses", "gauge", "IPv4 addresses of the name that are in use.");
    each_name([&](const reported_name& n, const auto& labels) {
        out_.sample(labels, n.addresses.size());
    });
    out_.begin("v6front_name_answer_age_seconds", "gauge",
               "Time since the answer in use was confirmed.");
    each_name([&](const reported_name& n, const auto& labels) {
        if (n.age)
            out_.sample(labels, *n.age);
    });
}

void metrics_of::processes()
{
    const auto each_process = [&](const auto& value) {
        for (const auto& p : report_.processes)
            value(p, labels_of({{"process", std::to_string(p.slot)}}));
    };
    const auto each_engine = [&](const auto& value) {
        for (const auto& p : report_.processes)
            for (const auto& e : p.engines)
                value(e, labels_of({{"process", std::to_string(p.slot)},
                                    {"engine", std::to_string(e.number)}}));
    };
    out_.begin("v6front_process_resident_memory_bytes", "gauge",
               "Resident memory of a child process, with what it shares with others.");
    each_process([&](const auto& p, const auto& labels) { out_.sample(labels, p.memory); });
    out_.begin("v6front_engine_client_connections", "gauge", "Connections of clients.");
    each_engine([&](const auto& e, const auto& labels) { out_.sample(labels, e.connections); });
    out_.begin("v6front_engine_idle_connections", "gauge", "Idle connections to sites.");
    each_engine([&](const auto& e, const auto& labels) { out_.sample(labels, e.idle); });
    out_.begin("v6front_engine_kept_memory_bytes", "gauge",
               "Memory that the engine keeps for the next requests.");
    each_engine([&](const auto& e, const auto& labels) { out_.sample(labels, e.kept); });
    out_.begin("v6front_engine_lag_seconds", "gauge",
               "How late the engine was at its last look at the clock, once a second.");
    each_engine([&](const auto& e, const auto& labels) { out_.sample(labels, seconds_of(e.lag)); });
    out_.begin("v6front_engine_lag_max_seconds", "gauge", "The most of that in the last minute.");
    each_engine(
        [&](const auto& e, const auto& labels) { out_.sample(labels, seconds_of(e.lag_max)); });
}

} // namespace

std::string status_metrics(const status_report& report)
{
    return metrics_of(report).all();
}

} // namespace v6front
