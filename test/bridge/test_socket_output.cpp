// SPDX-License-Identifier: Apache-2.0
#include "stand_in.hpp"

#include "mod_v6front/httpd/connections/held_output.hpp"
#include "mod_v6front/httpd/connections/socket_output.hpp"

#include <apr_portable.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

using namespace v6front;
using namespace v6front::test;

namespace
{

// A client's connection whose other end the test has.
struct connected : pool_of_test {
    connected()
    {
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0);
        const int room = 4096;
        ::setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
        apr_os_sock_put(&httpd.socket, &ends[0], pool);
        c.pool = pool;
        c.bucket_alloc = apr_bucket_alloc_create(pool);
        brigade = apr_brigade_create(pool, c.bucket_alloc);
        core.frec = &record;
        record.filter_func.out_func = [](ap_filter_t*, apr_bucket_brigade*) {
            return APR_EGENERAL; // it is not asked
        };
        ap_core_output_filter_handle = &record;
    }
    ~connected()
    {
        ap_core_output_filter_handle = nullptr;
        httpd.socket = nullptr;
        for (const int end : ends)
            ::close(end);
    }
    void add(apr_bucket* b) { APR_BRIGADE_INSERT_TAIL(brigade, b); }
    void add(const std::string& text)
    {
        add(apr_bucket_heap_create(text.data(), text.size(), nullptr, c.bucket_alloc));
    }
    std::string taken() // by the client
    {
        std::string all;
        std::array<char, 65536> some;
        for (ssize_t n; (n = ::read(ends[1], some.data(), some.size())) > 0;)
            all.append(some.data(), static_cast<std::size_t>(n));
        return all;
    }
    bool holds_end()
    {
        for (auto* b = APR_BRIGADE_FIRST(brigade); b != APR_BRIGADE_SENTINEL(brigade);
             b = APR_BUCKET_NEXT(b))
            if (APR_BUCKET_IS_EOS(b))
                return true;
        return false;
    }

    std::array<int, 2> ends{-1, -1};
    conn_rec c{};
    apr_bucket_brigade* brigade = nullptr;
    ap_filter_rec_t record{};
    ap_filter_t core{};
};

} // namespace

TEST_CASE("what the socket takes goes, and an end only when all before it has", "[held_output]")
{
    connected to;
    const auto first = letters(100), large = letters(300000), last = letters(10);
    to.add(first);
    to.add(large);
    to.add(apr_bucket_eos_create(to.c.bucket_alloc));
    to.add(last);
    std::string got;
    auto rv = write_what_fits(&to.c, to.brigade);
    CHECK(rv == EAGAIN);
    CHECK(to.holds_end());
    for (int i = 0; i < 10000 && rv == EAGAIN; ++i) {
        got += to.taken();
        rv = write_what_fits(&to.c, to.brigade);
    }
    CHECK(rv == APR_SUCCESS);
    got += to.taken();
    CHECK((got == first + large + last)); // not worth printing
    CHECK(APR_BRIGADE_EMPTY(to.brigade));
}

TEST_CASE("more pieces than one call takes go in several", "[held_output]")
{
    connected to;
    std::string all;
    for (int i = 0; i < 200; ++i) {
        to.add(std::string(1, static_cast<char>('a' + i % 26)));
        all += static_cast<char>('a' + i % 26);
    }
    CHECK(write_what_fits(&to.c, to.brigade) == APR_SUCCESS);
    CHECK(to.taken() == all);
}

TEST_CASE("a client that is gone is told of", "[held_output]")
{
    connected to;
    ::close(std::exchange(to.ends[1], -1));
    to.add("text");
    CHECK(write_what_fits(&to.c, to.brigade) == EPIPE);
    held_output output(&to.c);
    CHECK(output.pass(&to.core, to.brigade) == APR_SUCCESS); // little waits for a push
    CHECK(output.pass(&to.core, nullptr) == EPIPE);
    CHECK(to.c.aborted);
    CHECK(output.pass(&to.core, nullptr) == APR_ECONNABORTED);
}

TEST_CASE("where core's filter is next, it is not asked", "[held_output]")
{
    connected to;
    held_output output(&to.c);
    to.add("little");
    CHECK(output.pass(&to.core, to.brigade) == APR_SUCCESS);
    CHECK(to.c.data_in_output_filters);
    CHECK(to.taken().empty());
    to.add(apr_bucket_eos_create(to.c.bucket_alloc));
    CHECK(output.pass(&to.core, to.brigade) == APR_SUCCESS);
    CHECK(output.pass(&to.core, nullptr) == APR_SUCCESS);
    CHECK_FALSE(to.c.data_in_output_filters);
    CHECK(to.taken() == "little");
    const auto much = letters(300000);
    to.add(much);
    CHECK(output.pass(&to.core, to.brigade) == APR_SUCCESS);
    CHECK(to.c.data_in_output_filters);
    std::string got;
    for (int i = 0; i < 10000 && to.c.data_in_output_filters; ++i) {
        got += to.taken();
        CHECK(output.pass(&to.core, nullptr) == APR_SUCCESS);
    }
    got += to.taken();
    CHECK((got == much));
    to.add(apr_bucket_eos_create(to.c.bucket_alloc)); // nothing to wait for
    CHECK(output.pass(&to.core, to.brigade) == APR_SUCCESS);
    CHECK_FALSE(to.c.data_in_output_filters);
}
