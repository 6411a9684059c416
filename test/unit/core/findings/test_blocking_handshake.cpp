// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/findings/blocking_handshake.hpp"

#include "catch.hpp"

using namespace v6front;

TEST_CASE("directives that make a TLS handshake wait for a third party", "[findings]")
{
    struct row {
        const char* name;
        const char* args;
        const char* kind; // "": none of them
        bool waits;
    };
    const row rows[]{
        {"SSLUseStapling", "On", "SSLUseStapling", true},
        {"sslusestapling", "on", "SSLUseStapling", true},
        {"SSLUseStapling", "Off", "SSLUseStapling", false},
        {"SSLOCSPEnable", "on", "SSLOCSPEnable", true},
        {"SSLOCSPEnable", "leaf", "SSLOCSPEnable", true},
        {"SSLOCSPEnable", "\"off\"", "SSLOCSPEnable", false},
        {"SSLSessionCache", "memcache:[::1]:11211", "SSLSessionCache", true},
        {"SSLSessionCache", "\"redis:127.0.0.1\"", "SSLSessionCache", true},
        {"SSLSessionCache", "dc:UNIX:/run/dc", "SSLSessionCache", true},
        {"SSLSessionCache", "shmcb:/run/ssl(512000)", "SSLSessionCache", false},
        {"SSLSessionCache", "none", "SSLSessionCache", false},
        {"SSLSessionCache", "", "SSLSessionCache", false},
        {"SSLStaplingCache", "memcache:x", "", false},
        {"SSLEngine", "on", "", false},
    };
    for (const auto& r : rows) {
        CAPTURE(r.name, r.args);
        const auto found = handshake_wait_of(r.name, r.args);
        CHECK(found.kind == r.kind);
        CHECK(found.waits == r.waits);
    }
}
