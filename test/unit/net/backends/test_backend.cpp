// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/net/backends/backend.hpp"

#include "catch.hpp"

using namespace v6front;

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
    for (const auto& r : rows) {
        CAPTURE(r.url);
        const auto url = parse_backend_url(r.url);
        const auto made = make_backend(url, r.pinned, r.pinned_names);
        CHECK(made.addresses == r.addresses);
        CHECK(made.names == r.names);
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
    auto site = make_backend(parse_backend_url("https://192.0.2.1/"));
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
    const auto site = make_backend(parse_backend_url("http://a.example/"));
    const auto other = make_backend(parse_backend_url("http://b.example:81/x"));
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
