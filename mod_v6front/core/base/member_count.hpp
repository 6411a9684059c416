// SPDX-License-Identifier: Apache-2.0
//
// How many members an aggregate has, for tables that must have a row for each of them: a
// static_assert compares the two, so that a member without a row does not compile.
#pragma once

#include <cstddef>
#include <type_traits>

namespace v6front
{

// Two, since a std::optional<bool> could be made of a class that converts to bool, too.
struct any_class {
    template <class T>
    requires std::is_class_v<T>
    operator T() const;
};
struct any_scalar {
    template <class T>
    requires std::is_scalar_v<T>
    operator T() const;
};

// A member that neither of the two can stand for ends the count: the assertion fails then.
template <class T, class... Known> consteval std::size_t member_count()
{
    if constexpr (requires { T{Known{}..., any_class{}}; })
        return member_count<T, Known..., any_class>();
    else if constexpr (requires { T{Known{}..., any_scalar{}}; })
        return member_count<T, Known..., any_scalar>();
    else
        return sizeof...(Known);
}

} // namespace v6front
