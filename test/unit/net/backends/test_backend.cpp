// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/net/backends/backend.hpp"

#include "catch.hpp"

using namespace v6front;

namespace
{

std::vector<std::string> texts_of(const std::vector<numbered_name>& names)
{
    std::vector<std::string> texts;
    for (const auto& name : names)
        texts.push_back(name.text);
    return texts;
}

} // namespace

TEST_CASE("a name has one number in all backends, and no two names have the same", "[backend]")
{
    name_numbers numbers;
    const std::vector<std::string> pins{"b.example", "a.example", "c.example"};
    const auto first = make_backend(parse_backend_url("http://a.example/"), numbers);
    const auto second = make_backend(parse_backend_url("http://a.example:81/x"), numbers, {}, pins);
    CHECK(first.names.at(0).number == second.names.at(1).number);
    CHECK(second.names[0].number != second.names[1].number);
    CHECK(second.names[0].number != second.names[2].number);
    CHECK(second.names[1].number != second.names[2].number);
    for (const auto& name : second.names)
        CHECK(name.number < 3);
}

TEST_CASE("where a backend is: what the operator gives for it, or its own host", "[backend]")
{
    const auto address = [](const char* text) { return asio::ip::make_address_v4(text); };
    struct row {
        const char* url;
        std::vector<asio::ip::address_v4> pinned;
        std::vector<std::string> pinned_names;
        std::vector<endpoint> addresses;
        std::vector<std::string> names;
    };
    const auto site = address("192.0.2.1"), other = address("192.0.2.2");
    using strings = std::vector<std::string>;
    const row rows[]{
        {"http://a.example/", {}, {}, {}, {"a.example"}},
        {"http://192.0.2.1/", {}, {}, {{site, 80}}, {}},
        {"http://192.0.2.1:8080/", {}, {}, {{site, 8080}}, {}},
        {"http://a.example:81/", {site, other}, {}, {{site, 81}, {other, 81}}, {}},
        {"http://a.example/", {}, {"b.example", "c.example"}, {}, {"b.example", "c.example"}},
        {"http://a.example/", {site}, {"b.example"}, {{site, 80}}, {"b.example"}},
        {"http://192.0.2.1/", {other}, {}, {{other, 80}}, {}},
        {"http://192.0.2.1/", {}, strings{"b.example"}, {}, {"b.example"}},
        {"https://192.0.2.1/", {}, {}, {{site, 443}}, {}},
        {"https://a.example:81/", {other}, {}, {{other, 81}}, {}},
    };
    name_numbers numbers;
    for (const auto& r : rows) {
        CAPTURE(r.url);
        const auto url = parse_backend_url(r.url);
        const auto made = make_backend(url, numbers, r.pinned, r.pinned_names);
        CHECK(made.addresses == r.addresses);
        CHECK(texts_of(made.names) == r.names);
        CHECK(made.authority == url.authority());
        CHECK(made.url.text() == url.text());
        CHECK(made.limit == 0);
        CHECK(made.check == 0);
    }
}

TEST_CASE("connections of different peers are not interchangeable", "[backend]")
{
    const auto settings = std::make_shared<const tls_settings>(tls_rule());
    const auto peer = [&settings](const char* name) {
        return std::make_shared<const tls_peer>(settings, name);
    };
    name_numbers numbers;
    auto site = make_backend(parse_backend_url("https://192.0.2.1/"), numbers);
    const auto at = site.addresses.front();
    const auto plain = site.identity(at);
    site.tls = peer("a.example");
    auto same = site, other = site;
    other.tls = peer("b.example");
    CHECK(site.identity(at) == same.identity(at));
    CHECK_FALSE(site.identity(at) == plain);
    CHECK_FALSE(site.identity(at) == other.identity(at));
}

TEST_CASE("connections to the same address and port are interchangeable, and no others",
          "[backend]")
{
    name_numbers numbers;
    const auto site = make_backend(parse_backend_url("http://a.example/"), numbers);
    const auto other = make_backend(parse_backend_url("http://b.example:81/x"), numbers);
    const auto at = [](const char* address, std::uint16_t port) {
        return endpoint(asio::ip::make_address_v4(address), port);
    };
    const auto wanted = site.identity(at("192.0.2.1", 80));
    CHECK(wanted == other.identity(at("192.0.2.1", 80)));
    CHECK_FALSE(wanted == site.identity(at("192.0.2.1", 81)));
    CHECK_FALSE(wanted == site.identity(at("192.0.2.2", 80)));
    const connection_identity::hash hash;
    CHECK(hash(wanted) == hash(other.identity(at("192.0.2.1", 80))));
    CHECK(hash(wanted) != hash(site.identity(at("192.0.2.2", 80))));
}
