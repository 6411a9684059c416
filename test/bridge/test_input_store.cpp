// SPDX-License-Identifier: Apache-2.0
#include "stand_in.hpp"

#include "mod_v6front/httpd/connections/input_store.hpp"

using namespace v6front;
using namespace v6front::test;

namespace
{

struct store_bench : pool_of_test {
    store_bench()
    {
        allocator = apr_bucket_alloc_create(pool);
        brigade = apr_brigade_create(pool, allocator);
    }
    void put(std::string_view text) { store.put(text.data(), text.size()); }
    // What the store answers: the text, in exactly one transient bucket, or the status.
    std::string ask(ap_input_mode_t mode, apr_off_t wanted = 0)
    {
        const auto status = store.answer(brigade, mode, wanted);
        if (status != APR_SUCCESS)
            return "status " + std::to_string(status);
        if (APR_BRIGADE_EMPTY(brigade))
            return "nothing";
        auto* b = APR_BRIGADE_FIRST(brigade);
        CHECK(APR_BUCKET_IS_TRANSIENT(b));
        CHECK(APR_BUCKET_NEXT(b) == APR_BRIGADE_SENTINEL(brigade));
        const char* data = nullptr;
        apr_size_t size = 0;
        CHECK(apr_bucket_read(b, &data, &size, APR_BLOCK_READ) == APR_SUCCESS);
        // Not copied: the bucket shows the store's own bytes.
        CHECK(data + size <= store.bytes().data() + store.bytes().size());
        const std::string text(data, size);
        apr_brigade_cleanup(brigade);
        return text;
    }

    input_store store;
    apr_bucket_alloc_t* allocator;
    apr_bucket_brigade* brigade;
};

} // namespace

TEST_CASE("bytes in memory are answered as each mode of an input filter asks", "[input]")
{
    store_bench b;
    b.put("one\r\ntwo\nthree");
    CHECK(b.ask(AP_MODE_INIT) == "nothing");
    CHECK(b.ask(AP_MODE_SPECULATIVE, 5) == "one\r\n");
    CHECK(b.ask(AP_MODE_SPECULATIVE, 100) == "one\r\ntwo\nthree");
    CHECK(b.ask(AP_MODE_GETLINE) == "one\r\n");
    CHECK(b.ask(AP_MODE_READBYTES, 2) == "tw");
    CHECK(b.ask(AP_MODE_GETLINE) == "o\n");
    CHECK(b.ask(AP_MODE_GETLINE) == "three"); // the rest of the line has yet to come
    CHECK(b.store.empty());
    b.put("four");
    CHECK(b.ask(AP_MODE_READBYTES, 100) == "four");
    b.put("five");
    CHECK(b.ask(AP_MODE_EXHAUSTIVE) == "five");
    CHECK(b.store.empty());
    b.put("six");
    CHECK(b.ask(static_cast<ap_input_mode_t>(7)) == "status " + std::to_string(APR_ENOTIMPL));
    CHECK(b.store.bytes() == "six");
}

TEST_CASE("empty lines are eaten, and nothing else", "[input]")
{
    store_bench b;
    b.put("\r\n\n\rGET");
    CHECK(b.ask(AP_MODE_EATCRLF) == "nothing");
    CHECK(b.store.bytes() == "GET");
    CHECK(b.ask(AP_MODE_EATCRLF) == "nothing");
    CHECK(b.store.bytes() == "GET");
    b.store.drop(3);
    b.put("\r\n\r\n");
    CHECK(b.ask(AP_MODE_EATCRLF) == "nothing");
    CHECK(b.store.empty());
}

TEST_CASE("a bucket that is set aside outlives the store's bytes", "[input]")
{
    store_bench b;
    b.put("keep me");
    REQUIRE(b.store.answer(b.brigade, AP_MODE_READBYTES, 100) == APR_SUCCESS);
    auto* kept = APR_BRIGADE_FIRST(b.brigade);
    REQUIRE(apr_bucket_setaside(kept, b.pool) == APR_SUCCESS);
    CHECK_FALSE(APR_BUCKET_IS_TRANSIENT(kept));
    b.put("another");
    const char* data = nullptr;
    apr_size_t size = 0;
    REQUIRE(apr_bucket_read(kept, &data, &size, APR_BLOCK_READ) == APR_SUCCESS);
    CHECK(std::string(data, size) == "keep me");
}

TEST_CASE("room is made behind what is held, and given back when nothing is", "[input]")
{
    input_store store;
    CHECK(store.empty());
    CHECK(store.room().size() == input_store::small);
    CHECK(store.room(100).size() == input_store::small); // no need to grow
    std::string held;
    for (int i = 0; i < 40; ++i) {
        const std::string piece(1000, static_cast<char>('a' + i % 26));
        auto space = store.room();
        REQUIRE_FALSE(space.empty());
        const auto n = std::min(space.size(), piece.size());
        std::copy_n(piece.data(), n, space.data());
        store.fill(n);
        held += piece.substr(0, n);
        if (i % 3 == 2) {
            store.drop(500);
            held.erase(0, 500);
        }
        REQUIRE((store.bytes() == held)); // not worth printing
    }
    store.give_memory_back(); // nothing, while something is held
    CHECK((store.bytes() == held));
    store.drop(held.size());
    CHECK(store.empty());
    store.give_memory_back();
    CHECK(store.room().size() == input_store::small);
    CHECK(store.room(input_store::large).size() == input_store::large);
    const std::string much(100000, 'x');
    store.put(much.data(), much.size());
    CHECK((store.bytes() == much));
}

TEST_CASE("how the input ends is kept apart from the bytes", "[input]")
{
    input_store store;
    CHECK(store.ending() == APR_SUCCESS);
    store.put("x", 1);
    store.end_with(APR_EOF);
    CHECK(store.ending() == APR_EOF);
    CHECK(store.bytes() == "x");
}

TEST_CASE("the search for a chunk's line begins anew behind what was dropped", "[input]")
{
    store_bench b;
    b.put("5\r\nhello\r\n0\r\nA: b\r\n");
    CHECK(b.store.holds_chunk_line());
    b.store.drop(3 + 5 + 2);
    CHECK_FALSE(b.store.holds_chunk_line()); // the trailer section goes on
    b.put("\r");
    CHECK_FALSE(b.store.holds_chunk_line());
    b.put("\n5\r\n");
    CHECK(b.store.holds_chunk_line());
    CHECK(b.ask(AP_MODE_GETLINE) == "0\r\n");
    CHECK(b.store.holds_chunk_line()); // no more the last chunk's
    b.store.drop(6 + 2);
    CHECK(b.store.holds_chunk_line());
}
