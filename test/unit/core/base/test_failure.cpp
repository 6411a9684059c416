// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/base/failure.hpp"

#include "catch.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <string>

using namespace v6front;

namespace
{

reason reason_at(int i)
{
    return static_cast<reason>(i);
}

struct expected {
    fault whose;
    int status;
};

const std::map<reason, expected> table{
    {reason::ambiguous_framing, {fault::client, 400}},
    {reason::unfit_target, {fault::client, 400}},
    {reason::misdirected, {fault::client, 421}},
    {reason::no_tunnel, {fault::client, 405}},
    {reason::unfit_reference, {fault::client, 502}},
    {reason::request_loop, {fault::client, 508}},
    {reason::client_gone, {fault::client, 499}},
    {reason::client_body_malformed, {fault::client, 400}},
    {reason::client_body_too_slow, {fault::client, 408}},
    {reason::client_body_too_large, {fault::client, 413}},
    {reason::name_not_found, {fault::backend, 502}},
    {reason::no_ipv4_address, {fault::backend, 502}},
    {reason::lookup_failed, {fault::backend, 502}},
    {reason::lookup_timed_out, {fault::backend, 504}},
    {reason::would_loop, {fault::backend, 508}},
    {reason::connect_refused, {fault::backend, 502}},
    {reason::connect_failed, {fault::backend, 502}},
    {reason::connect_timed_out, {fault::backend, 504}},
    {reason::untrusted_certificate, {fault::backend, 502}},
    {reason::tls_failed, {fault::backend, 502}},
    {reason::tls_timed_out, {fault::backend, 504}},
    {reason::send_failed, {fault::backend, 502}},
    {reason::send_timed_out, {fault::backend, 504}},
    {reason::no_response, {fault::backend, 502}},
    {reason::bad_response, {fault::backend, 502}},
    {reason::response_head_cut, {fault::backend, 502}},
    {reason::response_head_too_large, {fault::backend, 502}},
    {reason::endless_interim, {fault::backend, 502}},
    {reason::response_timed_out, {fault::backend, 504}},
    {reason::response_body_cut, {fault::backend, 502}},
    {reason::response_body_bad, {fault::backend, 502}},
    {reason::response_body_timed_out, {fault::backend, 504}},
    {reason::too_many_in_flight, {fault::front, 503}},
    {reason::no_local_port, {fault::front, 503}},
    {reason::no_source_address, {fault::front, 503}},
    {reason::out_of_resources, {fault::front, 503}},
    {reason::stopping, {fault::front, 503}},
    {reason::internal, {fault::front, 500}},
};

} // namespace

TEST_CASE("each reason has one row, found by index", "[failure]")
{
    for (int i = 0; i < static_cast<int>(reason_count); ++i) {
        CAPTURE(i);
        CHECK(describe(reason_at(i)).reason == reason_at(i));
        // The rows are neighbours in the order of the enumeration: not one too many or too few.
        CHECK(&describe(reason_at(i)) - &describe(reason_at(0)) == i);
    }
}

TEST_CASE("each reason has its fault and its status", "[failure]")
{
    REQUIRE(table.size() == reason_count);
    for (const auto& [each, e] : table) {
        CAPTURE(static_cast<int>(each));
        CHECK(describe(each).whose == e.whose);
        CHECK(describe(each).status == e.status);
    }
}

TEST_CASE("each reason happens in the phase that its name says", "[failure]")
{
    CHECK(describe(reason::ambiguous_framing).when == phase::frame);
    CHECK(describe(reason::request_loop).when == phase::frame);
    CHECK(describe(reason::would_loop).when == phase::resolve);
    for (const reason r : {reason::name_not_found, reason::no_ipv4_address, reason::lookup_failed,
                           reason::lookup_timed_out})
        CHECK(describe(r).when == phase::resolve);
    for (const reason r :
         {reason::connect_refused, reason::connect_failed, reason::connect_timed_out})
        CHECK(describe(r).when == phase::connect);
    for (const reason r :
         {reason::untrusted_certificate, reason::tls_failed, reason::tls_timed_out})
        CHECK(describe(r).when == phase::handshake);
    for (const reason r : {reason::send_failed, reason::send_timed_out})
        CHECK(describe(r).when == phase::send);
    for (const reason r :
         {reason::no_response, reason::bad_response, reason::response_head_cut,
          reason::response_head_too_large, reason::endless_interim, reason::response_timed_out})
        CHECK(describe(r).when == phase::response_head);
    for (const reason r :
         {reason::response_body_cut, reason::response_body_bad, reason::response_body_timed_out})
        CHECK(describe(r).when == phase::response_body);
}

// With the names in it taken out, which are written as everywhere.
std::string without_names(std::string words)
{
    for (const std::string_view name : {"IPv4", "HTTP", "TLS", "URL", "Destination", "If",
                                        "V6FrontGracefulTimeout", "V6FrontBindV4"})
        if (const auto at = words.find(name); at != words.npos)
            words.erase(at, name.size());
    return words;
}

TEST_CASE("the words of a reason are its own, plain and lower case but for names", "[failure]")
{
    std::set<std::string_view> seen;
    for (int i = 0; i < static_cast<int>(reason_count); ++i) {
        const std::string_view words = describe(reason_at(i)).words;
        CAPTURE(words);
        CHECK(seen.insert(words).second);
        CHECK(words.size() > 5);
        CHECK(words.back() != '.');
        const auto plain = without_names(std::string(words));
        CHECK(std::none_of(plain.begin(), plain.end(),
                           [](unsigned char c) { return std::isupper(c) != 0 || c < ' '; }));
    }
}

TEST_CASE("a failure in words has its cause and its detail", "[failure]")
{
    CHECK(words_of({reason::connect_refused, {}, {}}) == "the backend refused the connection");
    CHECK(words_of({reason::tls_failed, {}, "why"}) ==
          "the TLS handshake with the backend failed (why)");
    const boost::system::error_code cause(1, boost::system::system_category());
    CHECK(words_of({reason::send_failed, cause, "why"}) ==
          std::string(describe(reason::send_failed).words) + ": " + cause.message() + " (why)");
}

TEST_CASE("a reason that does not exist is an internal error", "[failure]")
{
    CHECK(describe(static_cast<reason>(reason_count)).reason == reason::internal);
    CHECK(describe(static_cast<reason>(255)).status == 500);
}

TEST_CASE("phases have names", "[failure]")
{
    CHECK(to_string(phase::frame) == "frame");
    CHECK(to_string(phase::resolve) == "resolve");
    CHECK(to_string(phase::connect) == "connect");
    CHECK(to_string(phase::handshake) == "TLS handshake");
    CHECK(to_string(phase::send) == "send");
    CHECK(to_string(phase::response_head) == "response head");
    CHECK(to_string(phase::response_body) == "response body");
}

TEST_CASE("a result carries a value or a failure", "[failure]")
{
    const result<int> good = 7;
    CHECK(good.value() == 7);

    const result<int> bad = failure{reason::no_response, {}, "detail"};
    REQUIRE(bad.has_error());
    CHECK(bad.error().reason == reason::no_response);
    CHECK(bad.error().detail == "detail");
    CHECK_THROWS_AS(bad.value(), std::logic_error);
}
