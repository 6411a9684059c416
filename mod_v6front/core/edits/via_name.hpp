// SPDX-License-Identifier: Apache-2.0
//
// This front's pseudonym in Via (RFC 9110 7.6.3), and its element of the list for either version of
// HTTP/1. Made once in each child; heads of responses refer to it.
#pragma once

#include <string>
#include <string_view>

namespace v6front
{

class via_name
{
public:
    // For example "v6front-5f3c...".
    explicit via_name(std::string_view pseudonym)
        : of_1_0_("1.0 " + std::string(pseudonym)), of_1_1_("1.1 " + std::string(pseudonym))
    {
    }
    std::string_view pseudonym() const noexcept { return std::string_view(of_1_1_).substr(4); }
    // For a message of that version, 10 or 11.
    std::string_view element(int received_protocol) const noexcept
    {
        return received_protocol == 10 ? of_1_0_ : of_1_1_;
    }

private:
    std::string of_1_0_, of_1_1_;
};

} // namespace v6front
