// SPDX-License-Identifier: Apache-2.0
//
// What Connection says to the site: one field, whatever the client's said.
#include "mod_v6front/core/edits/request_head.hpp"

#include "catch.hpp"

using namespace v6front;

TEST_CASE("Connection asks for what is wanted of the site", "[request_head]")
{
    struct row {
        std::string_view what;
        field_list fields;
        bool reuse, may_upgrade;
        std::string_view connection; // each such line, in order
    };
    const field_list none;
    const field_list closes{{"Connection", "close"}};
    const field_list te{{"TE", "trailers"}, {"Connection", "TE"}};
    const field_list upgrade{{"Connection", "keep-alive, Upgrade"}, {"Upgrade", "websocket"}};
    const field_list both{{"Connection", "TE, Upgrade"}, {"TE", "trailers"}, {"Upgrade", "x"}};
    for (const row& r :
         {row{"nothing said", none, true, true, "keep-alive\r\n"},
          {"the client closes, which is its own affair", closes, true, true, "keep-alive\r\n"},
          {"no reuse", none, false, true, "close\r\n"},
          {"trailers", te, true, true, "keep-alive, TE\r\n"},
          {"trailers, no reuse", te, false, true, "close, TE\r\n"},
          // As clients of WebSocket send it: some servers know no list here.
          {"a tunnel", upgrade, true, true, "Upgrade\r\n"},
          {"a tunnel, no reuse", upgrade, false, true, "Upgrade\r\n"},
          {"a tunnel that cannot be", upgrade, true, false, "keep-alive\r\n"},
          {"a tunnel and trailers", both, true, true, "Upgrade\r\nTE\r\n"}}) {
        INFO(r.what);
        request_view request{.method = "GET",
                             .target = "/",
                             .host = "front",
                             .scheme = "http",
                             .version = "1.1",
                             .client_address = "192.0.2.1",
                             .server_name = "front",
                             .fields = r.fields,
                             .may_upgrade = r.may_upgrade};
        std::string out;
        append_request_head(out, request, {},
                            {.backend_authority = "b", .via = "v6front-1", .reuse = r.reuse});
        std::string said;
        constexpr std::string_view name = "\r\nConnection: ";
        for (auto at = out.find(name); at != std::string::npos; at = out.find(name, at + 1)) {
            const auto begin = at + name.size();
            said += out.substr(begin, out.find("\r\n", begin) + 2 - begin);
        }
        CHECK(said == r.connection);
    }
}
