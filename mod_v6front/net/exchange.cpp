// SPDX-License-Identifier: Apache-2.0

#include "exchange.hpp"

#include "core/repeat.hpp"
#include "connect.hpp"
#include "response_reader.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>
#include <charconv>
#include <string>
#include <variant>
#include <vector>

namespace v6front
{

namespace
{

using clock = std::chrono::steady_clock;

std::chrono::microseconds since(clock::time_point start)
{
    return std::chrono::duration_cast<std::chrono::microseconds>(clock::now() - start);
}

// The client's body on its way up, so far. Outlives an interruption by an interim response.
struct upload {
    framing how;
    bool done = false;
    bool taken = false; // any byte of it has left the client, and is gone
    bool last_taken = false;
    std::string_view piece{}; // taken, not yet sent
    std::string chunk{};      // what piece refers to when it is sent chunked
    std::optional<failure> failed{};
};

// One try of the exchange on one backend connection. The steps are named in run_exchange.
class attempt
{
public:
    attempt(engine& on, client& peer, const exchange_order& order, outcome& record)
        : engine_(on), client_(peer), order_(order), record_(record)
    {
    }

    // Leaves what happened in the record; true if the attempt may be made again.
    task<bool> run(const framing& body, attempt_progress& progress);

private:
    task<result<std::vector<endpoint>>> addresses();
    task<result<lease>> obtain(attempt_progress& progress);
    task<std::optional<failure>> send_head(lease& backend, const framing& body,
                                           attempt_progress& progress);
    task<std::optional<failure>> send_body(lease& backend, upload& up);
    task<result<response_head*>> send_and_await(lease& backend, upload& up,
                                                response_reader& response);
    task<std::optional<failure>> answer(response_reader& response, response_head& head);

    engine& engine_;
    client& client_;
    const exchange_order& order_;
    outcome& record_;
};

// The backend's IPv4 addresses that are not this front's own.
task<result<std::vector<endpoint>>> attempt::addresses()
{
    std::vector<endpoint> found;
    const auto port = order_.backend->port;
    if (!order_.pinned.empty()) {
        for (const auto& a : order_.pinned)
            found.emplace_back(a, port);
    } else if (const auto literal = parse_ipv4(order_.backend->host)) {
        found.emplace_back(asio::ip::address_v4(*literal), port);
    } else {
        const auto names =
            co_await engine_.names().resolve(order_.backend->host, order_.rules.connect_timeout);
        if (!names)
            co_return names.error();
        for (const auto& a : **names)
            found.emplace_back(a, port);
    }
    if (order_.own)
        std::erase_if(found, [this](const endpoint& e) { return order_.own->accepts(e); });
    if (found.empty())
        co_return failure{reason::would_loop, {}, order_.backend->authority()};
    co_return found;
}

task<result<lease>> attempt::obtain(attempt_progress& progress)
{
    const auto candidates = co_await addresses();
    if (!candidates)
        co_return candidates.error();
    auto& idle = engine_.idle_connections();
    // After a failed attempt only a fresh connection will do.
    if (progress.attempts == 1) {
        for (const auto& candidate : *candidates) {
            if (auto connection = idle.take(candidate)) {
                progress.pooled = true;
                record_.address = connection->peer();
                co_return lease(idle, std::move(connection));
            }
        }
    }
    progress.pooled = false;
    record_.address = candidates->front();
    auto connected = co_await connect_to_backend(engine_.context(), engine_.deadlines(),
                                                 *candidates, order_.rules.connect_timeout);
    if (!connected)
        co_return connected.error();
    record_.address = (*connected)->peer();
    co_return lease(idle, std::move(*connected));
}

failure send_failure(const io_result& sent)
{
    if (sent.error == asio::error::timed_out)
        return {reason::send_timed_out, {}, {}};
    return {reason::send_failed, sent.error, {}};
}

task<std::optional<failure>> attempt::send_head(lease& backend, const framing& body,
                                                attempt_progress& progress)
{
    auto& head = backend->scratch();
    head.clear();
    const auto authority = order_.backend->authority();
    const request_edits edits{authority, order_.rules.preserve_host, order_.via};
    append_request_head(head, order_.request, body, edits);
    auto sent = backend->write_now(head);
    if (!sent.error && sent.size < head.size()) {
        progress.head_sent = sent.size > 0;
        sent = co_await backend->write(std::string_view(head).substr(sent.size),
                                       order_.rules.idle_timeout);
    }
    progress.head_sent = progress.head_sent || sent.size > 0;
    if (sent.error)
        co_return send_failure(sent);
    co_return std::nullopt;
}

// RFC 9112 7.1; the last chunk follows the last piece.
std::string_view as_chunk(std::string_view bytes, bool last, std::string& out)
{
    out.clear();
    if (!bytes.empty()) {
        char size[16];
        out.append(size, std::to_chars(size, size + sizeof size, bytes.size(), 16).ptr);
        out.append("\r\n").append(bytes).append("\r\n");
    }
    if (last)
        out.append("0\r\n\r\n");
    return out;
}

// Ends when all of the body is sent, or with a failure. Where it was cancelled, a later call goes
// on.
task<std::optional<failure>> attempt::send_body(lease& backend, upload& up)
{
    while (!up.done) {
        if (up.piece.empty() && !up.last_taken) {
            const auto next = co_await client_.read_body();
            if (!next)
                co_return next.error();
            up.taken = up.taken || !next->bytes.empty();
            up.last_taken = next->last;
            record_.request_body += next->bytes.size();
            up.piece = up.how.kind == framing_kind::chunked
                           ? as_chunk(next->bytes, next->last, up.chunk)
                           : next->bytes;
        }
        const auto sent = co_await backend->write_some(up.piece, order_.rules.idle_timeout);
        up.piece.remove_prefix(sent.size);
        if (sent.error)
            co_return send_failure(sent);
        up.done = up.last_taken && up.piece.empty();
    }
    co_return std::nullopt;
}

// Sends the body and awaits the final head at the same time: a backend may answer early, and then
// no more is sent. When writing fails, reading is still tried: the backend may have said why it
// closed.
task<result<response_head*>> attempt::send_and_await(lease& backend, upload& up,
                                                     response_reader& response)
{
    using namespace asio::experimental::awaitable_operators;
    for (;;) {
        // Two heads may have come at once, and the second would not make itself felt any more.
        if (!up.done && !up.failed && !response.has_head_at_hand()) {
            auto first = co_await (send_body(backend, up) ||
                                   backend->readable(backend_connection::no_limit));
            if (first.index() == 0)
                up.failed = std::get<0>(std::move(first));
            if (up.failed && describe(up.failed->what).whose == fault::client)
                co_return *up.failed;
        }
        // A backend that neither reads nor answers gets no second wait.
        if (up.failed && up.failed->what == reason::send_timed_out)
            co_return *up.failed;
        // Nobody is left to answer when the client goes now, so the backend is spared the work.
        if (up.done)
            client_.watch_for_departure([&backend] { backend->close(); });
        auto head = co_await response.read_head(order_.rules.response_timeout);
        client_.watch_for_departure(nullptr);
        if (!head && client_.has_departed())
            co_return failure{reason::client_gone, {}, "while the backend was thinking"};
        if (!head && up.failed && !response.saw_bytes())
            co_return *up.failed;
        if (!head || (*head)->status >= 200)
            co_return head;
        if ((*head)->status == 101)
            co_return failure{reason::bad_response, {}, "101 without an Upgrade asked for"};
        // The client's own 100 has been sent when its body was first read.
        if ((*head)->status != 100)
            client_.send_interim(**head);
    }
}

task<std::optional<failure>> attempt::answer(response_reader& response, response_head& head)
{
    edit_response_head(head, *order_.reverse, order_.via);
    record_.status = head.status;
    record_.head_sent = true;
    client_.send_head(head);
    bool held_back = true; // something was handed down that may not have left yet
    while (!response.is_complete()) {
        // Before waiting for the backend, the client gets all there is (RFC 9110 7.6: no needless
        // delay).
        if (held_back && !response.has_more_at_hand()) {
            const auto sent = client_.send_body(0, client::flow::pause);
            if (!sent)
                co_return sent.error();
            held_back = false;
        }
        const auto space = client_.body_space();
        const auto n = co_await response.read_body(space, order_.rules.idle_timeout);
        if (!n)
            co_return n.error();
        record_.response_body += *n;
        const auto sent = client_.send_body(*n, client::flow::more);
        if (!sent)
            co_return sent.error();
        held_back = true;
        if (client_.is_behind()) {
            const auto ok = co_await client_.caught_up();
            if (!ok)
                co_return ok.error();
        }
    }
    co_return std::nullopt;
}

task<bool> attempt::run(const framing& body, attempt_progress& progress)
{
    const auto failed = [this](const failure& f) {
        record_.failed = f;
        if (!record_.head_sent)
            record_.status = describe(f.what).status;
    };
    const auto may_try_again = [&](const failure& f) {
        failed(f);
        return may_repeat(f.what, order_.request.method, progress);
    };
    record_.failed.reset();
    record_.attempts = progress.attempts;
    const auto start = clock::now();

    // 3. Obtain a lease.
    auto obtained = co_await obtain(progress);
    record_.pooled = progress.pooled;
    record_.connect_time = since(start);
    if (!obtained)
        co_return may_try_again(obtained.error());
    lease& backend = *obtained;

    // 4. Send the head, then the body, while the response may already come.
    upload up{.how = body, .done = body.kind == framing_kind::none};
    up.failed = co_await send_head(backend, body, progress);
    response_reader response(*backend, order_.request.method == "HEAD");
    const auto head = co_await send_and_await(backend, up, response);
    record_.response_time = since(start) - record_.connect_time;
    progress.body_taken = up.taken;
    progress.response_seen = response.saw_bytes();

    // 5. Judge a failed attempt.
    if (!head)
        co_return may_try_again(head.error());

    // 6. Answer.
    const auto broken = co_await answer(response, **head);
    if (broken) {
        failed(*broken);
        co_return false;
    }

    // 7. Close out: the lease goes back if nothing is left over on the connection.
    if (up.done && response.may_reuse())
        backend.give_back();
    co_return false;
}

} // namespace

task<outcome> run_exchange(engine& on, client& peer, const exchange_order& order)
{
    outcome record;
    const auto refuse = [&record](failure f) {
        record.status = describe(f.what).status;
        record.failed = std::move(f);
        return record;
    };

    // 1. Frame: how is the client's body delimited? What is ambiguous never reaches a backend.
    auto body = request_framing(order.request.fields);
    if (!body)
        co_return refuse(body.error());
    if (body->kind == framing_kind::none && order.body_unframed)
        body->kind = framing_kind::chunked;

    // 2. Edit: the head itself is written by each attempt; here, what would make it pointless.
    if (via_contains(order.request.fields, order.via))
        co_return refuse({reason::request_loop, {}, std::string(order.via)});

    attempt_progress progress;
    attempt one_try(on, peer, order, record);
    for (;;) {
        const bool again = co_await one_try.run(*body, progress);
        if (!again)
            co_return record;
        progress = {.attempts = progress.attempts + 1};
    }
}

} // namespace v6front
