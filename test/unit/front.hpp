// SPDX-License-Identifier: Apache-2.0
//
// An engine, a site for it and the order that both need: one exchange, made and judged.
#pragma once

#include "mod_v6front/net/exchange/exchange.hpp"

#include "fake_client.hpp"
#include "scripted_site.hpp"

#include <deque>

namespace v6front::test
{

inline const via_name own_via("v6front-test");

// A site's answer.
inline const std::string whole_answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

struct front {

    exchange_order order(std::string_view method)
    {
        if (sends_chunks)
            fields.push_back({"Transfer-Encoding", "chunked"});
        exchange_order o;
        o.request = {method, "/x", "front.example", "http", "1.1", "192.0.2.1", "front", fields};
        o.backend = &made.emplace_back(make_backend(backend, numbers, pinned, pinned_names));
        o.rules = rules;
        o.reverse = &reverse;
        o.services = &services;
        o.request.expects_continue = expects_continue;
        return o;
    }
    task<outcome> exchange(fake_client& peer, std::string_view method)
    {
        return start(*this, peer, method);
    }
    outcome run(fake_client& peer, std::string_view method = "GET")
    {
        return finish(engine_.context(), exchange(peer, method));
    }
    fake_client make_client() { return fake_client(engine_.get_executor()); }
    // The front has closed the connection of that visit.
    bool has_left(std::size_t visit)
    {
        return until(engine_.context(), [&] { return site.visits() > visit && site[visit].left; });
    }
    std::size_t idle() { return engine_.idle_connections().idle(); }

    resolver names{look_up_ipv4};
    engine engine_{names};
    scripted_site site{engine_.context()};
    backend_url backend{"127.0.0.1", site.port(), "/"};
    std::vector<asio::ip::address_v4> pinned;
    std::vector<std::string> pinned_names;
    name_numbers numbers;
    std::deque<v6front::backend> made;
    field_list fields;
    exchange_rules rules;
    own_listeners own;
    exchange_services services{own_via, &own};
    reverse_map reverse{{"http", "front.example"}, true, backend};
    bool sends_chunks = false;
    bool expects_continue = false;

private:
    static task<outcome> start(front& f, fake_client& peer, std::string_view method)
    {
        const auto o = f.order(method);
        const auto happened = co_await run_exchange(f.engine_, peer, o);
        co_return happened;
    }
};

// "" if nothing failed.
inline std::string failed(const outcome& o)
{
    return o.failed ? std::string(describe(o.failed->reason).words) : std::string();
}
inline std::string words(reason reason)
{
    return std::string(describe(reason).words);
}

} // namespace v6front::test
