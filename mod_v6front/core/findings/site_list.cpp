// SPDX-License-Identifier: Apache-2.0
#include "site_list.hpp"

#include <string_view>

namespace v6front
{

namespace
{

// RFC 8259, one member or element per line. Octets that are no ASCII pass as they are: names of
// files may be of any coding.
class json
{
public:
    void open(char bracket)
    {
        text_ += bracket;
        ++depth_;
        first_ = true;
    }
    void close(char bracket)
    {
        --depth_;
        if (!first_)
            begin_line();
        text_ += bracket;
        first_ = false;
    }
    void element()
    {
        if (!first_)
            text_ += ',';
        first_ = false;
        begin_line();
    }
    void name(std::string_view n)
    {
        element();
        quote(n);
        text_ += ": ";
    }
    void quote(std::string_view value)
    {
        static constexpr char digits[] = "0123456789abcdef";
        text_ += '"';
        for (const char c : value) {
            const auto octet = static_cast<unsigned char>(c);
            if (octet < 0x20 || octet == 0x7f) {
                text_ += "\\u00";
                text_ += digits[octet >> 4U];
                text_ += digits[octet & 15U];
                continue;
            }
            if (c == '"' || c == '\\')
                text_ += '\\';
            text_ += c;
        }
        text_ += '"';
    }
    void put(std::string_view n, std::string_view value)
    {
        name(n);
        quote(value);
    }
    void put(std::string_view n, const char* value) { put(n, std::string_view(value)); }
    void put(std::string_view n, bool value)
    {
        name(n);
        text_ += value ? "true" : "false";
    }
    void put(std::string_view n, int value)
    {
        name(n);
        text_ += std::to_string(value);
    }
    template <class T, class Put>
    void put(std::string_view n, const std::vector<T>& values, const Put& one)
    {
        name(n);
        open('[');
        for (const auto& v : values) {
            element();
            one(v);
        }
        close(']');
    }
    void put(std::string_view n, const std::vector<std::string>& values)
    {
        put(n, values, [this](const std::string& v) { quote(v); });
    }
    std::string text() && { return std::move(text_) + "\n"; }

private:
    void begin_line()
    {
        text_ += '\n';
        text_.append(depth_, ' ');
    }

    std::string text_;
    std::size_t depth_ = 0;
    bool first_ = true;
};

void put(json& out, const listed_endpoint& e)
{
    out.open('{');
    out.put("address", e.address);
    out.put("port", int{e.port});
    out.close('}');
}

void put(json& out, const listed_rule& r)
{
    out.open('{');
    out.put("kind", r.kind);
    out.put("path", r.path);
    out.put("place", r.place);
    out.put("url", r.url);
    if (!r.url.empty()) {
        out.put("authority", r.authority);
        out.put("port", int{r.port});
        out.put("tls", r.tls);
        out.put("verify", r.verify);
        out.put("ca", r.ca);
        out.put("tls_name", r.tls_name);
        out.put("addresses", r.addresses);
        out.put("names", r.names);
        out.put("self", r.self);
        out.put("preserve_host", r.preserve_host);
        out.put("proxy_protocol", r.proxy_protocol);
        out.put("source", r.source);
        out.put("adds", r.adds);
    }
    out.close('}');
}

void put(json& out, const listed_site& s)
{
    out.open('{');
    out.put("name", s.name);
    out.put("aliases", s.aliases);
    out.put("place", s.place);
    out.put("at", s.at, [&out](const listed_endpoint& e) { put(out, e); });
    out.put("pseudo_v4", s.pseudo_v4);
    out.put("rules", s.rules, [&out](const listed_rule& r) { put(out, r); });
    out.close('}');
}

} // namespace

std::string to_json(const site_list& all)
{
    json out;
    out.open('{');
    out.put("schema", site_list::schema);
    out.put("listen", all.listen, [&out](const listed_endpoint& e) { put(out, e); });
    out.put("sites", all.sites, [&out](const listed_site& s) { put(out, s); });
    out.close('}');
    return std::move(out).text();
}

} // namespace v6front
