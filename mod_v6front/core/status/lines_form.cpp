// SPDX-License-Identifier: Apache-2.0

#include "status_forms.hpp"
#include "report_text.hpp"

#include <array>

namespace v6front
{

namespace
{

class line_writer
{
public:
    void say(const std::string& key, std::string_view value)
    {
        out_.append(key).append(": ").append(line_text(value)) += '\n';
    }
    void say(const std::string& key, std::uint64_t n) { say(key, std::to_string(n)); }
    // Not what is unknown.
    void say_time(const std::string& key, wall_time t)
    {
        if (t != 0)
            say(key, seconds_of_ms(t));
    }
    void say_any(const std::string& key, std::string_view value)
    {
        if (!value.empty())
            say(key, value);
    }
    std::string take() { return std::move(out_); }

private:
    std::string out_;
};

std::string numbered(std::string_view what, std::size_t i)
{
    return std::string(what) + '[' + std::to_string(i) + ']';
}

constexpr std::array<std::string_view, 6> status_words{"None", "1xx", "2xx", "3xx", "4xx", "5xx"};

void say_reasons(line_writer& out, const std::string& key, const traffic& t, std::size_t at)
{
    for (std::size_t i = 0; i < reason_count; ++i)
        if (t[at + i] > 0)
            out.say(key + '[' + std::string(name_of(static_cast<reason>(i))) + ']', t[at + i]);
}

void say_latency(line_writer& out, const std::string& key, const latency& l)
{
    out.say(key + "Count", l.count());
    out.say(key + "Seconds", seconds_of(l.microseconds));
}

void say_numbers(line_writer& out, const std::string& key, const traffic& t, bool tls)
{
    for (std::size_t i = 0; i < status_words.size(); ++i)
        out.say(key + "Requests" + std::string(status_words[i]), t[traffic_at::requests + i]);
    say_reasons(out, key + "Failures", t, traffic_at::failures);
    say_reasons(out, key + "AttemptFailures", t, traffic_at::attempt_failures);
    out.say(key + "Opened", t[traffic_at::opened]);
    out.say(key + "Reused", t[traffic_at::reused]);
    if (tls) {
        out.say(key + "TLSHandshakes", t[traffic_at::handshakes]);
        out.say(key + "TLSResumed", t[traffic_at::resumed]);
    }
    out.say(key + "Received", t[traffic_at::received]);
    out.say(key + "Sent", t[traffic_at::sent]);
    say_latency(out, key + "Connect", t.latency_of(traffic_at::connect));
    say_latency(out, key + "FirstByte", t.latency_of(traffic_at::first_byte));
    say_latency(out, key + "Total", t.latency_of(traffic_at::total));
    out.say(key + "Ejections", t[traffic_at::ejections]);
}

void say_address(line_writer& out, const std::string& key, const reported_address& a, bool tls)
{
    out.say(key, a.address.empty() ? "-" : a.address);
    out.say(key + "State", to_string(a.now));
    out.say_time(key + "Since", a.since);
    out.say_any(key + "Reason", a.reason);
    out.say_any(key + "Why", a.why);
    out.say(key + "InUse", a.in_use);
    out.say(key + "Idle", a.idle);
    say_numbers(out, key, a.numbers, tls);
    if (!a.check)
        return;
    out.say(key + "CheckState", to_string(a.check->now));
    out.say_time(key + "CheckSince", a.check->since);
    out.say_any(key + "CheckWhy", a.check->why);
    out.say(key + "ChecksPassed", a.numbers[traffic_at::checks_passed]);
    out.say(key + "ChecksFailed", a.numbers[traffic_at::checks_failed]);
    out.say_time(key + "CheckLast", a.check->last);
}

void say_site(line_writer& out, const std::string& key, const reported_site& s)
{
    out.say(key + "Server", s.server);
    out.say(key + "Backend", s.backend);
    for (std::size_t i = 0; i < s.rules.size(); ++i)
        out.say(key + numbered("Rule", i), s.rules[i]);
    out.say(key + "InFlight", s.in_flight);
    out.say(key + "Waiting", s.waiting);
    for (std::size_t i = 0; i < s.limits.size(); ++i) {
        const auto limit = key + numbered("Limit", i);
        out.say(limit + "Rule", s.limits[i].rule);
        out.say(limit + "Max", s.limits[i].max);
        out.say(limit + "InFlight", s.limits[i].in_flight);
        out.say(limit + "Queue", s.limits[i].queue);
        out.say(limit + "Waiting", s.limits[i].waiting);
    }
    for (std::size_t i = 0; i < s.addresses.size(); ++i)
        say_address(out, key + numbered("Address", i), s.addresses[i], s.tls);
}

void say_name(line_writer& out, const std::string& key, const reported_name& n)
{
    out.say(key, n.name);
    std::string addresses;
    for (const auto& a : n.addresses)
        addresses.append(addresses.empty() ? "" : ", ").append(a);
    out.say(key + "Addresses", addresses);
    if (n.age)
        out.say(key + "Age", *n.age);
    out.say(key + "State", to_string(n.now));
    out.say_any(key + "Reason", n.reason);
    out.say_any(key + "Why", n.why);
}

void say_process(line_writer& out, const std::string& key, const reported_process& p)
{
    out.say(key + "PID", std::to_string(p.pid));
    out.say(key + "Generation", std::to_string(p.generation));
    out.say(key + "Memory", p.memory);
    for (const auto& e : p.engines) {
        const auto engine = key + numbered("Engine", e.number);
        out.say(engine + "Connections", e.connections);
        out.say(engine + "Idle", e.idle);
        out.say(engine + "KeptMemory", e.kept);
        out.say(engine + "Lag", seconds_of(e.lag));
        out.say(engine + "LagMax", seconds_of(e.lag_max));
    }
}

} // namespace

std::string status_lines(const status_report& r)
{
    line_writer out;
    out.say("Version", r.version);
    out.say("Now", seconds_of_ms(r.now));
    out.say("Started", seconds_of_ms(r.started));
    out.say("CountersSince", seconds_of_ms(r.counts_from));
    out.say("Generation", std::to_string(r.generation));
    for (std::size_t i = 0; i < r.sites.size(); ++i)
        say_site(out, numbered("Site", i), r.sites[i]);
    for (std::size_t i = 0; i < r.names.size(); ++i)
        say_name(out, numbered("Name", i), r.names[i]);
    for (std::size_t i = 0; i < r.processes.size(); ++i)
        say_process(out, numbered("Process", i), r.processes[i]);
    return out.take();
}

} // namespace v6front
