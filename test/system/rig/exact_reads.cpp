// SPDX-License-Identifier: Apache-2.0
#include "exact_reads.hpp"

#include "catch.hpp"

namespace v6front
{

std::string read_head(raw_client& client, const std::string& status)
{
    std::string head;
    while (!head.ends_with("\r\n\r\n")) {
        const std::string more = client.read_some(1);
        head += more;
        INFO(head);
        REQUIRE(!more.empty());
    }
    INFO(head);
    REQUIRE(head.starts_with("HTTP/1."));
    REQUIRE(head.substr(8, status.size() + 2) == " " + status + " ");
    return head;
}

std::string read_octets(raw_client& client, std::size_t octets)
{
    std::string got;
    while (got.size() < octets) {
        const std::string more = client.read_some(octets - got.size());
        if (more.empty())
            break;
        got += more;
    }
    return got;
}

} // namespace v6front
