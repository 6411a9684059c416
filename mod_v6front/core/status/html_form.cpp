// SPDX-License-Identifier: Apache-2.0

#include "status_forms.hpp"
#include "report_text.hpp"

#include <algorithm>

namespace v6front
{

namespace
{

// One column on a phone, more where there is room; nothing that is loaded from elsewhere.
constexpr std::string_view style =
    ":root{color-scheme:light dark}"
    "body{font:16px/1.45 system-ui,sans-serif;margin:0 auto;max-width:70rem;padding:.75rem;"
    "overflow-wrap:anywhere}"
    "h1{font-size:1.3rem;margin:.2rem 0}h2{font-size:1.1rem;margin:1.6rem 0 .3rem}"
    "h3{font-size:1rem;margin:0}p{margin:.3rem 0}"
    "article{border:1px solid #8886;border-left:.4rem solid #888;border-radius:.4rem;"
    "padding:.6rem .7rem;margin:.6rem 0}"
    "article.up{border-left-color:#2a8a3e}"
    "article.failing,article.avoided{border-left-color:#c62828}"
    "b.state{float:right;margin-left:.6rem}"
    "dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(8.5rem,1fr));gap:.4rem .8rem;"
    "margin:.5rem 0 0}dt{font-size:.8rem;opacity:.75}dd{margin:0}small{opacity:.75}";

std::string number(std::uint64_t n)
{
    return std::to_string(n);
}

std::string element(std::string_view name, std::string_view text)
{
    std::string out(1, '<');
    out.append(name).append(1, '>').append(html_text(text)).append("</").append(name) += '>';
    return out;
}

class facts
{
public:
    void add(std::string_view what, std::string_view value)
    {
        out_ += "<div>" + element("dt", what) + element("dd", value) + "</div>\n";
    }
    std::string text() const { return out_.empty() ? out_ : "<dl>\n" + out_ + "</dl>\n"; }

private:
    std::string out_;
};

// The bound below which so many of a hundred were.
std::string below(const latency& l, unsigned percent)
{
    const auto all = l.count();
    std::uint64_t n = 0;
    for (std::size_t i = 0; i < latency_bounds.size(); ++i) {
        n += l.counts[i];
        if (n * 100 >= all * percent)
            return latency_words(latency_bounds[i]);
    }
    return "more than " + latency_words(latency_bounds.back());
}

void add_latency(facts& out, std::string_view what, const latency& l)
{
    if (const auto n = l.count(); n > 0)
        out.add(what, "mean " + latency_words(l.microseconds / n) + "; 95% within " + below(l, 95));
}

std::string reasons(const traffic& t, std::size_t at)
{
    std::string out;
    for (std::size_t i = 0; i < reason_count; ++i)
        if (const auto n = t[at + i]; n > 0)
            out.append(out.empty() ? "" : "; ")
                .append(number(n))
                .append(": ")
                .append(describe(static_cast<reason>(i)).words);
    return out;
}

std::string statuses(const traffic& t)
{
    std::string out;
    for (std::size_t i = 1; i <= 5; ++i)
        if (const auto n = t[traffic_at::requests + i]; n > 0)
            out.append(out.empty() ? "" : ", ")
                .append(number(n))
                .append(" \xc3\x97 ")
                .append(number(i) + "xx");
    if (const auto n = t[traffic_at::requests]; n > 0)
        out.append(out.empty() ? "" : ", ").append(number(n) + " \xc3\x97 the client left");
    return out;
}

std::string ago(wall_time then, wall_time now)
{
    return duration_words(now - then);
}

std::string check_words(const reported_address& a, wall_time now)
{
    auto out = std::string(to_string(a.check->now));
    if (a.check->since != 0)
        out += " for " + ago(a.check->since, now);
    if (!a.check->why.empty())
        out += ": " + a.check->why;
    if (a.check->last != 0)
        out += "; last " + ago(a.check->last, now) + " ago";
    return out + "; " + number(a.numbers[traffic_at::checks_passed]) + " passed, " +
           number(a.numbers[traffic_at::checks_failed]) + " failed";
}

facts facts_of(const reported_address& a, bool tls, wall_time now)
{
    const auto& t = a.numbers;
    facts out;
    out.add("Requests", t.requests() == 0 ? "0" : statuses(t));
    if (auto text = reasons(t, traffic_at::failures); !text.empty())
        out.add("Failed requests", text);
    // Where nothing was tried again they are the same.
    const auto attempts = reasons(t, traffic_at::attempt_failures);
    if (!attempts.empty() && attempts != reasons(t, traffic_at::failures))
        out.add("Failed attempts", attempts);
    if (a.now != reported_address::state::none) {
        out.add("Connections now", number(a.in_use) + " in use, " + number(a.idle) + " idle");
        out.add("Connections", number(t[traffic_at::opened]) + " opened, reused " +
                                   number(t[traffic_at::reused]) + " times");
    }
    if (tls && t[traffic_at::handshakes] > 0)
        out.add("TLS", number(t[traffic_at::handshakes]) + " handshakes, " +
                           number(t[traffic_at::resumed]) + " resumed");
    add_latency(out, "Connect", t.latency_of(traffic_at::connect));
    add_latency(out, "First byte", t.latency_of(traffic_at::first_byte));
    add_latency(out, "Whole request", t.latency_of(traffic_at::total));
    if (t[traffic_at::received] + t[traffic_at::sent] > 0)
        out.add("Bodies", size_words(t[traffic_at::received]) + " received, " +
                              size_words(t[traffic_at::sent]) + " sent");
    if (t[traffic_at::ejections] > 0)
        out.add("Ejections", number(t[traffic_at::ejections]));
    if (a.check)
        out.add("Health check", check_words(a, now));
    return out;
}

std::string address_html(const reported_address& a, bool tls, wall_time now)
{
    const auto state = std::string(to_string(a.now));
    if (a.now == reported_address::state::none)
        return "<article><h3>no address</h3>\n" + facts_of(a, tls, now).text() + "</article>\n";
    std::string out = "<article class=\"" + state + "\"><b class=\"state\">" + state + "</b>" +
                      element("h3", a.address) + '\n';
    std::string why = a.since != 0 ? "for " + ago(a.since, now) : std::string();
    if (!a.why.empty())
        why.append(why.empty() ? "" : ": ").append(a.why);
    if (!why.empty())
        out += element("p", why) + '\n';
    return out + facts_of(a, tls, now).text() + "</article>\n";
}

std::string site_html(const reported_site& s, wall_time now)
{
    std::string out = "<section>" + element("h2", (s.server.empty() ? "(no name)" : s.server) +
                                                      " \xe2\x86\x92 " + s.backend);
    out +=
        element("p", number(s.in_flight) + " in flight, " + number(s.waiting) + " waiting") + '\n';
    for (const auto& l : s.limits)
        out += element("p", l.rule + ": " + number(l.in_flight) + " of max=" + number(l.max) +
                                ", " + number(l.waiting) + " of queue=" + number(l.queue)) +
               '\n';
    for (const auto& a : s.addresses)
        out += address_html(a, s.tls, now);
    return out + "</section>\n";
}

std::string name_html(const reported_name& n)
{
    const bool fails = n.now == reported_name::state::failing;
    std::string out = fails ? "<article class=\"failing\">" : "<article>";
    out.append("<b class=\"state\">").append(to_string(n.now)).append("</b>");
    out += element("h3", n.name);
    std::string addresses;
    for (const auto& a : n.addresses)
        addresses.append(addresses.empty() ? "" : ", ").append(a);
    if (n.age)
        addresses +=
            ", confirmed " + duration_words(static_cast<std::int64_t>(*n.age) * 1000) + " ago";
    if (!addresses.empty())
        out += element("p", addresses);
    if (!n.why.empty())
        out += element("p", n.why);
    return out + "</article>\n";
}

std::string process_html(const reported_process& p)
{
    facts of;
    of.add("Memory", size_words(p.memory));
    of.add("Generation", std::to_string(p.generation));
    for (const auto& e : p.engines)
        of.add("Engine " + number(e.number), number(e.connections) + " clients, " + number(e.idle) +
                                                 " idle to sites; lag " + latency_words(e.lag) +
                                                 ", at most " + latency_words(e.lag_max) +
                                                 "; keeps " + size_words(e.kept) + " of memory");
    return "<article>" + element("h3", "Process " + std::to_string(p.pid)) + of.text() +
           "</article>\n";
}

std::string summary(const status_report& r)
{
    std::uint64_t up = 0, all = 0, in_flight = 0;
    for (const auto& s : r.sites) {
        in_flight += s.in_flight;
        for (const auto& a : s.addresses) {
            all += is_current(a.now);
            up += is_current(a.now) && is_well(a.now);
        }
    }
    const auto failing =
        std::ranges::count(r.names, reported_name::state::failing, &reported_name::now);
    return number(up) + " of " + number(all) + " addresses up, " +
           (failing > 0
                ? std::to_string(failing) + " of " + number(r.names.size()) + " names not found, "
                : std::string()) +
           number(in_flight) + " requests in flight";
}

} // namespace

std::string status_page(const status_report& r)
{
    std::string out = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
                      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                      "<title>mod_v6front status</title>\n<style>";
    out.append(style).append("</style></head>\n<body>\n<h1>mod_v6front</h1>\n");
    out += element("p", summary(r)) + '\n';
    out += "<p><small>" +
           html_text("Version " + std::string(r.version) + ", server started " +
                     ago(r.started, r.now) + " ago; counted for " + ago(r.counts_from, r.now)) +
           ". For programs: <a href=\"?json\">JSON</a>, <a href=\"?auto\">lines</a>, "
           "<a href=\"?prometheus\">Prometheus</a>.</small></p>\n";
    for (const auto& s : r.sites)
        out += site_html(s, r.now);
    if (!r.names.empty())
        out += "<h2>Names, as this process knows them</h2>\n";
    for (const auto& n : r.names)
        out += name_html(n);
    if (!r.processes.empty())
        out += "<h2>Processes</h2>\n";
    for (const auto& p : r.processes)
        out += process_html(p);
    return out + "</body></html>\n";
}

} // namespace v6front
