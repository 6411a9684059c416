// SPDX-License-Identifier: Apache-2.0
//
// Tables of the keys that a directive's key=value words may have. A row says which member of the
// directive's record a key sets, and how its value is read; setting a key and the list of keys in a
// message walk the same table.
#pragma once

#include "core/base/ascii.hpp"
#include "setting_values.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace v6front
{

struct key_value {
    std::string_view key;
    std::string_view value;
};

// A word at its first "="; nothing if it has none.
std::optional<key_value> split_key_value(std::string_view word) noexcept;

// Throws setting_error if two of the words of a directive have the same key ("max=1 max=2"). Words
// without "=" do not count.
void check_keys_differ(std::span<const std::string_view> words);

// A row of a table whose keys set a member of an Owner. Keys are case-insensitive.
template <class Owner, class Member> struct key_row {
    std::string_view key;
    Member Owner::*member;
    Member (*parse)(std::string_view key, std::string_view value);
};

template <class... Row, class F> void for_each_row(const std::tuple<Row...>& rows, F&& f)
{
    std::apply([&f](const Row&... row) { (f(row), ...); }, rows);
}

template <class... Row> std::vector<std::string_view> keys_of(const std::tuple<Row...>& rows)
{
    return std::apply([](const Row&... row) { return std::vector{row.key...}; }, rows);
}

// Sets what the word's key says; false if no row has that key. Throws the parser's setting_error,
// and nothing is set then.
template <class Owner, class... Row>
bool set_key(Owner& owner, const key_value& word, const std::tuple<Row...>& rows)
{
    const auto take = [&](const auto& row) {
        if (!iequals(row.key, word.key))
            return false;
        owner.*row.member = row.parse(word.key, word.value);
        return true;
    };
    return std::apply([&take](const Row&... row) { return (take(row) || ...); }, rows);
}

// Throw setting_error: the word has no "=", or a key that is none of these. What is said besides
// is a sentence.
key_value require_key_value(std::string_view word);
[[noreturn]] void refuse_key(std::string_view word, const std::vector<std::string_view>& keys,
                             std::string_view besides = {});

// "a=, b= and c=".
std::string list_of_keys(const std::vector<std::string_view>& keys);

} // namespace v6front
