// SPDX-License-Identifier: Apache-2.0
//
// TLS sessions of one site that the next connection resumes: no certificate is sent and checked
// again, which is most of a handshake's cost. A few for each address; none after a certificate of
// its chain has expired.
//
// Life: part of a tls_peer, in each child process its own. For any thread.
#pragma once

#include "net/loop/asio.hpp"

#include <ctime>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

struct ssl_session_st;

namespace v6front
{

class kept_sessions
{
public:
    struct free_session {
        void operator()(ssl_session_st* session) const noexcept;
    };
    struct kept {
        std::unique_ptr<ssl_session_st, free_session> session;
        std::time_t valid_until = 0; // the first end of a certificate
    };

    void keep(const endpoint& at, kept session);
    // The newest. The last one stays here, too: a site may be asked for it more than once.
    kept take(const endpoint& at);

private:
    static constexpr std::size_t max_of_address = 4;
    static constexpr std::size_t max_addresses = 64;
    std::mutex mutex_; // for all that follows
    std::map<endpoint, std::vector<kept>> by_address_;
};

} // namespace v6front
