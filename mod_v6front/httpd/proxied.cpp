// SPDX-License-Identifier: Apache-2.0

#include "proxied.hpp"

#include "log.hpp"

#include <charconv>
#include <iterator>
#include <sstream>

namespace v6front
{

namespace
{

std::string_view version_of(const request_rec* r)
{
    if (r->proto_num >= HTTP_VERSION(2, 0))
        return "2.0";
    return r->proto_num >= HTTP_VERSION(1, 1) ? "1.1" : "1.0";
}

milliseconds to_milliseconds(apr_interval_time_t t)
{
    return std::chrono::duration_cast<milliseconds>(std::chrono::microseconds(t));
}

exchange_rules rules_of(const request_rec* r, const routed_request& decision)
{
    auto settings = config_of(r)->settings;
    if (decision.rule)
        settings = merge(settings, decision.rule->settings);
    return resolve(settings, to_milliseconds(r->server->timeout));
}

} // namespace

proxied::proxied(request_rec* r, const routed_request& decision, child& in)
    : request_(r),
      decision_(decision),
      rules_(rules_of(r, decision)),
      reverse_({view(ap_http_scheme(r)), view(apr_table_get(r->headers_in, "Host"))},
               rules_.preserve_host)
{
    gather_fields();
    if (decision.rule)
        reverse_.add(*decision.backend, decision.rule->path);
    for (const auto& rule : config_of(r)->reverse)
        reverse_.add(rule.backend, rule.path);

    auto& q = order_.request;
    q.method = view(r->method);
    q.target = decision.target;
    q.host = view(apr_table_get(r->headers_in, "Host"));
    q.scheme = view(ap_http_scheme(r));
    q.version = version_of(r);
    q.client_address = view(r->useragent_ip);
    q.server_name = view(r->server->server_hostname);
    q.fields = fields_;
    order_.body_unframed = r->connection->master && !apr_table_get(r->headers_in, "Content-Length");
    order_.backend = decision.backend;
    order_.pinned = config_of(r->server)->pinned(decision.backend->host);
    order_.rules = rules_;
    order_.reverse = &reverse_;
    order_.via = in.via();
    order_.own = &in.own();
}

void proxied::gather_fields()
{
    const auto* table = apr_table_elts(request_->headers_in);
    const auto* entries = reinterpret_cast<const apr_table_entry_t*>(table->elts);
    fields_.reserve(static_cast<std::size_t>(table->nelts));
    for (int i = 0; i < table->nelts; ++i)
        if (entries[i].key)
            fields_.push_back({view(entries[i].key), view(entries[i].val)});
}

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

note_text as_note(const endpoint& e)
{
    const auto octets = e.address().to_v4().to_bytes();
    note_text out;
    out << unsigned{octets[0]} << '.' << unsigned{octets[1]} << '.' << unsigned{octets[2]} << '.'
        << unsigned{octets[3]} << ':' << e.port();
    return out;
}

} // namespace

// For the access log: %{v6front-address}n and so on.
void proxied::note(const outcome& what) const
{
    const auto set = [r = request_](const char* name, std::string_view value) {
        apr_table_setn(r->notes, name, to_pool(r->pool, value));
    };
    if (what.address)
        set("v6front-address", as_note(*what.address));
    set("v6front-attempts", note_text() << what.attempts);
    set("v6front-response-us", note_text() << what.response_time.count());
    if (what.failed)
        set("v6front-failure", describe(what.failed->what).words);
}

// One line for each failure: with whom, in which phase, what, and what the client gets.
void proxied::log_failure(const outcome& what) const
{
    const auto& row = describe(what.failed->what);
    std::ostringstream line;
    line << request_->method << ' ' << request_->uri << ": ";
    if (row.whose == fault::backend || row.whose == fault::front) {
        line << "backend " << decision_.backend->authority();
        if (what.address)
            line << " (" << std::string_view(as_note(*what.address)) << ')';
        line << ": ";
    }
    line << to_string(row.when) << ": " << row.words;
    if (what.failed->cause)
        line << ": " << what.failed->cause.message();
    if (!what.failed->detail.empty())
        line << " (" << what.failed->detail << ')';
    if (what.attempts > 1)
        line << ", attempt " << what.attempts;
    if (what.head_sent)
        line << "; the response was cut off after " << what.response_body << " octets";
    else if (row.what != reason::client_gone)
        line << "; the client gets " << what.status;
    const auto text = line.str();
    if (row.whose == fault::client && row.what != reason::request_loop)
        ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, request_, V6LOGNO(0101) "%s", text.c_str());
    else
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, request_, V6LOGNO(0102) "%s", text.c_str());
}

int proxied::conclude(request_client& client, const outcome& what) const
{
    note(what);
    auto* c = request_->connection;
    // An unread rest of the body would be taken for the next request; httpd drains it on closing.
    if (!client.has_read_all() && ap_request_has_body(request_))
        c->keepalive = AP_CONN_CLOSE;
    if (!what.failed) {
        client.finish();
        return OK;
    }
    log_failure(what);
    if (what.head_sent) {
        client.break_off();
        return OK;
    }
    if (what.failed->what == reason::client_gone)
        c->aborted = 1;
    if (what.status == HTTP_SERVICE_UNAVAILABLE)
        apr_table_setn(request_->err_headers_out, "Retry-After", "1");
    return what.status;
}

namespace
{

// On a borrowed thread httpd's filters have blocked already whenever this is asked for.
class blocking_waits final : public client_waits
{
public:
    bool may_block() const override { return true; }
    task<apr_status_t> more_input(apr_interval_time_t) override { co_return APR_SUCCESS; }
    void watch(std::function<void()>) override {}
    bool is_gone() const override { return false; }
    void push() override {}
    task<apr_status_t> writable(apr_interval_time_t) override { co_return APR_SUCCESS; }
};

} // namespace

int run_borrowed(request_rec* r, const routed_request& decision, child& in)
{
    blocking_waits waits;
    request_client client(r, waits);
    const proxied exchange(r, decision, in);
    outcome what;
    borrowed_engines::loan on(in.lent());
    on->run_until_done(
        [&]() -> task<void> { what = co_await run_exchange(*on, client, exchange.order()); });
    return exchange.conclude(client, what);
}

} // namespace v6front
