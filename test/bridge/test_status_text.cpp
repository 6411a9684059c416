// SPDX-License-Identifier: Apache-2.0
#include "stand_in.hpp"

#include "mod_v6front/core/base/version.hpp"
#include "mod_v6front/httpd/status/status_text.hpp"

using namespace v6front;
using namespace v6front::test;
using namespace std::chrono_literals;

namespace
{

endpoint at(const char* address, std::uint16_t port)
{
    return {asio::ip::make_address_v4(address), port};
}

process_state example()
{
    process_state s;
    s.backends.push_back(
        {"www.example.org",
         {{at("192.0.2.1", 80), true, {}, 3, 2}, {at("192.0.2.2", 80), false, 61500ms, 0, 0}}});
    s.names.push_back(
        {"www.example.org",
         {asio::ip::make_address_v4("192.0.2.1"), asio::ip::make_address_v4("192.0.2.2")},
         17s,
         {}});
    s.names.push_back({"gone.example.org", {}, 0s, reason::name_not_found});
    s.limits.push_back({"V6FrontPassMatch ^/<b>&\"c http://www.example.org/", 2, 20, 1, 5});
    s.engines = {{7, 2}, {0, 0}};
    s.clients = {5, 0};
    return s;
}

} // namespace

TEST_CASE("the short form of the status has a line for each value", "[status_text]")
{
    const auto gone = std::string(describe(reason::name_not_found).words);
    CHECK(status_lines(example()) ==
          "V6FrontVersion: " + std::string(version) +
              "\nV6FrontBackend[0]Name: www.example.org\n"
              "V6FrontBackend[0]Address[0]: 192.0.2.1:80\n"
              "V6FrontBackend[0]Address[0]State: in use\n"
              "V6FrontBackend[0]Address[0]InUse: 3\n"
              "V6FrontBackend[0]Address[0]Idle: 2\n"
              "V6FrontBackend[0]Address[1]: 192.0.2.2:80\n"
              "V6FrontBackend[0]Address[1]State: avoided\n"
              "V6FrontBackend[0]Address[1]Seconds: 61\n"
              "V6FrontBackend[0]Address[1]InUse: 0\n"
              "V6FrontBackend[0]Address[1]Idle: 0\n"
              "V6FrontName[0]: www.example.org\n"
              "V6FrontName[0]Addresses: 192.0.2.1, 192.0.2.2\n"
              "V6FrontName[0]Age: 17\n"
              "V6FrontName[0]State: found\n"
              "V6FrontName[1]: gone.example.org\n"
              "V6FrontName[1]Addresses: \n"
              "V6FrontName[1]State: " +
              gone +
              "\n"
              "V6FrontLimit[0]Rule: V6FrontPassMatch ^/<b>&\"c http://www.example.org/\n"
              "V6FrontLimit[0]InFlight: 2\n"
              "V6FrontLimit[0]Max: 20\n"
              "V6FrontLimit[0]Waiting: 1\n"
              "V6FrontLimit[0]Queue: 5\n"
              "V6FrontEngine[0]Clients: 7\n"
              "V6FrontEngine[0]Idle: 2\n"
              "V6FrontEngine[1]Clients: 0\n"
              "V6FrontEngine[1]Idle: 0\n"
              "V6FrontClientsIdleByName: 5\n"
              "V6FrontClientsIdleByLogin: 0\n");
    CHECK(status_lines({}) == "V6FrontVersion: " + std::string(version) + "\n");
}

TEST_CASE("the page has tables of what there is, and what operators write is text", "[status_text]")
{
    const auto page = status_html(example());
    CHECK_THAT(page, ContainsSubstring("<h2>mod_v6front</h2>"));
    CHECK_THAT(page, ContainsSubstring("<td>192.0.2.2:80</td><td>avoided</td><td>61</td>"));
    CHECK_THAT(page, ContainsSubstring("^/&lt;b&gt;&amp;&quot;c http"));
    CHECK(page.find("<b>") == page.npos);
    CHECK_THAT(page, ContainsSubstring("<td>of single clients, by PROXY header</td><td></td>"
                                       "<td>5</td>"));
    CHECK(page.find("by login") == page.npos); // there is none
    CHECK_THAT(page, ContainsSubstring("<td>gone.example.org</td><td></td><td></td>"));
    // A child of prefork has no engines, and nobody has a limit.
    auto less = example();
    less.engines.clear();
    less.limits.clear();
    less.lent = {1, 4};
    const auto other = status_html(less);
    CHECK(other.find("<th>Rule</th>") == other.npos);
    CHECK_THAT(other, ContainsSubstring("<td>lent to threads</td><td></td><td>4</td>"));
}
