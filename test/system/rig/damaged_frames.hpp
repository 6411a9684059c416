// SPDX-License-Identifier: Apache-2.0
//
// Requests in frames of HTTP/2 that follow from a seed: each has a path of its own, and what it is
// made of is odd, but good; a damaged one is then spoilt somewhere, which not all damage does.
#pragma once

#include "framed_requests.hpp"

#include <cstddef>
#include <initializer_list>
#include <random>
#include <string>

namespace v6front
{

class damaged_frames
{
public:
    explicit damaged_frames(unsigned seed) : random_(seed) {}
    framed_request good();
    framed_request damaged();
    std::size_t below(std::size_t n) { return random_() % n; }

private:
    const char* one_of(std::initializer_list<const char*> words)
    {
        return words.begin()[below(words.size())];
    }
    field_list request_line();
    void add_fields(field_list& fields);
    void add_body(framed_request& r);
    void end(framed_request& r);
    void damage(framed_request& r);
    void damage_text(field_list& fields);
    void damage_line(field_list& fields);
    void damage_fields(field_list& fields);
    void damage_order(field_list& fields);
    void damage_frames(framed_request& r);
    void damage_end(framed_request& r);

    std::mt19937 random_;
    unsigned number_ = 0;
};

} // namespace v6front
