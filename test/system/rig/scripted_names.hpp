// SPDX-License-Identifier: Apache-2.0
//
// The name server of a private network: what it says of a name, and whether it says anything, may
// change at any time. On a thread of its own. Names that it was not told of do not exist. And what
// tests of names begin with.
#pragma once

#include "scripted_backend.hpp"
#include "ways.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace v6front
{

enum class record_type { a = 1, aaaa = 28 };

struct name_entry {
    std::vector<std::string> a{};
    std::vector<std::string> aaaa{};
    bool silent = false;
    std::chrono::milliseconds delay{};
};

class scripted_names
{
public:
    scripted_names(); // at 127.0.0.1, port 53
    ~scripted_names();
    scripted_names(const scripted_names&) = delete;
    scripted_names& operator=(const scripted_names&) = delete;

    void say(const std::string& name, name_entry entry);
    void forget(const std::string& name); // NXDOMAIN
    void fall_silent(bool silent = true); // whatever is asked

    std::size_t asked(const std::string& name, record_type type) const;

private:
    struct server;
    std::unique_ptr<server> server_;
};

// A server before the site of that name, which it looks up where everybody does.
httpd_options options_for_name(const way& w, const std::string& name, std::uint16_t port);
// A site that says the same to every request.
responder say(const std::string& text);

} // namespace v6front
