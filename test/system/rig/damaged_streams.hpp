// SPDX-License-Identifier: Apache-2.0
//
// Streams of one to three requests, most of them damaged somewhere, that follow from a seed.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <random>
#include <string>

namespace v6front
{

class damaged_streams
{
public:
    explicit damaged_streams(unsigned seed) : random_(seed) {}
    std::string next();

private:
    std::size_t below(std::size_t n) { return random_() % n; }
    const char* one_of(std::initializer_list<const char*> words)
    {
        return words.begin()[below(words.size())];
    }
    std::string request();
    std::string field();
    std::string body();
    std::string chunks(const std::string& text);
    void damage(std::string& bytes);

    std::mt19937 random_;
    unsigned number_ = 0;
};

} // namespace v6front
