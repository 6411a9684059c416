// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/message/target_form.hpp"

#include "catch.hpp"

using namespace v6front;

TEST_CASE("a path with an encoded slash, which httpd itself refuses", "[target]")
{
    for (const char* path : {"/a%2Fb", "/a%2fb", "%2F", "/%%2F", "/%41%2f"}) {
        CAPTURE(path);
        CHECK(has_encoded_slash(path));
    }
    for (const char* path : {"", "/", "/a/b", "/a%2", "/a%", "/%25F", "/%252", "/%3F", "/a2F"}) {
        CAPTURE(path);
        CHECK_FALSE(has_encoded_slash(path));
    }
}
