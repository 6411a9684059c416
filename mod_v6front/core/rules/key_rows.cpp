// SPDX-License-Identifier: Apache-2.0

#include "key_rows.hpp"

namespace v6front
{

std::optional<key_value> split_key_value(std::string_view word) noexcept
{
    const auto equals = word.find('=');
    if (equals == std::string_view::npos)
        return std::nullopt;
    return key_value{word.substr(0, equals), word.substr(equals + 1)};
}

void check_keys_differ(std::span<const std::string_view> words)
{
    const auto key_of = [](std::string_view word) {
        const auto split = split_key_value(word);
        return split ? split->key : std::string_view();
    };
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto key = key_of(words[i]);
        for (std::size_t later = i + 1; !key.empty() && later < words.size(); ++later)
            if (iequals(key, key_of(words[later])))
                throw setting_error(std::string(key) + "= is given twice: \"" +
                                    std::string(words[i]) + "\" and \"" +
                                    std::string(words[later]) + "\"");
    }
}

key_value require_key_value(std::string_view word)
{
    const auto split = split_key_value(word);
    if (!split)
        throw setting_error("\"" + std::string(word) + "\" must be written key=value");
    return *split;
}

void refuse_key(std::string_view word, const std::vector<std::string_view>& keys,
                std::string_view besides)
{
    std::string sentence = "the key of \"" + std::string(word) + "\" must be one of ";
    for (const auto key : keys)
        sentence.append(key == keys.front() ? "" : ", ").append(key);
    throw setting_error(sentence.append(besides.empty() ? "" : ". ").append(besides));
}

std::string list_of_keys(const std::vector<std::string_view>& keys)
{
    std::string list;
    for (std::size_t i = 0; i < keys.size(); ++i)
        list.append(i == 0 ? "" : i + 1 == keys.size() ? " and " : ", ").append(keys[i]) += '=';
    return list;
}

} // namespace v6front
