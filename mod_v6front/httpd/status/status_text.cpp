// SPDX-License-Identifier: Apache-2.0

#include "status_text.hpp"

#include "core/base/version.hpp"
#include "core/status/report_text.hpp"

namespace v6front
{

namespace
{

std::string address_text(const endpoint& e)
{
    return e.address().to_string() + ":" + std::to_string(e.port());
}

std::string address_text(const ipv4_addresses& addresses)
{
    std::string out;
    for (const auto& a : addresses)
        out += (out.empty() ? "" : ", ") + a.to_string();
    return out;
}

std::string seconds(std::chrono::milliseconds t)
{
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(t).count());
}

const char* state_of(const listed_address& a)
{
    return a.well ? "in use" : "avoided";
}

std::string state_of(const name_state& n)
{
    return n.failing ? std::string(describe(*n.failing).words) : "found";
}

class html_table
{
public:
    explicit html_table(std::initializer_list<std::string_view> columns)
    {
        out_ = "<table border=\"1\"><tr>";
        for (const auto column : columns)
            out_.append("<th>").append(column) += "</th>";
        out_ += "</tr>\n";
    }
    void row(std::initializer_list<std::string> cells)
    {
        any_ = true;
        out_ += "<tr>";
        for (const auto& cell : cells)
            out_.append("<td>").append(html_text(cell)) += "</td>";
        out_ += "</tr>\n";
    }
    // Nothing of one without a row.
    std::string text() const { return any_ ? out_ + "</table>\n" : std::string(); }

private:
    std::string out_;
    bool any_ = false;
};

std::string number(std::uint64_t n)
{
    return std::to_string(n);
}

} // namespace

std::string status_html(const process_state& state)
{
    html_table addresses{"Backend", "Address", "State", "Seconds", "In use", "Idle"};
    for (const auto& b : state.backends)
        for (const auto& a : b.addresses)
            addresses.row({b.name, address_text(a.at), state_of(a), a.well ? "" : seconds(a.since),
                           number(a.in_use), number(a.idle)});
    html_table names{"Name", "IPv4 addresses", "Age in seconds", "Last lookup"};
    for (const auto& n : state.names)
        names.row({n.name, address_text(n.addresses),
                   n.addresses.empty() ? "" : number(static_cast<std::uint64_t>(n.age.count())),
                   state_of(n)});
    html_table limits{"Rule", "In flight", "max", "Waiting", "queue"};
    for (const auto& l : state.limits)
        limits.row(
            {l.rule, number(l.in_flight), number(l.max), number(l.waiting), number(l.queue)});
    html_table engines{"Engine of this process", "Clients", "Idle connections to sites"};
    for (std::size_t i = 0; i < state.engines.size(); ++i)
        engines.row({number(i), number(state.engines[i].clients), number(state.engines[i].idle)});
    if (state.lent.resting > 0)
        engines.row({"lent to threads", "", number(state.lent.idle)});
    if (state.clients.named > 0)
        engines.row({"of single clients, by PROXY header", "", number(state.clients.named)});
    if (state.clients.logins > 0)
        engines.row({"of single clients, by login", "", number(state.clients.logins)});
    return "<hr />\n<h2>mod_v6front</h2>\n" + addresses.text() + names.text() + limits.text() +
           engines.text();
}

std::string status_lines(const process_state& state)
{
    std::string out;
    const auto say = [&out](const std::string& key, const std::string& value) {
        out += "V6Front" + key + ": " + value + "\n";
    };
    say("Version", version);
    const auto at = [](const char* what, std::size_t i) {
        return what + ("[" + std::to_string(i) + "]");
    };
    for (std::size_t i = 0; i < state.backends.size(); ++i) {
        const auto& b = state.backends[i];
        say(at("Backend", i) + "Name", b.name);
        for (std::size_t j = 0; j < b.addresses.size(); ++j) {
            const auto& a = b.addresses[j];
            const auto key = at("Backend", i) + at("Address", j);
            say(key, address_text(a.at));
            say(key + "State", state_of(a));
            if (!a.well)
                say(key + "Seconds", seconds(a.since));
            say(key + "InUse", number(a.in_use));
            say(key + "Idle", number(a.idle));
        }
    }
    for (std::size_t i = 0; i < state.names.size(); ++i) {
        const auto& n = state.names[i];
        say(at("Name", i), n.name);
        say(at("Name", i) + "Addresses", address_text(n.addresses));
        if (!n.addresses.empty())
            say(at("Name", i) + "Age", std::to_string(n.age.count()));
        say(at("Name", i) + "State", state_of(n));
    }
    for (std::size_t i = 0; i < state.limits.size(); ++i) {
        const auto& l = state.limits[i];
        say(at("Limit", i) + "Rule", l.rule);
        say(at("Limit", i) + "InFlight", number(l.in_flight));
        say(at("Limit", i) + "Max", number(l.max));
        say(at("Limit", i) + "Waiting", number(l.waiting));
        say(at("Limit", i) + "Queue", number(l.queue));
    }
    for (std::size_t i = 0; i < state.engines.size(); ++i) {
        say(at("Engine", i) + "Clients", number(state.engines[i].clients));
        say(at("Engine", i) + "Idle", number(state.engines[i].idle));
    }
    if (!state.backends.empty()) {
        say("ClientsIdleByName", number(state.clients.named));
        say("ClientsIdleByLogin", number(state.clients.logins));
    }
    return out;
}

} // namespace v6front
