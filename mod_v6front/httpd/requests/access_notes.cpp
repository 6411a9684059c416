// SPDX-License-Identifier: Apache-2.0

#include "access_notes.hpp"

#include "httpd/base/brigades.hpp"
#include "httpd/config/logged_notes.hpp"
#include "request_host.hpp"

#include <charconv>
#include <iterator>

namespace v6front
{

namespace
{

// Room for the longest note that is made of numbers, an IPv4 address with its port, and the writing
// of it: without locale, allocation or format string, since every request does this.
struct note_text {
    char text[32];
    char* end = text;

    template <class Number> note_text& operator<<(Number n)
    {
        end = std::to_chars(end, std::end(text), n).ptr;
        return *this;
    }
    note_text& operator<<(char c)
    {
        *end++ = c;
        return *this;
    }
    operator std::string_view() const { return {text, end}; }
};

note_text as_note(const asio::ip::address& address)
{
    const auto octets = address.to_v4().to_bytes();
    note_text out;
    out << unsigned{octets[0]} << '.' << unsigned{octets[1]} << '.' << unsigned{octets[2]} << '.'
        << unsigned{octets[3]};
    return out;
}

note_text as_note(const endpoint& e)
{
    auto out = as_note(e.address());
    out << ':' << e.port();
    return out;
}

class notes_of
{
public:
    explicit notes_of(request_rec* r) : request_(r) {}

    void set(const char* name, std::string_view value) const
    {
        apr_table_setn(request_->notes, name, to_pool(request_->pool, value));
    }
    template <class Number> void set_number(const char* name, Number n) const
    {
        set(name, note_text() << n);
    }
    void set(logged_note n, std::string_view value) const
    {
        if (is_logged(n))
            set(name_of(n), value);
    }
    template <class Number> void set_number(logged_note n, Number value) const
    {
        if (is_logged(n))
            set_number(name_of(n), value);
    }

private:
    request_rec* request_;
};

} // namespace

std::string endpoint_text(const endpoint& e)
{
    return std::string(std::string_view(as_note(e)));
}

void write_notes(request_rec* r, const routed_request& decision, const outcome& ended,
                 std::chrono::microseconds total)
{
    const notes_of notes(r);
    if (ended.address)
        notes.set("v6front-address", as_note(*ended.address));
    notes.set_number("v6front-attempts", ended.attempts);
    notes.set_number("v6front-response-us", ended.response_time.count());
    if (ended.failed)
        notes.set("v6front-failure", describe(ended.failed->reason).words);
    notes.set(logged_note::backend, decision.backend->authority);
    if (ended.local) {
        notes.set(logged_note::local_address, as_note(ended.local->address()));
        notes.set_number(logged_note::local_port, ended.local->port());
    }
    if (ended.attempts > 0)
        notes.set(logged_note::connection, ended.pooled ? "kept" : "new");
    notes.set_number(logged_note::queue_time, ended.queue_time.count());
    notes.set_number(logged_note::connect_time, ended.connect_time.count());
    notes.set_number(logged_note::total_time, total.count());
    notes.set_number(logged_note::request_octets, ended.request_body);
    notes.set_number(logged_note::response_octets, ended.response_body);
    const auto* host = request_host::of(r);
    notes.set(logged_note::worker, host && host->is_on_engine() ? "engine" : "thread");
}

void carry_notes(request_rec* r)
{
    if (!r->next)
        return;
    auto* last = r;
    while (last->next)
        last = last->next;
    for (const auto* from = last->prev; from; from = from->prev)
        for (const auto& e : entries_of(from->notes))
            if (view(e.key).starts_with("v6front-") && !apr_table_get(last->notes, e.key))
                apr_table_setn(last->notes, e.key, e.val);
}

} // namespace v6front
