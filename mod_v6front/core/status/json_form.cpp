// SPDX-License-Identifier: Apache-2.0

#include "status_forms.hpp"
#include "core/base/json_writer.hpp"
#include "report_text.hpp"

namespace v6front
{

namespace
{

// Names of others are UTF-8 here, and what is not known is null.
class report_writer : public json_writer
{
public:
    report_writer& key(std::string_view name)
    {
        json_writer::key(name);
        return *this;
    }
    void text(std::string_view value) { json_writer::text(as_utf8(value)); }
    void text_or_null(std::string_view value) { value.empty() ? raw("null") : text(value); }
    void time_or_null(wall_time t) { raw(t == 0 ? "null" : seconds_of_ms(t)); }
};

void write_reasons(report_writer& j, const traffic& t, std::size_t at)
{
    j.object([&] {
        for (std::size_t i = 0; i < reason_count; ++i)
            if (t[at + i] > 0)
                j.key(name_of(static_cast<reason>(i))).number(t[at + i]);
    });
}

void write_latency(report_writer& j, const latency& l)
{
    j.object([&] {
        j.key("count").number(l.count());
        j.key("sum").raw(seconds_of(l.microseconds));
        j.key("counts").array(l.counts, [&](std::uint64_t n) { j.number(n); });
    });
}

void write_numbers(report_writer& j, const traffic& t, bool tls)
{
    j.key("requests").object([&] {
        for (std::size_t i = 0; i < status_classes.size(); ++i)
            j.key(status_classes[i]).number(t[traffic_at::requests + i]);
    });
    write_reasons(j.key("failures"), t, traffic_at::failures);
    write_reasons(j.key("attempt_failures"), t, traffic_at::attempt_failures);
    j.key("octets").object([&] {
        j.key("received").number(t[traffic_at::received]);
        j.key("sent").number(t[traffic_at::sent]);
    });
    if (tls)
        j.key("tls").object([&] {
            j.key("handshakes").number(t[traffic_at::handshakes]);
            j.key("resumed").number(t[traffic_at::resumed]);
        });
    else
        j.key("tls").raw("null");
    j.key("latency").object([&] {
        write_latency(j.key("connect"), t.latency_of(traffic_at::connect));
        write_latency(j.key("first_byte"), t.latency_of(traffic_at::first_byte));
        write_latency(j.key("total"), t.latency_of(traffic_at::total));
    });
    j.key("ejections").number(t[traffic_at::ejections]);
}

void write_check(report_writer& j, const reported_address& a)
{
    if (!a.check)
        return j.raw("null");
    j.object([&] {
        j.key("state").text(to_string(a.check->now));
        j.key("since").time_or_null(a.check->since);
        j.key("why").text_or_null(a.check->why);
        j.key("passed").number(a.numbers[traffic_at::checks_passed]);
        j.key("failed").number(a.numbers[traffic_at::checks_failed]);
        j.key("last").time_or_null(a.check->last);
    });
}

void write_address(report_writer& j, const reported_address& a, bool tls)
{
    const bool is_none = a.now == reported_address::state::none;
    j.object([&] {
        j.key("address").text_or_null(a.address);
        j.key("state").text_or_null(is_none ? std::string_view() : to_string(a.now));
        j.key("since").time_or_null(a.since);
        j.key("reason").text_or_null(a.reason);
        j.key("why").text_or_null(a.why);
        j.key("connections").object([&] {
            j.key("in_use").number(a.in_use);
            j.key("idle").number(a.idle);
            j.key("new").number(a.numbers[traffic_at::opened]);
            j.key("reused").number(a.numbers[traffic_at::reused]);
        });
        write_numbers(j, a.numbers, tls);
        write_check(j.key("check"), a);
    });
}

void write_limit(report_writer& j, const reported_limit& l)
{
    j.object([&] {
        j.key("rule").text(l.rule);
        j.key("max").number(l.max);
        j.key("in_flight").number(l.in_flight);
        j.key("queue").number(l.queue);
        j.key("waiting").number(l.waiting);
    });
}

void write_site(report_writer& j, const reported_site& s)
{
    j.object([&] {
        j.key("server").text(s.server);
        j.key("backend").text(s.backend);
        j.key("rules").array(s.rules, [&](const std::string& r) { j.text(r); });
        j.key("in_flight").number(s.in_flight);
        j.key("waiting").number(s.waiting);
        j.key("limits").array(s.limits, [&](const reported_limit& l) { write_limit(j, l); });
        j.key("addresses").array(s.addresses, [&](const reported_address& a) {
            write_address(j, a, s.tls);
        });
    });
}

void write_name(report_writer& j, const reported_name& n)
{
    j.object([&] {
        j.key("name").text(n.name);
        j.key("addresses").array(n.addresses, [&](const std::string& a) { j.text(a); });
        j.key("age").raw(n.age ? std::to_string(*n.age) : "null");
        j.key("state").text(to_string(n.now));
        j.key("reason").text_or_null(n.reason);
        j.key("why").text_or_null(n.why);
    });
}

void write_process(report_writer& j, const reported_process& p)
{
    j.object([&] {
        j.key("pid").number(p.pid);
        j.key("slot").number(p.slot);
        j.key("generation").number(p.generation);
        j.key("memory").number(p.memory);
        j.key("engines").array(p.engines, [&](const reported_engine& e) {
            j.object([&] {
                j.key("number").number(e.number);
                j.key("connections").number(e.connections);
                j.key("idle").number(e.idle);
                j.key("kept_memory").number(e.kept);
                j.key("lag").raw(seconds_of(e.lag));
                j.key("lag_max").raw(seconds_of(e.lag_max));
            });
        });
    });
}

} // namespace

std::string status_json(const status_report& r)
{
    report_writer j;
    j.object([&] {
        j.key("schema").text("v6front-status/1");
        j.key("version").text(r.version);
        j.key("now").time_or_null(r.now);
        j.key("started").time_or_null(r.started);
        j.key("counters_since").time_or_null(r.counts_from);
        j.key("generation").number(r.generation);
        j.key("buckets").array(latency_bounds, [&](std::uint64_t b) { j.raw(seconds_of(b)); });
        j.key("sites").array(r.sites, [&](const reported_site& s) { write_site(j, s); });
        j.key("names").array(r.names, [&](const reported_name& n) { write_name(j, n); });
        j.key("processes").array(r.processes, [&](const reported_process& p) {
            write_process(j, p);
        });
    });
    return j.take() + '\n';
}

} // namespace v6front
