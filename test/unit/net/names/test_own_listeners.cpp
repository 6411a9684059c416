// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/net/names/own_listeners.hpp"

#include "catch.hpp"

using namespace v6front;

TEST_CASE("listeners of this server are told from backends", "[resolver]")
{
    const auto at = [](const char* address, std::uint16_t port) {
        return endpoint(asio::ip::make_address(address), port);
    };
    own_listeners own;
    CHECK_FALSE(own.accepts(at("127.0.0.1", 80)));
    own.add(asio::ip::make_address("::"), 80);
    own.add(asio::ip::make_address("0.0.0.0"), 8080);
    own.add(asio::ip::make_address("::ffff:192.0.2.1"), 81);
    own.add(asio::ip::make_address("::ffff:0.0.0.0"), 82);
    own.add(asio::ip::make_address("192.0.2.2"), 83);
    own.add(asio::ip::make_address("2001:db8::1"), 84);
    own.add(asio::ip::make_address("::1"), 85);
    own.add(asio::ip::make_address("127.0.0.1"), 86);
    own.add_local(asio::ip::make_address_v4("198.51.100.7"));
    for (const auto port : {80, 8080, 82}) {
        CAPTURE(port);
        const auto p = static_cast<std::uint16_t>(port);
        CHECK(own.accepts(at("127.0.0.1", p)));
        CHECK(own.accepts(at("127.8.9.1", p)));
        CHECK(own.accepts(at("0.0.0.0", p)));
        CHECK(own.accepts(at("198.51.100.7", p)));
        CHECK_FALSE(own.accepts(at("198.51.100.8", p)));
        CHECK_FALSE(own.accepts(at("192.0.2.1", p)));
    }
    CHECK(own.accepts(at("192.0.2.1", 81)));
    CHECK_FALSE(own.accepts(at("127.0.0.1", 81)));
    CHECK_FALSE(own.accepts(at("192.0.2.1", 83)));
    CHECK(own.accepts(at("192.0.2.2", 83)));
    CHECK_FALSE(own.accepts(at("127.0.0.1", 84)));
    CHECK_FALSE(own.accepts(at("127.0.0.1", 85)));
    CHECK(own.accepts(at("127.0.0.1", 86)));
    CHECK_FALSE(own.accepts(at("127.0.0.2", 86)));
    // A connect to 0.0.0.0 arrives at 127.0.0.1.
    CHECK(own.accepts(at("0.0.0.0", 86)));
    CHECK_FALSE(own.accepts(at("0.0.0.0", 83)));
}
