// SPDX-License-Identifier: Apache-2.0

#include "proxied_request.hpp"

#include "core/base/rendezvous.hpp"
#include "core/edits/forward.hpp"
#include "core/edits/forwarded.hpp"
#include "httpd/base/http2_stream.hpp"
#include "httpd/base/log.hpp"
#include "httpd/base/socket_address.hpp"
#include "httpd/config/logged_notes.hpp"
#include "access_notes.hpp"
#include "borrowed_waits.hpp"
#include "client_fields.hpp"
#include "client_record.hpp"
#include "connection_terms.hpp"
#include "counted_request.hpp"
#include "early_end.hpp"
#include "logged_connection.hpp"
#include "pseudo_v4_client.hpp"
#include "proxy_header_log.hpp"
#include "redirect_log.hpp"
#include "request_id.hpp"
#include "request_state.hpp"
#include "without_memory.hpp"

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
    return resolve(merge(config_of(r)->settings, decision.rule->settings),
                   to_milliseconds(r->server->timeout));
}

// What the client calls this front.
std::string_view authority_of(const request_rec* r, const routed_request& decision)
{
    return decision.authority.empty() ? view(apr_table_get(r->headers_in, "Host"))
                                      : std::string_view(decision.authority);
}

} // namespace

proxied_request::proxied_request(request_rec* r, const routed_request& decision, services& shared,
                                 const request_client& asker)
    : request_(r),
      decision_(decision),
      said_(&shared.said()),
      rules_(rules_of(r, decision)),
      reverse_({view(ap_http_scheme(r)), authority_of(r, decision)}, rules_.preserve_host,
               decision.backend->url),
      cookies_(reverse_, decision.backend->url.host, config_of(r)->cookies,
               rules_.cookie_secure && !decision.backend->url.tls &&
                   view(ap_http_scheme(r)) == "https"),
      flight_(shared.counters().begin_request(decision.backend->site))
{
    const bool may_upgrade = client_tunnel::is_possible(r);
    // mod_http2 sets it where a body of unknown length follows; here these bytes belong to the
    // tunnel.
    if (is_http2_stream(r->connection) && may_upgrade)
        apr_table_unset(r->headers_in, "Transfer-Encoding");
    gather_fields(asker);
    if (decision.by_path)
        reverse_.add(decision.backend->url, decision.by_path->path);
    if (decision.by_match && decision.by_match->moved)
        reverse_.add(decision.by_match->moved->backend, decision.by_match->moved->path);
    for (const auto& rule : config_of(r)->reverse)
        reverse_.add(rule.backend, rule.path);
    reverse_.set_routes(config_of(r->server)->routes.routes());

    auto& q = order_.request;
    q.method = view(r->method);
    q.target = decision.target;
    q.host = authority_of(r, decision);
    q.scheme = view(ap_http_scheme(r));
    q.version = version_of(r);
    q.client_address = plain_address(view(r->useragent_ip));
    q.server_name = view(r->server->server_hostname);
    q.fields = fields_;
    q.adds = rules_.add_headers;
    q.adds_via = rules_.via && !decision.via_taken_away;
    q.expects_continue = r->expecting_100 && ap_request_has_body(r) && rules_.max_buffered == 0 &&
                         !answers_an_error(r);
    q.may_upgrade = may_upgrade;
    order_.backend = decision.backend;
    order_.rules = rules_;
    order_.terms = terms_of(r, rules_);
    order_.reverse = &reverse_;
    order_.cookies = &cookies_;
    order_.services = &shared.for_exchanges();
    order_.has_place = has_place();
    order_.asks_local = is_logged(logged_note::local_address) || is_logged(logged_note::local_port);
    describe_way();
    if (rules_.spread == spread_by::client)
        order_.client_prefix = client_prefix(address_of(r->useragent_addr).octets);
    if (auto* record = record_of(r->connection))
        order_.own_connections = &record->connections;
    if (has_references_)
        forward_references();
}

// What is only written, or logged, where the operator asks for it.
void proxied_request::describe_way()
{
    auto& q = order_.request;
    const auto* c = request_->connection;
    if (q.adds.has(added_header::forwarded))
        q.front_address = plain_address(view(c->local_ip));
    if (q.adds.has(added_header::port) && c->local_addr)
        q.port = to_pool(request_->pool, std::to_string(c->local_addr->port));
    const bool logs_id = is_logged(logged_note::request_id);
    if (follows_exchanges(request_)) {
        order_.follower =
            &lines_.emplace(request_, decision_, request_id_of(request_, q.request_id));
        order_.asks_local = true;
    }
    if (!logs_id && !q.adds.has(added_header::request_id))
        return;
    q.request_id = request_id_of(request_, q.request_id);
    if (logs_id)
        apr_table_setn(request_->notes, name_of(logged_note::request_id), q.request_id.data());
}

void proxied_request::gather_fields(const request_client& asker)
{
    auto gathered = gather_site_fields(request_, rules_.add_headers);
    fields_ = std::move(gathered.fields);
    order_.request.extends = gathered.extends;
    order_.request.request_id = gathered.request_id;
    tell_pseudo(gathered.has_peers_list);
    frame_body(asker.ahead());
    for (const auto& f : fields_)
        has_references_ = has_references_ || (f.name.size() == 2 && iequals(f.name, "If")) ||
                          (f.name.size() == 11 && iequals(f.name, "Destination"));
}

// Where the site gets no X-Forwarded-For from this front, it gets none of what stands for that.
void proxied_request::tell_pseudo(bool is_list)
{
    constexpr auto address = static_cast<std::uint16_t>(added_header::address);
    auto& extends = order_.request.extends;
    tell_pseudo_v4(request_, fields_, rules_.add_headers.has(added_header::address), is_list);
    if (!is_list)
        extends = static_cast<std::uint16_t>(extends & ~address);
}

// In the place of what the client has said of a body that filters of httpd have changed.
void proxied_request::frame_body(const request_client::body_ahead& known)
{
    order_.unfit = known.failed;
    if (!known.length && !known.is_unknown)
        return;
    std::erase_if(fields_, [](const field& f) {
        return iequals(f.name, "Content-Length") || iequals(f.name, "Transfer-Encoding");
    });
    if (known.length)
        fields_.push_back(
            {"Content-Length", to_pool(request_->pool, std::to_string(*known.length))});
    else
        fields_.push_back({"Transfer-Encoding", "chunked"});
}

// A subrequest of a request that has a place of the same limit has that place too, and would wait
// for itself.
bool proxied_request::has_place() const
{
    for (const auto* r = request_->main; r; r = r->main)
        if (const auto* of = routed(r); of && of->backend->limit == decision_.backend->limit)
            return true;
    return false;
}

// The URLs of WebDAV by which the client names resources of this site, as the backend knows them.
void proxied_request::forward_references()
{
    const auto& q = order_.request;
    const auto& own = decision_.backend->authority;
    forward_map map{{q.scheme, q.host},
                    {},
                    decision_.backend->url.path,
                    rules_.preserve_host ? q.host : std::string_view(own)};
    map.scheme = decision_.backend->url.scheme();
    if (decision_.by_path)
        map.path = decision_.by_path->path;
    else
        map.expanded = [this](std::string_view path) {
            return path_by_match(request_, *decision_.by_match, path);
        };
    const bool has_destination = q.method == "COPY" || q.method == "MOVE";
    for (auto& f : fields_) {
        const bool is_if = iequals(f.name, "If");
        if (!is_if && !(has_destination && iequals(f.name, "Destination")))
            continue;
        auto mapped = is_if ? forward_if(f.value, map) : forward_url(f.value, map);
        if (!mapped)
            order_.unfit = mapped.error();
        else if (*mapped)
            f.value = to_pool(request_->pool, **mapped);
    }
}

// httpd answers with its own page for the status. The request has not been answered yet, so a page
// of the site that an ErrorDocument names is a request of its own; if that fails too, ap_die says
// so and asks for no further one.
int proxied_request::give_own_page(const outcome& ended) const
{
    // That of a request whose ErrorDocument this is has its own there.
    for (const auto& each : *ended.overridden)
        apr_table_unset(request_->err_headers_out, each.first.c_str());
    for (const auto& [name, value] : *ended.overridden) {
        apr_table_addn(request_->err_headers_out, to_pool(request_->pool, name),
                       to_pool(request_->pool, value));
        // httpd makes the Allow of a 405 itself, of this list (ap_send_error_response).
        std::string_view methods(iequals(name, "Allow") ? value.c_str() : "");
        while (!methods.empty())
            ap_method_list_add(request_->allowed_methods,
                               to_pool(request_->pool, take_element(methods)));
    }
    // Without it httpd would make a 500 of each status that it has no words for.
    request_->status_line = ap_get_status_line_ex(request_->pool, ended.status);
    apr_table_setn(request_->notes, "v6front-site-status",
                   to_pool(request_->pool, std::to_string(ended.status)));
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, request_,
                  V6LOGNO(0185) "%s %s: backend %s answered %d; the client gets this server's own "
                                "page for it (V6FrontErrorOverride)",
                  request_->method, request_->uri, decision_.backend->authority.c_str(),
                  ended.status);
    return ended.status;
}

// Nobody is there to get a page of httpd's for it: the status is for the access log, where an
// ErrorDocument keeps that of its error.
int proxied_request::leave_unanswered(int status) const
{
    request_->connection->aborted = 1;
    if (!answers_an_error(request_)) {
        request_->status = status;
        request_->status_line = "499 Client Closed Request";
    }
    return OK;
}

std::chrono::microseconds proxied_request::time_passed() const
{
    using namespace std::chrono;
    return duration_cast<microseconds>(steady_clock::now() - start_);
}

int proxied_request::conclude(request_client& client, const outcome& ended) const
{
    const auto total = time_passed();
    count_request(order_, ended, total);
    write_notes(request_, decision_, ended, total);
    if (lines_)
        lines_->has_ended(ended, total);
    log_slow_backend(request_, decision_, rules_, ended, *said_);
    auto* c = request_->connection;
    // An unread rest of the body would be taken for the next request; httpd drains it on closing.
    if (!client.has_read_all() && ap_request_has_body(request_)) {
        c->keepalive = AP_CONN_CLOSE;
        const bool is_silent = ended.failed && ended.failed->reason == reason::client_body_too_slow;
        if (!is_silent && !(ended.failed && ended.head_sent))
            take_rest_before_end(request_);
    }
    if (ended.tunnel)
        log_tunnel(request_, decision_, *ended.tunnel, ended);
    if (!ended.failed)
        watch_proxy_header(request_, decision_, ended.status);
    if (ended.overridden) {
        note_taken(request_);
        return give_own_page(ended);
    }
    if (!ended.failed) {
        watch_redirects(request_, decision_, ended.status);
        client.finish();
        return OK;
    }
    log_failure(request_, decision_, ended);
    if (ended.head_sent) {
        client.break_off();
        return OK;
    }
    if (ended.failed->reason == reason::client_gone)
        return leave_unanswered(ended.status);
    if (!c->aborted)
        note_taken(request_);
    if (ended.status == HTTP_SERVICE_UNAVAILABLE)
        apr_table_setn(request_->err_headers_out, "Retry-After", "1");
    return ended.status;
}

// return_engine() ends an engine that is not whole, with all that refers to what is here.
int run_borrowed(request_rec* r, const routed_request& decision, services& shared)
{
    borrowed_waits waits(r->connection, shared.borrowed());
    request_client client(r, waits);
    std::optional<proxied_request> exchange;
    outcome ended;
    try {
        waits.get_engine().run_until_done([&]() -> task<void> {
            if (client.has_changing_body())
                co_await client.read_ahead();
            exchange.emplace(r, decision, shared, client);
            ended = co_await run_admitted(waits.get_engine(), client, exchange->order());
        });
        waits.return_engine();
        return exchange->conclude(client, ended);
    } catch (const std::bad_alloc&) {
        waits.return_engine();
        return end_without_memory(r, client);
    }
}

} // namespace v6front
