// SPDX-License-Identifier: Apache-2.0
//
// What the one read that waits tells, when, and to whom.

#include "net/loop/socket_read.hpp"

#include "../../two_ends.hpp"
#include "catch.hpp"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace v6front;
using namespace v6front::test;

namespace
{

using end_is_told = socket_read::end_is_told;

// Reads again after each piece, if it is to; notes all that it is told.
struct noting_reader final : socket_reader {
    explicit noting_reader(asio::io_context& context) : socket(context)
    {
        socket.assign(asio::ip::tcp::v4(), ends.own());
    }
    std::span<char> read_room() override
    {
        ++rooms;
        return {memory.data(), room};
    }
    void on_read(error_code ec, std::size_t n) override
    {
        told.emplace_back(ec ? ec.message() : std::string(memory.data(), n));
        if (gone) {
            read.reset();
            return;
        }
        if (!ec && again)
            read->start(socket, *this, *again);
        may_miss = read->may_miss_end();
    }

    two_ends ends;
    tcp_socket socket;
    std::array<char, 16> memory{};
    std::size_t room = 16;
    int rooms = 0;
    std::optional<end_is_told> again;
    bool gone = false;
    bool may_miss = false;
    std::vector<std::string> told;
    std::optional<socket_read> read{std::in_place};
};

const std::string end_of_file = error_code(asio::error::eof).message();
const std::string aborted = error_code(asio::error::operation_aborted).message();

using texts = std::vector<std::string>;

} // namespace

TEST_CASE("a read that waits has no room before something is there", "[socket_read]")
{
    asio::io_context context;
    noting_reader reader(context);
    reader.read->start(reader.socket, reader, end_is_told::at_once);
    const auto asked_at_first = reader.rooms; // the kernel has been asked once, in vain
    context.poll();
    CHECK(reader.read->is_under_way());
    CHECK(reader.rooms == asked_at_first);
    reader.ends.say("one");
    REQUIRE(until(context, [&] { return !reader.told.empty(); }));
    CHECK(reader.told == texts{"one"});
    CHECK(!reader.read->is_under_way());
}

TEST_CASE("a read is told in a turn of its own, though its octets are there", "[socket_read]")
{
    asio::io_context context;
    noting_reader reader(context);
    reader.ends.say("there");
    reader.read->start(reader.socket, reader, end_is_told::at_once);
    CHECK(reader.told.empty());
    REQUIRE(until(context, [&] { return !reader.told.empty(); }));
    CHECK(reader.told == texts{"there"});
}

TEST_CASE("an end that comes with the last octets", "[socket_read]")
{
    struct row {
        end_is_told when;
        std::size_t room;
        bool may_miss;
        texts told;
    };
    const row r = GENERATE(
        // Asks again, and learns of it.
        row{end_is_told::at_once, 16, false, {"last", end_of_file}},
        // Does not ask, since nothing was left.
        row{end_is_told::later, 16, true, {"last"}},
        // Its room was full: there may be more.
        row{end_is_told::later, 4, false, {"last", end_of_file}});
    CAPTURE(r.told, r.room);
    asio::io_context context;
    noting_reader reader(context);
    reader.room = r.room;
    reader.again = r.when;
    reader.read->start(reader.socket, reader, end_is_told::at_once);
    context.poll();
    reader.ends.say("last");
    reader.ends.leave();
    REQUIRE(until(context, [&] { return reader.told.size() >= r.told.size(); }));
    context.restart();
    context.poll();
    CHECK(reader.told == r.told);
    CHECK(reader.may_miss == r.may_miss);
}

TEST_CASE("a read that did not ask is told what comes later, and its end", "[socket_read]")
{
    asio::io_context context;
    noting_reader reader(context);
    reader.again = end_is_told::later;
    reader.read->start(reader.socket, reader, end_is_told::at_once);
    for (const std::string text : {"one", "two", "three"}) {
        const auto before = reader.told.size();
        reader.ends.say(text);
        REQUIRE(until(context, [&] { return reader.told.size() > before; }));
        CHECK(reader.told.back() == text);
        CHECK(reader.read->may_miss_end());
    }
    const auto rooms = reader.rooms;
    reader.ends.leave();
    REQUIRE(until(context, [&] { return reader.told.back() == end_of_file; }));
    CHECK(reader.rooms == rooms + 1); // no question that was in vain
}

TEST_CASE("outside its reader's call a read always asks", "[socket_read]")
{
    asio::io_context context;
    noting_reader reader(context);
    reader.read->start(reader.socket, reader, end_is_told::at_once);
    reader.ends.say("one");
    REQUIRE(until(context, [&] { return reader.told.size() == 1; }));
    reader.ends.say("two"); // its event comes while no read waits
    context.restart();
    context.poll();
    reader.read->start(reader.socket, reader, end_is_told::later);
    CHECK(!reader.read->may_miss_end());
    REQUIRE(until(context, [&] { return reader.told.size() == 2; }));
    CHECK(reader.told.back() == "two");
}

TEST_CASE("a read is cancelled with its socket", "[socket_read]")
{
    asio::io_context context;
    noting_reader reader(context);
    reader.read->start(reader.socket, reader, end_is_told::at_once);
    reader.socket.cancel();
    REQUIRE(until(context, [&] { return !reader.told.empty(); }));
    CHECK(reader.told == texts{aborted});
    // And begins anew.
    reader.ends.say("x");
    reader.read->start(reader.socket, reader, end_is_told::at_once);
    REQUIRE(until(context, [&] { return reader.told.size() == 2; }));
    CHECK(reader.told.back() == "x");
}

// The sanitizer says what was not given back, or was touched too late.
TEST_CASE("a read ends before, in, and after its telling", "[socket_read]")
{
    asio::io_context context;
    SECTION("its owner goes while it waits, the socket later")
    {
        noting_reader reader(context);
        reader.read->start(reader.socket, reader, end_is_told::at_once);
        reader.read.reset();
        reader.ends.say("nobody hears");
        context.poll();
        reader.socket.close();
        context.restart();
        context.poll();
        CHECK(reader.told.empty());
    }
    SECTION("its owner goes when it is told")
    {
        noting_reader reader(context);
        reader.gone = true;
        reader.read->start(reader.socket, reader, end_is_told::at_once);
        reader.ends.say("x");
        REQUIRE(until(context, [&] { return !reader.told.empty(); }));
        CHECK(!reader.read);
    }
    SECTION("the engine ends without another turn")
    {
        auto reader = std::make_unique<noting_reader>(context);
        reader->read->start(reader->socket, *reader, end_is_told::at_once);
        reader.reset(); // closes the socket, which ends the read in a later turn
    }
}
