// SPDX-License-Identifier: Apache-2.0
//
// Requests as RFC 9112 writes them and in no other form: no bare LF, no folded line, no second way
// to say a length. Written apart from the module's parser and from message_reader, which is lenient
// on purpose; what this accepts, every reader understands in the same way.
#pragma once

#include "tunnel_site.hpp"

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace v6front
{

struct strict_request {
    std::string method;
    std::string target;
    std::string version; // "1.0" or "1.1"
    std::vector<std::pair<std::string, std::string>> fields;
    std::string body;
    std::vector<std::pair<std::string, std::string>> trailers;

    std::string value(std::string_view name) const; // of the first, or empty
};

struct strict_reading {
    std::vector<strict_request> requests; // complete ones
    std::size_t taken = 0;                // octets of these
    std::optional<strict_request> begun;  // behind these, with a whole head, but not with its body
    std::string fault;                    // why what follows is none; empty if only more is missing
};

// How a front has to send them; what RFC 9112 allows a server to take as well: empty lines before a
// request (2.2), chunk extensions (7.1.1), trailers that say nothing to it (RFC 9110 6.5.1); and
// with the folded lines (5.2) that it may refuse.
enum class reading_of { front, client, client_that_folds };
strict_reading read_strictly(std::string_view bytes, reading_of whom);

// A site that answers each such request with its target, and reads on; at anything else it notes
// why, and closes. Who expects 100 gets it once the head is there.
class strict_site
{
public:
    strict_site();
    std::string url() const { return site_.url(); }
    std::vector<strict_request> requests() const;
    std::vector<strict_request> begun() const; // and broken off
    std::vector<std::string> faults() const;
    void forget();
    bool has_ended() const { return site_.wait_for_open_connections(0); } // waits for it

private:
    void serve(site_connection& peer);

    mutable std::mutex mutex_;
    std::vector<strict_request> requests_;
    std::vector<strict_request> begun_;
    std::vector<std::string> faults_;
    tunnel_site site_; // last: its threads use the others
};

} // namespace v6front
