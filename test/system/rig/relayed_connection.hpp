// SPDX-License-Identifier: Apache-2.0
//
// One connection of a tls_relay: TLS with the front on one side, plain TCP with the site on the
// other. Runs on a thread of its own; a test may look at any time.
#pragma once

#include "tls_relay.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

struct ssl_ctx_st;
struct ssl_st;

namespace v6front
{

class relayed_connection
{
public:
    relayed_connection(std::uint16_t target, std::shared_ptr<ssl_ctx_st> context, int socket,
                       bool says_end, const std::atomic<bool>& stopping);
    ~relayed_connection();
    relayed_connection(const relayed_connection&) = delete;
    relayed_connection& operator=(const relayed_connection&) = delete;

    void run();
    tls_connection seen() const;
    bool is_open() const { return open_; }
    void ask(tls_relay::act what) { asked_ = open_ ? static_cast<int>(what) : none; }
    bool is_asked() const { return open_ && asked_ != none; }
    // No handshake is under way, and the front has read all that it was sent.
    bool is_heard() const;

    // http/1.1 if the client offers it.
    static int choose_protocol(ssl_st* ssl, const unsigned char** chosen, unsigned char* size,
                               const unsigned char* offered, unsigned offered_size, void*);

    std::thread thread;

private:
    struct direction {
        std::string bytes{};
        bool has_ended = false; // nothing more comes in
        bool is_passed = false; // and the other side knows
    };
    static constexpr int none = -1;

    bool shake_hands();
    void note_handshake();
    bool connect();
    bool move_up();
    bool move_down();
    void act_as_asked();
    void note_renegotiation();
    void wait(bool wants_output);
    void relay();

    std::uint16_t target_;
    std::shared_ptr<ssl_ctx_st> context_;
    ssl_st* ssl_;
    int secure_;
    int plain_ = -1;
    bool says_end_;
    const std::atomic<bool>& stopping_;
    std::atomic<bool> open_{true};
    std::atomic<int> asked_{none};
    std::atomic<bool> renegotiates_{false}; // until the last of that handshake has been sent
    bool broken_ = false;
    direction up_;
    direction down_;
    mutable std::mutex mutex_;
    tls_connection seen_; // under the mutex
};

} // namespace v6front
