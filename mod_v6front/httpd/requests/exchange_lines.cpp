// SPDX-License-Identifier: Apache-2.0

#include "exchange_lines.hpp"

#include "core/base/text_number.hpp"
#include "core/decisions/slow_answer.hpp"
#include "httpd/base/log.hpp"
#include "httpd/config/config.hpp"
#include "access_notes.hpp"
#include "proxy_header_log.hpp"
#include "request_host.hpp"

#include <algorithm>
#include <sstream>

namespace v6front
{

namespace
{

const char* where_it_runs(const request_rec* r)
{
    const auto* host = request_host::of(r);
    return host && host->is_on_engine() ? "an engine" : "a thread";
}

double in_seconds(std::chrono::milliseconds t)
{
    return std::chrono::duration<double>(t).count();
}

std::string address_of(const outcome& o)
{
    return o.address ? endpoint_text(*o.address) : std::string("no address");
}

std::string what_failed(const failure& f)
{
    return std::string(to_string(describe(f.reason).when)) + ": " + words_of(f);
}

// To whom the request went, in front of what went wrong there.
std::string at_backend(const routed_request& decision, const outcome& ended)
{
    std::string text = "backend " + decision.backend->authority;
    if (ended.address)
        text += " (" + endpoint_text(*ended.address) + ")";
    return text;
}

} // namespace

bool follows_exchanges(const request_rec* r)
{
    return APLOG_R_IS_LEVEL(r, APLOG_DEBUG);
}

exchange_lines::exchange_lines(const request_rec* r, const routed_request& decision,
                               std::string_view id)
    : request_(r), id_(id)
{
    ap_log_rerror(APLOG_MARK, APLOG_DEBUG, 0, r,
                  V6LOGNO(0271) "%s: %s %s goes to backend %s as %s, by the rule in %s, on %s",
                  id_.c_str(), r->method, r->uri, decision.backend->authority.c_str(),
                  decision.target.c_str(), decision.rule->place.c_str(), where_it_runs(r));
}

void exchange_lines::say(const std::string& text) const
{
    ap_log_rerror(APLOG_MARK, APLOG_TRACE1, 0, request_, "%s: %s", id_.c_str(), text.c_str());
}

void exchange_lines::waits_for_turn()
{
    say("all places of this route are taken (max=): it waits in the queue");
}

void exchange_lines::has_addresses(std::span<const endpoint> candidates)
{
    std::string text = "the backend's addresses, the preferred one first:";
    for (const auto& each : candidates)
        text += " " + endpoint_text(each);
    say(text);
}

void exchange_lines::has_connection(const outcome& so_far)
{
    const auto local = so_far.local ? endpoint_text(*so_far.local) : std::string("?");
    ap_log_rerror(APLOG_MARK, APLOG_DEBUG, 0, request_,
                  V6LOGNO(0272) "%s: attempt %u: %s connection to %s from %s, after %d us",
                  id_.c_str(), so_far.attempts, so_far.pooled ? "kept" : "new",
                  address_of(so_far).c_str(), local.c_str(),
                  static_cast<int>(so_far.connect_time.count()));
}

void exchange_lines::has_interim(int status)
{
    say("interim response " + std::to_string(status));
}

void exchange_lines::has_head(const outcome& so_far, int status)
{
    ap_log_rerror(APLOG_MARK, APLOG_DEBUG, 0, request_,
                  V6LOGNO(0273) "%s: attempt %u: status %d, first byte after %ld us, of which "
                                "the backend was waited for %ld us",
                  id_.c_str(), so_far.attempts, status,
                  static_cast<long>(so_far.response_time.count()),
                  static_cast<long>(so_far.thinking_time.count()));
}

void exchange_lines::has_failed(const outcome& so_far, bool again)
{
    ap_log_rerror(APLOG_MARK, APLOG_DEBUG, 0, request_,
                  V6LOGNO(0274) "%s: attempt %u at %s failed: %s; %s", id_.c_str(), so_far.attempts,
                  address_of(so_far).c_str(), what_failed(*so_far.failed).c_str(),
                  again ? "it is repeated" : "it is not repeated");
}

void exchange_lines::has_ended(const outcome& ended, std::chrono::microseconds total) const
{
    const auto reason = ended.failed ? ": " + what_failed(*ended.failed) : std::string();
    ap_log_rerror(APLOG_MARK, APLOG_DEBUG, 0, request_,
                  V6LOGNO(0275) "%s: ended with %d after %ld us, attempts: %u, %" APR_UINT64_T_FMT
                                " octets to the backend and %" APR_UINT64_T_FMT " from it%s",
                  id_.c_str(), ended.status, static_cast<long>(total.count()), ended.attempts,
                  apr_uint64_t{ended.request_body}, apr_uint64_t{ended.response_body},
                  reason.c_str());
}

void log_failure(const request_rec* r, const routed_request& decision, const outcome& ended)
{
    const auto& row = describe(ended.failed->reason);
    std::ostringstream line;
    line << r->method << ' ' << r->uri << ": ";
    if (row.whose == fault::backend || row.whose == fault::front)
        line << at_backend(decision, ended) << ": ";
    line << what_failed(*ended.failed);
    if (may_be_puzzled(row.reason, *decision.backend))
        line << " (V6FrontProxyProtocol is on: the site may not expect a PROXY header)";
    if (ended.attempts > 1)
        line << ", attempt " << ended.attempts;
    if (ended.head_sent)
        line << "; the response was cut off after " << ended.response_body << " octets";
    else if (row.reason != reason::client_gone)
        line << "; the client gets " << ended.status;
    const auto text = line.str();
    if (row.reason == reason::stopping)
        return ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r, V6LOGNO(0145) "%s", text.c_str());
    if (row.whose == fault::client && row.reason != reason::request_loop)
        ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r, V6LOGNO(0101) "%s", text.c_str());
    else
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, V6LOGNO(0102) "%s", text.c_str());
}

void log_tunnel(const request_rec* r, const routed_request& decision, const tunnel_end& end,
                const outcome& ended)
{
    if (end.why == tunnel_end::how::closed)
        return;
    const auto text = to_string(end.why);
    const auto cause = end.cause ? ": " + end.cause.message() : std::string();
    apr_table_setn(r->notes, "v6front-failure", to_pool(r->pool, text));
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r,
                  V6LOGNO(0105) "%s %s: tunnel to %s: %s%s, after %" APR_UINT64_T_FMT
                                " octets up and %" APR_UINT64_T_FMT " down",
                  r->method, r->uri, decision.backend->authority.c_str(), text.data(),
                  cause.c_str(), apr_uint64_t{ended.request_body},
                  apr_uint64_t{ended.response_body});
}

void log_slow_backend(const request_rec* r, const routed_request& decision,
                      const exchange_rules& rules, const outcome& ended, said_table& said)
{
    using namespace std::chrono;
    constexpr minutes between_lines{1};
    const auto took = duration_cast<milliseconds>(ended.thinking_time);
    // What is no response in time has an error of its own.
    if (took < usually_late / 100 ||
        (ended.failed && describe(ended.failed->reason).whose != fault::client))
        return;
    const bool is_set =
        decision.rule->settings.response_timeout || config_of(r)->settings.response_timeout;
    const auto late = late_after(rules.response_timeout, is_set);
    if (took < late)
        return;
    const auto number =
        static_cast<std::uint32_t>(std::min<std::int64_t>(took.count(), UINT32_MAX));
    const auto& authority = decision.backend->authority;
    const auto turn = said.take_turn(text_number("slow " + authority), number, between_lines);
    if (!turn.mine)
        return;
    std::ostringstream others;
    if (turn.count > 1)
        others << ". Since the last such line " << turn.count << " responses were as slow, the "
               << "slowest took " << in_seconds(milliseconds(turn.most)) << " s";
    ap_log_rerror(APLOG_MARK, APLOG_WARNING, 0, r,
                  V6LOGNO(0270) "%s is slow: %s %s waited %.1f s for the first byte, more than "
                                "%.1f s%s. If that is usual on this route, set response= to more "
                                "than twice of it (logged once a minute for each backend)",
                  at_backend(decision, ended).c_str(), r->method, r->uri, in_seconds(took),
                  in_seconds(late), others.str().c_str());
}

} // namespace v6front
