// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/httpd/operator/oldest_httpd.hpp"

#include "catch.hpp"

using namespace v6front;

TEST_CASE("which httpd is fit for uploads over HTTP/2", "[version]")
{
    for (const httpd_version& fit : {httpd_version{2, 4, 58}, httpd_version{2, 4, 100},
                                     httpd_version{2, 5, 0}, httpd_version{3, 0, 0}})
        CHECK(is_fit_for_http2(fit));
    for (const httpd_version& old : {httpd_version{2, 4, 57}, httpd_version{2, 4, 6},
                                     httpd_version{2, 3, 99}, httpd_version{1, 9, 99}})
        CHECK_FALSE(is_fit_for_http2(old));
}
