// SPDX-License-Identifier: Apache-2.0
//
// How a borrowed thread waits for its client. Writing blocks the thread, and may: nobody else is on
// it. Reading does not, since the backend may answer in the meantime; and while the backend thinks,
// the thread looks now and then whether the client is still there. Lives as long as the exchange,
// and has the engine for it.
#pragma once

#include "net/engine/engine.hpp"
#include "httpd/base/apache.hpp"
#include "httpd/process/borrowed_engines.hpp"
#include "client_waits.hpp"
#include "client_descriptor.hpp"

#include <optional>

namespace v6front
{

class borrowed_waits final : public client_waits
{
public:
    borrowed_waits(conn_rec* c, borrowed_engines& from);

    engine& get_engine() noexcept { return **loan_; }
    // The exchange is over, and nothing waits here again. What the client hears after this comes
    // later than the engine's return: its next request, on another thread, finds the connection
    // that this one has used.
    void return_engine();

    bool may_block() const override { return true; }
    task<apr_status_t> more_input(input_patience how_long) override;
    task<bool> is_end_meant() override;
    void watch(std::function<void()> gone) override;
    bool is_gone() const override { return gone_; }
    void push() override {}
    void push_tunnel() override;
    task<apr_status_t> writable(apr_interval_time_t) override { co_return APR_SUCCESS; }
    task<apr_status_t> tunnel_input() override { return descriptor_of_client().input(); }
    task<apr_status_t> tunnel_output() override { return descriptor_of_client().output(); }

private:
    client_descriptor& descriptor_of_client()
    {
        return descriptor_ ? *descriptor_ : descriptor_.emplace(connection_, get_engine());
    }
    deadline::clock::duration limit_of_stream(deadline::clock::duration otherwise) const;
    bool has_left() const;
    void look();

    conn_rec* connection_;
    std::optional<borrowed_engines::loan> loan_;
    std::optional<client_descriptor> descriptor_; // only where something has to be waited for
    deadline::clock::time_point last_input_{};
    std::function<void()> on_departure_;
    deadline next_look_;
    bool gone_ = false;
};

} // namespace v6front
