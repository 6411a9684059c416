// SPDX-License-Identifier: Apache-2.0

#include "send_and_await.hpp"

#include "net/loop/beside.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <optional>

namespace v6front
{

namespace
{

// How long the backend may think about "Expect: 100-continue" before the client is told to
// continue: long enough for a refusal that saves an upload, short for backends that ignore it (RFC
// 9110 10.1.1).
constexpr std::chrono::milliseconds patience_with_expect{250};

// A borrowed thread waits this long by itself, which costs less than a turn of its engine's loop;
// a client that leaves is not noticed before.
constexpr std::chrono::milliseconds quick_response{20};

// A backend that sends interim responses for ever would hold the exchange for ever; one that means
// it sends a few (RFC 9110 15.2 names no number).
constexpr unsigned max_interim_responses = 100;

// A site that closes while it is sent a request may have said why before. One that neither reads
// nor answers gets no second wait, and one that is still there has not got the request.
bool may_be_answered(const failure& unsent)
{
    if (unsent.reason == reason::send_timed_out)
        return false;
    const bool is_of_kernel = unsent.cause.category() == asio::error::get_system_category();
    return !is_of_kernel || unsent.cause == asio::error::connection_reset ||
           unsent.cause == asio::error::broken_pipe;
}

// A body that httpd has answered itself, which is so for whatever ended in the same turn of the
// loop. Any other failure may be that the sending was cancelled.
bool is_refused(const std::optional<std::optional<failure>>& sent)
{
    return sent && *sent &&
           ((*sent)->reason == reason::client_body_malformed ||
            (*sent)->reason == reason::client_body_too_large);
}

} // namespace

task<result<response_head*>> send_and_await(engine& engine, client& peer,
                                            const exchange_order& order, upload& up,
                                            backend_connection& backend,
                                            std::optional<failure> unsent,
                                            response_reader& response, thinking_time& thinking)
{
    bool awaits_word = order.request.expects_continue;
    unsigned interim_responses = 0;
    for (;;) {
        if (!awaits_word)
            peer.invite_body();
        // Two heads may have come at once, and the second would trigger no other read event.
        if (!up.is_done() && !unsent && !response.has_head_at_hand()) {
            const auto patience = awaits_word ? patience_with_expect : backend_connection::no_limit;
            std::optional<std::optional<failure>> sent;
            std::optional<error_code> read;
            auto sending = result_of(up.send(backend, order.rules.idle_timeout), sent);
            auto reading = result_of(backend.readable(patience), read);
            const auto first = co_await run_beside(engine.get_executor(), beside::until_one_ends,
                                                   std::move(sending), std::move(reading));
            if (first == 0 || is_refused(sent))
                unsent = std::move(*sent);
            else if (awaits_word && *read == asio::error::timed_out) {
                awaits_word = false;
                continue;
            }
            if (unsent && describe(unsent->reason).whose == fault::client)
                co_return *unsent;
        }
        if (unsent && !may_be_answered(*unsent))
            co_return *unsent;
        // Nobody is left to answer when the client goes now, so the backend is spared the work.
        if (up.is_done())
            peer.watch_for_departure([&backend] { backend.close(); });
        const auto asked = deadline::clock::now();
        if (engine.is_lent() && up.is_done())
            backend.wait_here(std::min(quick_response, thinking.left(true)));
        auto head = co_await response.read_head(thinking.left(up.is_done()));
        peer.watch_for_departure(nullptr);
        thinking.has_passed(deadline::clock::now() - asked, head ? (*head)->status : 0);
        if (!head && peer.has_departed())
            co_return failure{reason::client_gone, {}, "while waiting for the response"};
        if (!head && unsent && !response.saw_bytes())
            co_return *unsent;
        if (!head || (*head)->status >= 200 || (*head)->status == 101)
            co_return head;
        if (++interim_responses > max_interim_responses)
            co_return failure{reason::endless_interim, {}, {}};
        awaits_word = awaits_word && (*head)->status != 100;
        // A client's 100 depends on whether it waits for one.
        if ((*head)->status != 100)
            peer.send_interim(**head);
        if (order.follower)
            order.follower->has_interim((*head)->status);
    }
}

} // namespace v6front
