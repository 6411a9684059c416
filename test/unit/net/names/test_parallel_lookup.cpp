// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/net/names/parallel_lookup.hpp"

#include "catch.hpp"
#include "unit/name_server.hpp"

#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <thread>

using namespace v6front;
using namespace v6front::test;
using namespace std::chrono_literals;

namespace
{

using clock = std::chrono::steady_clock;

// By its name: an address, a failure, or nothing ever.
result<ipv4_addresses> as_named(const std::string& name)
{
    if (name == "hangs")
        for (;;)
            std::this_thread::sleep_for(1h);
    if (name == "six")
        return failure{reason::no_ipv4_address, {}, name};
    if (name == "many")
        return ipv4_addresses(1000, asio::ip::make_address_v4("192.0.2.255"));
    return address(name.c_str());
}

} // namespace

TEST_CASE("names are looked up together, and those that hang are left behind", "[lookup]")
{
    const std::vector<std::string> names{"192.0.2.1", "hangs", "six", "many", "192.0.2.2"};
    const auto start = clock::now();
    const auto answers = look_up_all(names, 500ms, as_named);
    const auto took = clock::now() - start;
    CHECK(took >= 500ms);
    CHECK(took < 5s);
    REQUIRE(answers.size() == 5);
    REQUIRE(answers[0]);
    CHECK(answers[0]->value() == address("192.0.2.1"));
    CHECK_FALSE(answers[1]);
    REQUIRE(answers[2]);
    CHECK(answers[2]->error().reason == reason::no_ipv4_address);
    REQUIRE(answers[3]);
    CHECK(answers[3]->value().size() == 64); // more are not needed to say that there are some
    REQUIRE(answers[4]);
    // The process that looked them up is gone, and nobody else has to wait for it.
    CHECK(waitpid(-1, nullptr, WNOHANG) == -1);
    CHECK(errno == ECHILD);
}

TEST_CASE("as soon as all have answered, nobody waits any longer", "[lookup]")
{
    std::vector<std::string> names(300, "192.0.2.1"); // more than there are threads
    const auto start = clock::now();
    const auto answers = look_up_all(names, 60s, as_named);
    CHECK(clock::now() - start < 10s);
    CHECK(std::count_if(answers.begin(), answers.end(), [](const auto& a) { return !!a; }) == 300);
    CHECK(look_up_all({}, 60s, as_named).empty());
}
