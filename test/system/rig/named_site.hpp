// SPDX-License-Identifier: Apache-2.0
//
// A site that gets a PROXY header of version 1 before the requests of a connection, which no HTTP
// server of ours takes: it keeps what came, by connection, and answers each request with "ok", and
// with its own address in the field Answers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace v6front
{

class named_site
{
public:
    // It promises to keep connections for long, as a POST may be late on a slow machine; but after
    // so many requests of a connection, the next one is read, and the connection closed
    // without a word: what an idle connection does that its site gives up.
    explicit named_site(std::size_t answers = 1000000, std::uint16_t port = 0,
                        const std::string& address = "127.0.0.1");
    ~named_site();
    named_site(const named_site&) = delete;
    named_site& operator=(const named_site&) = delete;

    std::uint16_t port() const;
    std::string url() const { return "http://127.0.0.1:" + std::to_string(port()) + "/"; }
    // All octets of each connection so far, in the order in which they were accepted.
    std::vector<std::string> received() const;
    // Of each connection, the line that came first.
    std::vector<std::string> first_lines() const;
    std::size_t connections() const { return received().size(); }
    bool wait_for_open_connections(std::size_t count) const;
    std::size_t open_connections() const;
    std::size_t requests() const; // all that were answered

    // From now on: refuses connections, and serves those that it has.
    void refuse();
    // Answers with 503 instead of "ok".
    void fail(bool fails = true);
    // Ends its side of all that are open, and waits for the other side's end.
    void end_sending();

private:
    struct server;
    std::unique_ptr<server> server_;
};

} // namespace v6front
