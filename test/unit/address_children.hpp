// SPDX-License-Identifier: Apache-2.0
//
// Child processes that share what they know of addresses, as far as a test needs them.
#pragma once

#include "mod_v6front/net/backends/address_book.hpp"

#include "loopback.hpp"

#include <mutex>
#include <string>
#include <vector>

namespace v6front::test
{

inline const failure refusal{reason::connect_refused, asio::error::connection_refused, {}};
inline const backend_url site{"www.example.org", 80, "/"};

inline backend make_site(check_number responses = of_responses)
{
    name_numbers numbers;
    auto made = make_backend(site, numbers);
    made.responses = responses;
    return made;
}
inline const backend www = make_site();

inline endpoint at(unsigned last, std::uint16_t port = 80)
{
    return {asio::ip::address_v4(0xc0000200u + last), port};
}

// Memory as all children share it; each book is a child's.
struct shared_memory {
    explicit shared_memory(std::size_t n = 64) : records(n) {}
    std::vector<address_record> records;
};

struct child {
    explicit child(shared_memory& m)
        : book(m.records, [this](const address_change& c) {
              const std::lock_guard lock(mutex);
              told.push_back((c.now == address_change::verdict::out ? "out " : "back ") +
                             c.address.address().to_string() + (c.by_check ? " check" : ""));
          })
    {
    }
    endpoint_list arrange(endpoint_list all, check_number check = 0,
                          std::optional<endpoint> avoid = {})
    {
        auto of = make_site();
        of.check = check;
        book.arrange(all, of, avoid);
        return all;
    }
    // With spread=client.
    endpoint_list arrange_for(std::uint64_t client, endpoint_list all,
                              std::optional<endpoint> avoid = {})
    {
        book.arrange(all, www, avoid, client);
        return all;
    }
    std::size_t said()
    {
        const std::lock_guard lock(mutex);
        return told.size();
    }
    std::mutex mutex;
    std::vector<std::string> told;
    address_book book;
};

} // namespace v6front::test
