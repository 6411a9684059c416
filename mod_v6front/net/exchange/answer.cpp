// SPDX-License-Identifier: Apache-2.0

#include "answer.hpp"

#include "core/edits/response_edits.hpp"
#include "set_aside.hpp"

namespace v6front
{

namespace
{

void send_head(client& peer, response_head& head, const exchange_order& order, bool trailers)
{
    const auto* via = order.rules.via ? &order.services->via : nullptr;
    edit_response_head(head, *order.reverse, via, trailers);
    if (order.cookies)
        edit_cookies(head, *order.cookies);
    peer.send_head(head);
}

} // namespace

task<std::optional<failure>> answer(client& peer, const exchange_order& order, upload& up,
                                    backend_connection& backend, response_reader& response,
                                    response_head& head, const closing_list::entry& limit,
                                    outcome& record)
{
    if (order.rules.error_override.contains(head.status)) {
        co_await set_aside(response, head, order.rules, record);
        co_return std::nullopt;
    }
    // As long as nothing has gone down, a body that is bad from its start is an error like others.
    auto wrong = response.look_ahead();
    if (wrong)
        co_return wrong;
    const bool trailers = response.is_chunked() && peer.takes_trailers();
    record.status = head.status;
    record.head_sent = true;
    send_head(peer, head, order, trailers);
    const body_room space = [&peer](std::size_t most) { return peer.body_space(most); };
    bool held_back = true; // something was handed down that may not have left yet
    while (!response.is_complete()) {
        // The client gets all there is before the backend is waited for (RFC 9110 7.6).
        if (held_back && !response.has_more_at_hand()) {
            const auto sent = peer.send_body(0, client::flow::pause);
            if (!sent)
                co_return sent.error();
            held_back = false;
        }
        // An event stream may say nothing for hours; a client that goes meanwhile ends it.
        const bool watched = !held_back && up.is_done();
        if (watched)
            peer.watch_for_departure([&backend] { backend.close(); });
        const auto n = co_await response.read_body(space, order.rules.idle_timeout);
        if (watched)
            peer.watch_for_departure(nullptr);
        if (!n && watched && peer.has_departed())
            co_return failure{reason::client_gone, {}, "while the backend was sending"};
        if (!n)
            co_return n.error();
        if (limit.is_due())
            co_return failure{reason::stopping, {}, {}};
        record.response_body += *n;
        const auto sent = peer.send_body(*n, client::flow::more);
        if (!sent)
            co_return sent.error();
        held_back = true;
        if (peer.is_behind()) {
            const auto ok = co_await peer.caught_up();
            if (!ok)
                co_return ok.error();
        }
    }
    if (trailers && !response.trailers().empty())
        peer.send_trailers(response.trailers());
    co_return std::nullopt;
}

} // namespace v6front
