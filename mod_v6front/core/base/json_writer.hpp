// SPDX-License-Identifier: Apache-2.0
//
// Writes JSON (RFC 8259) as it is told: the commas, the quotation marks and what must be escaped
// within them. That each key has one value, and each bracket its pair, is up to the caller. Octets
// that are no ASCII pass as they are, since names of files may be of any coding: who promises UTF-8
// makes it so before.
#pragma once

#include <concepts>
#include <string>
#include <string_view>

namespace v6front
{

class json_writer
{
public:
    // lines: a member or an element on each, indented, for people who read along.
    enum class layout { compact, lines };

    explicit json_writer(layout how = layout::compact) : how_(how) {}

    json_writer& key(std::string_view name);
    void raw(std::string_view value); // as it is: a number, true, false, null
    void text(std::string_view value);
    template <std::integral N> void number(N value) { raw(std::to_string(value)); }
    void boolean(bool value) { raw(value ? "true" : "false"); }
    template <class Members> void object(const Members& members)
    {
        begin('{');
        members();
        end('}');
    }
    template <class List, class Element> void array(const List& list, const Element& element)
    {
        begin('[');
        for (const auto& each : list)
            element(each);
        end(']');
    }
    template <class Texts> void texts(const Texts& list)
    {
        array(list, [this](const auto& each) { text(each); });
    }
    std::string take() { return std::move(out_); }

private:
    void begin(char bracket);
    void end(char bracket);
    void begin_item();
    void begin_line();
    void quote(std::string_view value);

    layout how_;
    std::string out_;
    std::size_t depth_ = 0;
    // Of the innermost bracket; a value after its key begins no item.
    bool has_items_ = false;
    bool after_key_ = false;
};

} // namespace v6front
