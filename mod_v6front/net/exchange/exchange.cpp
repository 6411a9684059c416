// SPDX-License-Identifier: Apache-2.0

#include "exchange.hpp"

#include "core/message/connection_auth.hpp"
#include "core/message/framing.hpp"
#include "net/engine/call_for_room.hpp"
#include "net/loop/at_once.hpp"
#include "answer.hpp"
#include "backend_addresses.hpp"
#include "counted_attempt.hpp"
#include "leave_http.hpp"
#include "obtain.hpp"
#include "response_reader.hpp"
#include "send_and_await.hpp"
#include "upload.hpp"

#include <algorithm>
#include <string>

namespace v6front
{

namespace
{

using clock = std::chrono::steady_clock;

std::chrono::microseconds since(clock::time_point start)
{
    return std::chrono::duration_cast<std::chrono::microseconds>(clock::now() - start);
}

// One try of the exchange on one backend connection. The steps are named in run_exchange.
class attempt
{
public:
    attempt(engine& engine, client& peer, const exchange_order& order, upload& up, outcome& record)
        : engine_(engine), client_(peer), order_(order), up_(up), record_(record)
    {
    }

    // Leaves what happened in the record; true if the attempt may be made again.
    task<bool> run(attempt_progress& progress);

private:
    task<result<lease>> obtain(attempt_progress& progress);
    at_once<std::optional<failure>> send_head(lease& backend, attempt_progress& progress);
    task<std::optional<failure>> send_rest_of_head(lease& backend, attempt_progress& progress,
                                                   std::size_t from);
    void note_how_far(attempt_progress& progress, const response_reader& response,
                      const thinking_time& thinking);
    bool was_stale(attempt_progress& progress, std::string_view input, int status);
    std::optional<bool> judge(attempt_progress& progress, lease& backend,
                              const result<response_head*>& head, const closing_list::entry& limit);
    void tell_others(const attempt_progress& progress, const backend_connection& backend,
                     const std::optional<failure>& wrong);
    task<void> leave(lease& backend, response_head& head);
    at_once<void> close_out(lease& backend, response_reader& response, const response_head& head);
    task<void> send_rest_and_close_out(lease& backend, response_reader& response,
                                       const response_head& head);
    void give_back(lease& backend, const response_reader& response, const response_head& head);
    void failed(const failure& why);
    bool may_try_again(const failure& why, const attempt_progress& progress);

    engine& engine_;
    client& client_;
    const exchange_order& order_;
    upload& up_;
    outcome& record_;
    std::optional<call_for_room> call_; // while a new connection has brought nothing yet
};

task<result<lease>> attempt::obtain(attempt_progress& progress)
{
    record_.local.reset();
    auto candidates = co_await backend_addresses(engine_, order_);
    if (!candidates) {
        count_unreached(order_, candidates.error());
        co_return candidates.error();
    }
    // After a failed attempt only a fresh connection will do, elsewhere if there is an elsewhere.
    const bool again = progress.attempts > 1;
    // A request that cannot be repeated must not meet a connection that its backend closes at this
    // very moment: one that was idle for much less than the backend keeps them, or a new one.
    const bool must_last = !is_idempotent(order_.request.method) || !up_.is_replayable();
    const lease_wish wish{engine_, order_, *candidates, must_last};
    progress.elsewhere = candidates->size() > 1;
    const bool may_be_idle = !again && order_.rules.reuse;
    // A client that has logged in on a connection of its own keeps it, and stays at its address.
    auto personal = may_be_idle ? login_lease(wish) : std::nullopt;
    if (personal) {
        record_.address = (*personal)->peer();
        progress.pooled = true;
        co_return std::move(*personal);
    }
    choose(wish, again ? record_.address : std::nullopt);
    if (order_.follower)
        order_.follower->has_addresses(*candidates);
    record_.address = candidates->front();
    if (may_be_idle) {
        auto idle = idle_lease(wish);
        progress.pooled = idle.has_value();
        if (idle && wish.is_uncertain())
            progress.pooled = co_await stays_open(wish, *idle);
        if (progress.pooled)
            co_return std::move(*idle);
    }
    call_.emplace(engine_, candidates->front());
    auto made = co_await new_lease(wish);
    record_.address = made ? (*made)->peer() : candidates->front();
    co_return made;
}

at_once<std::optional<failure>> attempt::send_head(lease& backend, attempt_progress& progress)
{
    auto& head = backend->scratch();
    head.clear();
    const request_edits edits{order_.backend->authority, order_.rules.preserve_host,
                              order_.services->via.pseudonym(), order_.rules.reuse};
    append_request_head(head, order_.request, up_.how(), edits);
    if (!order_.request.expects_continue)
        if (auto failed = up_.take_at_hand())
            return failed;
    const auto sent = backend->write_now(head, up_.at_hand());
    up_.note_sent(sent.size - std::min(sent.size, head.size()));
    progress.head_sent = sent.size > 0;
    if (sent.error)
        return std::optional(send_failure(sent));
    if (sent.size < head.size())
        return send_rest_of_head(backend, progress, sent.size);
    return std::optional<failure>();
}

task<std::optional<failure>> attempt::send_rest_of_head(lease& backend, attempt_progress& progress,
                                                        std::size_t from)
{
    const auto rest = std::string_view(backend->scratch()).substr(from);
    const auto sent = co_await backend->write(rest, order_.rules.idle_timeout);
    progress.head_sent = progress.head_sent || sent.size > 0;
    if (sent.error)
        co_return send_failure(sent);
    co_return std::nullopt;
}

void attempt::failed(const failure& why)
{
    record_.failed = why;
    if (why.reason == reason::stopping)
        engine_.closing().when()->note_response();
    if (!record_.head_sent)
        record_.status = describe(why.reason).status;
}

// 5. Judge a failed attempt.
bool attempt::may_try_again(const failure& why, const attempt_progress& progress)
{
    failed(why);
    const bool again = may_retry(why.reason, order_.request.method, progress);
    note_failure(order_, record_, again);
    return again;
}

// A backend whose connection was closed for that has done nothing wrong.
failure or_stopping(const failure& why, const closing_list::entry& limit)
{
    return limit.is_due() && describe(why.reason).whose == fault::backend
               ? failure{reason::stopping, {}, {}}
               : why;
}

void attempt::note_how_far(attempt_progress& progress, const response_reader& response,
                           const thinking_time& thinking)
{
    record_.thinking_time = thinking.passed(record_.response_time);
    record_.request_body = up_.taken();
    progress.body_gone = up_.is_gone();
    progress.body_unsent = up_.is_unsent();
    progress.response_seen = response.saw_bytes();
    call_.reset();
}

// What came on a kept connection answers nothing: the request may go out again, as if nothing had
// come.
bool attempt::was_stale(attempt_progress& progress, std::string_view input, int status)
{
    if (!progress.pooled || !is_stale(input, status))
        return false;
    auto unheard = progress;
    unheard.response_seen = false;
    if (may_try_again({reason::no_response, {}, "it sent no usable response"}, unheard))
        return true;
    record_.failed.reset();
    return false;
}

// What this attempt has shown of the connection's site, and of its address.
void attempt::tell_others(const attempt_progress& progress, const backend_connection& backend,
                          const std::optional<failure>& wrong)
{
    if (progress.pooled)
        learn(engine_, backend, wrong, record_.response_time);
    count_answer(order_, progress, backend.peer(), wrong, record_.response_time);
    if (progress.elsewhere)
        remember(order_, backend.peer(), wrong, !progress.pooled && !progress.response_seen);
}

task<void> attempt::leave(lease& backend, response_head& head)
{
    const switched by{head, *backend, up_.is_done()};
    const auto refused = co_await leave_http(engine_, client_, order_, by, record_);
    if (refused)
        failed(*refused);
}

at_once<void> attempt::close_out(lease& backend, response_reader& response,
                                 const response_head& head)
{
    if (!up_.is_done() && order_.rules.reuse && response.may_reuse())
        return send_rest_and_close_out(backend, response, head);
    give_back(backend, response, head);
    return done{};
}

task<void> attempt::send_rest_and_close_out(lease& backend, response_reader& response,
                                            const response_head& head)
{
    co_await up_.send_rest(*backend, engine_.get_executor());
    give_back(backend, response, head);
}

// If nothing is left over on the connection.
void attempt::give_back(lease& backend, const response_reader& response, const response_head& head)
{
    record_.request_body = up_.taken();
    if (order_.rules.reuse && up_.is_done() && response.may_reuse()) {
        backend->promise(head.kept_for);
        backend.give_back(order_.rules.max_idle);
    }
}

// Whether to try again; nothing: there is a response.
std::optional<bool> attempt::judge(attempt_progress& progress, lease& backend,
                                   const result<response_head*>& head,
                                   const closing_list::entry& limit)
{
    if (was_stale(progress, backend->input(), head ? (*head)->status : 0))
        return true;
    const auto wrong = head ? std::nullopt : std::optional(or_stopping(head.error(), limit));
    tell_others(progress, *backend, wrong);
    if (wrong)
        return may_try_again(*wrong, progress);
    note_head(order_, record_, **head);
    if (speaks_of_connection_login((**head).fields))
        note_login(backend, order_);
    return std::nullopt;
}

task<bool> attempt::run(attempt_progress& progress)
{
    record_.failed.reset();
    record_.attempts = progress.attempts;
    const auto start = clock::now();

    // 3. Obtain a lease.
    auto obtained = co_await obtain(progress);
    record_.pooled = progress.pooled;
    record_.connect_time = since(start);
    if (!obtained)
        co_return may_try_again(obtained.error(), progress);
    lease& backend = *obtained;
    note_connection(order_, record_, *backend);
    // A child that stops does not wait for ever.
    std::optional<closing_list::entry> limit(std::in_place, engine_.closing(),
                                             [&backend] { backend->close(); });

    // 4. Send the head, then the body, while the response may already come.
    auto unsent = co_await send_head(backend, progress);
    response_reader response(*backend, order_.request.method == "HEAD", order_.rules.max_head);
    thinking_time thinking(order_.rules.response_timeout);
    const auto head = co_await send_and_await(engine_, client_, order_, up_, *backend,
                                              std::move(unsent), response, thinking);
    record_.response_time = since(start) - record_.connect_time;
    note_how_far(progress, response, thinking);

    // 5. Judge.
    if (const auto again = judge(progress, backend, head, *limit))
        co_return *again;

    // 6. Answer, or leave HTTP.
    if ((*head)->status == 101) {
        limit.reset(); // the tunnel has its own
        co_await leave(backend, **head);
        co_return false;
    }
    const auto broken =
        co_await answer(client_, order_, up_, *backend, response, **head, *limit, record_);
    if (broken) {
        failed(or_stopping(*broken, *limit));
        count_answer(order_, progress, backend->peer(), record_.failed, {});
        co_return false;
    }

    // 7. Close out.
    co_await close_out(backend, response, **head);
    co_return false;
}

} // namespace

task<outcome> run_exchange(engine& engine, client& peer, const exchange_order& order)
{
    outcome record;
    const auto refuse = [&record](failure f) {
        record.status = describe(f.reason).status;
        record.failed = std::move(f);
        return record;
    };

    if (order.unfit)
        co_return refuse(*order.unfit);

    // 1. Frame: how is the client's body delimited? What is ambiguous never reaches a backend.
    auto body = request_framing(order.request.fields);
    if (!body)
        co_return refuse(body.error());
    upload up(peer, *body);

    // 2. Edit: the head itself is written by each attempt; here, what would make it pointless.
    if (has_passed(order.request.fields, order.services->via.pseudonym()))
        co_return refuse({reason::request_loop, {}, std::string(order.services->via.pseudonym())});

    if (body->kind == framing_kind::chunked && order.rules.max_buffered > 0) {
        auto failed = co_await up.buffer(order.rules.max_buffered);
        if (failed)
            co_return refuse(std::move(*failed));
    }

    attempt_progress progress;
    attempt one_try(engine, peer, order, up, record);
    for (;;) {
        const bool again = co_await one_try.run(progress);
        if (!again)
            co_return record;
        progress = {.attempts = progress.attempts + 1};
        up.begin_again();
    }
}

} // namespace v6front
