// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/message/trailers.hpp"

#include "catch.hpp"

using namespace v6front;

TEST_CASE("trailers that would change what was decided from the head are dropped", "[trailers]")
{
    for (const char* name : {"Digest", "X-Checksum", "ETag", "Server-Timing", "grpc-status"}) {
        CAPTURE(name);
        CHECK(may_trail(name));
    }
    for (const char* name : {"",
                             "Content-Length",
                             "transfer-encoding",
                             "Host",
                             "Authorization",
                             "Set-Cookie",
                             "Connection",
                             "Trailer",
                             "Content-Type",
                             "If-Match",
                             "X-Forwarded-For",
                             "Via",
                             "X-Forwarded-Port",
                             "x-request-id",
                             "X-Pseudo-IPv4",
                             "X-Connecting-IPv6",
                             "Proxy",
                             "X_Forwarded_For",
                             "X.Forwarded-Port",
                             "Content_Length",
                             "if_match"}) {
        CAPTURE(name);
        CHECK_FALSE(may_trail(name));
    }
}

TEST_CASE("the last chunk carries the trailers", "[trailers]")
{
    std::string out = "x";
    append_last_chunk(out, {});
    CHECK(out == "x0\r\n\r\n");
    const field fields[] = {{"Digest", "a"}, {"Host", "evil"}, {"B", ""}, {"C", "d\r\ne: f"}};
    out.clear();
    append_last_chunk(out, fields);
    CHECK(out == "0\r\nDigest: a\r\nB: \r\n\r\n");
}

TEST_CASE("TE says who takes trailers", "[trailers]")
{
    CHECK(accepts_trailers({"te", "trailers"}));
    CHECK(accepts_trailers({"TE", "gzip;q=0.5, Trailers"}));
    CHECK_FALSE(accepts_trailers({"TE", "gzip"}));
    CHECK_FALSE(accepts_trailers({"Trailer", "trailers"}));
}
