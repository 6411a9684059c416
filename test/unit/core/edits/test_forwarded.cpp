// SPDX-License-Identifier: Apache-2.0
#include "mod_v6front/core/edits/client_claims.hpp"
#include "mod_v6front/core/edits/forwarded.hpp"
#include "mod_v6front/core/edits/request_head.hpp"

#include "catch.hpp"

using namespace v6front;

namespace
{

constexpr std::uint16_t bits(std::initializer_list<added_header> headers)
{
    unsigned all = 0;
    for (const added_header h : headers)
        all |= static_cast<unsigned>(h);
    return static_cast<std::uint16_t>(all);
}

constexpr std::uint16_t address = bits({added_header::address});
constexpr std::uint16_t server = bits({added_header::server});
constexpr std::uint16_t forwarded = bits({added_header::forwarded});

// The head between Host and CDN-Loop.
std::string head(const field_list& fields, const added_headers& adds, std::uint16_t extends = 0,
                 std::string_view host = "site.test:8080", std::string_view client = "2001:db8::1")
{
    const request_view request{.method = "GET",
                               .target = "/",
                               .host = host,
                               .scheme = "https",
                               .version = "1.1",
                               .client_address = client,
                               .server_name = "front.test",
                               .fields = fields,
                               .front_address = "2001:db8::f",
                               .port = "8443",
                               .request_id = "4711",
                               .adds = adds,
                               .extends = extends};
    std::string out;
    append_request_head(out, request, {}, {"site.test", true, "me"});
    const std::size_t begin = out.find("\r\nHost: ");
    const std::size_t first = out.find("\r\n", begin + 2) + 2;
    return out.substr(first, out.find("CDN-Loop: me\r\n") - first);
}

} // namespace

TEST_CASE("an address is reported without port, brackets and zone, IPv4 as IPv4", "[forwarded]")
{
    struct row {
        const char* text;
        const char* plain;
    };
    for (const row& r : std::vector<row>{{"2001:db8::1", "2001:db8::1"},
                                         {"192.0.2.1", "192.0.2.1"},
                                         {"192.0.2.1:80", "192.0.2.1"},
                                         {"[2001:db8::1]", "2001:db8::1"},
                                         {"[2001:db8::1]:443", "2001:db8::1"},
                                         {"fe80::1%eth0", "fe80::1"},
                                         {"[fe80::1%25eth0]:80", "fe80::1"},
                                         {"::ffff:192.0.2.1", "192.0.2.1"},
                                         {"::FFFF:192.0.2.1", "192.0.2.1"},
                                         {"[::ffff:192.0.2.1]:80", "192.0.2.1"},
                                         {"::ffff:0:1", "::ffff:0:1"},
                                         {"::1", "::1"},
                                         {"::", "::"},
                                         {"[::1", "::1"},
                                         {"", ""}}) {
        CAPTURE(r.text);
        CHECK(plain_address(r.text) == r.plain);
    }
}

TEST_CASE("addresses that another proxy has listed become plain, and nothing else", "[forwarded]")
{
    struct row {
        const char* list;
        const char* plain; // "": as it is
    };
    for (const row& r : std::vector<row>{
             {"192.0.2.1", ""},
             {"192.0.2.1, 2001:db8::1", ""},
             {"192.0.2.1:1234", "192.0.2.1"},
             {"[2001:db8::1]:443, 192.0.2.1", "2001:db8::1, 192.0.2.1"},
             {"unknown,fe80::1%eth0", "unknown, fe80::1"},
             {"::ffff:192.0.2.1", "192.0.2.1"},
             {"host:80", "unknown"},
             {"unknown", ""},
             {"[_hidden]:1, _hidden, a%b", "unknown, _hidden, unknown"},
             {R"("[2001:db8::1]:80", "192.0.2.1:80")", "2001:db8::1, 192.0.2.1"},
             {R"("unknown")", "unknown"},
             {"::ffff:c000:201", "192.0.2.1"},
             {"2001:DB8::1", ""},
             {"a,,b", "a, b"},
             {"192.0.2.1, ,", "192.0.2.1"},
             {"", ""},
         }) {
        CAPTURE(r.list);
        const auto plain = plain_addresses(r.list);
        CHECK((plain ? *plain : "") == r.plain);
    }
}

TEST_CASE("an element of Forwarded is quoted where RFC 7239 wants it", "[forwarded]")
{
    struct row {
        forwarded_view said;
        const char* text;
    };
    for (const row& r : std::vector<row>{
             {{"2001:db8::1", "2001:db8::f", "site.test", "https"},
              R"(for="[2001:db8::1]";by="[2001:db8::f]";host=site.test;proto=https)"},
             {{"192.0.2.1", "192.0.2.2", "site.test:8080", "http"},
              R"(for=192.0.2.1;by=192.0.2.2;host="site.test:8080";proto=http)"},
             {{"::1", {}, "[::1]:8080", "http"}, R"(for="[::1]";host="[::1]:8080";proto=http)"},
             {{"::1", {}, "[::1]", "http"}, R"(for="[::1]";host="[::1]";proto=http)"},
             {{"192.0.2.1", {}, {}, "http"}, "for=192.0.2.1;proto=http"},
             {{{}, {}, {}, "http"}, "for=unknown;proto=http"},
             {{"192.0.2.1", {}, R"(a"b\c;d)", "http"},
              R"(for=192.0.2.1;host="a\"b\\c;d";proto=http)"},
         }) {
        std::string out;
        append_forwarded(out, r.said);
        CHECK(out == r.text);
    }
}

TEST_CASE("a list that ends inside quotes is not appended to", "[forwarded]")
{
    for (const char* whole : {"", "for=192.0.2.1", R"(for="[::1]")", R"(for="a\"b", for=c)",
                              R"(for="\\")", R"(for=a\)"}) {
        CAPTURE(whole);
        CHECK(can_be_appended_to(whole));
    }
    for (const char* open : {R"(")", R"(for="[::1])", R"(for="a\")", R"(for="a" ; host="b)"}) {
        CAPTURE(open);
        CHECK_FALSE(can_be_appended_to(open));
    }
}

TEST_CASE("whether a list ends with the client is seen in each way to write it", "[forwarded]")
{
    const std::string_view one = "192.0.2.1", six = "2001:db8::1";
    for (const char* list : {"192.0.2.1", "a, 192.0.2.1 ", "a,192.0.2.1:80", "\"192.0.2.1\""})
        CHECK(ends_with_client(list, one));
    for (const char* list : {"", "192.0.2.1,", "192.0.2.1, a", "192.0.2.11", "a"})
        CHECK_FALSE(ends_with_client(list, one));
    CHECK(ends_with_client("a, [2001:DB8:0::1]:80", six));
    for (const char* list : {"for=192.0.2.1", "for=a, proto=https;For=\"192.0.2.1:80\" ; by=b"})
        CHECK(forwarded_ends_with_client(list, one));
    CHECK(forwarded_ends_with_client(R"(for=a,for="[2001:db8::1]")", six));
    for (const char* list :
         {"", "for=192.0.2.1, proto=http", "for=192.0.2.1,", "by=192.0.2.1",
          R"(for=192.0.2.1, by="x;for=192.0.2.1";for=a)", R"(for=a;by="\", for=192.0.2.1")"})
        CHECK_FALSE(forwarded_ends_with_client(list, one));
}

TEST_CASE("each field is added where it is asked for, in these words", "[forwarded]")
{
    const std::string xff = "X-Forwarded-For: 2001:db8::1\r\n";
    const std::string host = "X-Forwarded-Host: site.test:8080\r\n";
    const std::string srv = "X-Forwarded-Server: front.test\r\n";
    const std::string proto = "X-Forwarded-Proto: https\r\n";
    const std::string port = "X-Forwarded-Port: 8443\r\n";
    const std::string rfc = "Forwarded: for=\"[2001:db8::1]\";by=\"[2001:db8::f]\";"
                            "host=\"site.test:8080\";proto=https\r\n";
    const std::string id = "X-Request-ID: 4711\r\n";
    const std::string via = "Via: 1.1 me\r\n";
    struct row {
        std::uint16_t adds;
        std::string text;
    };
    for (const row& r : std::vector<row>{
             {added_headers::standard, xff + host + srv + proto + via},
             {added_headers::every, xff + host + srv + proto + port + rfc + id + via},
             {0, ""},
             {address, xff},
             {bits({added_header::host}), host},
             {server, srv},
             {bits({added_header::scheme}), proto},
             {bits({added_header::port}), port},
             {forwarded, rfc},
             {bits({added_header::request_id}), id},
             {bits({added_header::via}), via},
         }) {
        CHECK(head({}, only(r.adds)) == r.text);
    }
    // What is there stays, and is the only one of its name.
    CHECK(head({{"forwarded", "for=a"}, {"X-REQUEST-ID", "b"}, {"x-forwarded-port", "1"}},
               only(added_headers::every)) ==
          "forwarded: for=a\r\nX-REQUEST-ID: b\r\nx-forwarded-port: 1\r\n" + xff + host + srv +
              proto + via);
    // What cannot be written on one line is not.
    CHECK(head({}, only(static_cast<std::uint16_t>(forwarded | bits({added_header::host}))), 0,
               "a\r\nB: c",
               "192.0.2.1") == "Forwarded: for=192.0.2.1;by=\"[2001:db8::f]\";proto=https\r\n");
    // A client without Host; one that is IPv4; one with a literal for a name.
    CHECK(head({}, only(forwarded), 0, "", "192.0.2.1") ==
          "Forwarded: for=192.0.2.1;by=\"[2001:db8::f]\";proto=https\r\n");
    CHECK(head({}, only(address | forwarded), 0, "[::1]:8080") ==
          xff + "Forwarded: for=\"[2001:db8::1]\";by=\"[2001:db8::f]\";host=\"[::1]:8080\";"
                "proto=https\r\n");
}

TEST_CASE("a list of a trusted peer gets the front's element, in its own line", "[forwarded]")
{
    const std::string ours =
        "for=\"[2001:db8::1]\";by=\"[2001:db8::f]\";host=\"site.test:8080\";proto=https";
    struct row {
        field_list fields;
        std::uint16_t adds;
        std::uint16_t extends;
        std::string text;
    };
    for (const row& r : std::vector<row>{
             {{{"X-Forwarded-For", "192.0.2.1"}, {"A", "b"}},
              address,
              address,
              "X-Forwarded-For: 192.0.2.1, 2001:db8::1\r\nA: b\r\n"},
             {{{"X-Forwarded-For", "a"}, {"x-forwarded-for", "b"}},
              address,
              address,
              "X-Forwarded-For: a\r\nx-forwarded-for: b, 2001:db8::1\r\n"},
             {{{"X-Forwarded-Server", "lb.test"}},
              server,
              server,
              "X-Forwarded-Server: lb.test, front.test\r\n"},
             {{{"Forwarded", "for=a"}}, forwarded, forwarded, "Forwarded: for=a, " + ours + "\r\n"},
             // Not asked for: as it came.
             {{{"Forwarded", "for=a"}, {"X-Forwarded-For", "a"}},
              0,
              bits({added_header::forwarded, added_header::address}),
              "Forwarded: for=a\r\nX-Forwarded-For: a\r\n"},
             {{{"Forwarded", "for=a"}},
              address,
              forwarded,
              "Forwarded: for=a\r\nX-Forwarded-For: 2001:db8::1\r\n"},
         }) {
        CHECK(head(r.fields, only(r.adds), r.extends) == r.text);
    }
}

TEST_CASE("what a peer claims stays if it is trusted, and can be read", "[forwarded]")
{
    struct row {
        const char* name;
        field_list sent;
        claimant by;
        std::vector<std::string> left; // values
        std::uint16_t extends;
    };
    const field_list all{{"X-Forwarded-For", "a"},    {"X-Forwarded-Host", "b"},
                         {"X-Forwarded-Server", "c"}, {"X-Forwarded-Proto", "d"},
                         {"X-Forwarded-Port", "e"},   {"Forwarded", "for=f"},
                         {"X-Request-ID", "g"},       {"Proxy", "h"}};
    const std::uint16_t lists = address | server | forwarded;
    for (const row& r : std::vector<row>{
             {"a client's", all, {.has_own_id = true}, {}, 0},
             {"a client's id is the site's own matter", all, {}, {"g"}, 0},
             {"a trusted peer's",
              all,
              {.trusted = true, .has_own_id = true},
              {"a", "b", "c", "d", "e", "for=f", "g"},
              lists},
             {"a trusted peer's, nominated",
              {{"Connection", "Forwarded, X-Request-ID"},
               {"Forwarded", "for=f"},
               {"X-Request-ID", "g"}},
              {.trusted = true, .has_own_id = true},
              {"Forwarded, X-Request-ID"},
              0},
             {"an open quote", {{"Forwarded", "for=\"f"}}, {.trusted = true}, {}, 0},
             {"an id with blanks",
              {{"X-Request-ID", "a b"}},
              {.trusted = true, .has_own_id = true},
              {},
              0},
             {"the same, where the front writes none",
              {{"X-Request-ID", "a b"}},
              {.trusted = true},
              {"a b"},
              0},
             {"the address that mod_remoteip has found is the list's last",
              {{"X-Forwarded-For", "a, 192.0.2.1"}},
              {.behind_proxy = true, .trusted = true, .client_address = "192.0.2.1"},
              {"a, 192.0.2.1"},
              0},
             {"and is not",
              {{"X-Forwarded-For", "192.0.2.1, a"}},
              {.behind_proxy = true, .trusted = true, .client_address = "192.0.2.1"},
              {"192.0.2.1, a"},
              address},
             {"and of Forwarded's",
              {{"Forwarded", "for=a, proto=https;For=\"[2001:db8::1]:80\""}},
              {.behind_proxy = true, .trusted = true, .client_address = "2001:db8::1"},
              {"for=a, proto=https;For=\"[2001:db8::1]:80\""},
              0},
             {"without mod_remoteip",
              {{"Forwarded", "for=192.0.2.1"}},
              {.trusted = true, .client_address = "192.0.2.1"},
              {"for=192.0.2.1"},
              forwarded},
             {"the same address without mod_remoteip is a second proxy's",
              {{"X-Forwarded-For", "192.0.2.1"}},
              {.trusted = true, .client_address = "192.0.2.1"},
              {"192.0.2.1"},
              address},
         }) {
        CAPTURE(r.name);
        field_list fields = r.sent;
        CHECK(drop_client_claims(fields, r.sent, r.by) == r.extends);
        std::vector<std::string> left;
        for (const field& f : fields)
            left.emplace_back(f.value);
        CHECK(left == r.left);
    }
    // What a hook has appended to a list that is believed, or set in its place, is the operator's.
    const field_list sent{{"X-Forwarded-For", "a"}};
    for (const std::string hook : {"a, b", "c"}) {
        field_list fields{{"X-Forwarded-For", hook}};
        CHECK(drop_client_claims(fields, sent, {.trusted = true}) == 0);
        CHECK(fields.front().value == hook);
    }
}

TEST_CASE("an id of a request is one word of limited length", "[forwarded]")
{
    for (const std::string& good :
         {std::string("a"), std::string("123e4567-e89b-12d3-a456-426614174000"),
          std::string("Zk9@AAAB-_.~+/=:"), std::string(128, 'x')})
        CHECK(is_request_id(good));
    for (const std::string& bad :
         {std::string(), std::string(129, 'x'), std::string("a b"), std::string("a\"b"),
          std::string("a,b"), std::string("a;b"), std::string("a\tb"), std::string("\xc3\xa4"),
          std::string("a\0b", 3), std::string("a%n"), std::string("$(a)")}) {
        CAPTURE(bad);
        CHECK_FALSE(is_request_id(bad));
    }
    const auto text = [](std::uint64_t high, std::uint64_t low) {
        const auto digits = request_id_text(high, low);
        return std::string(digits.begin(), digits.end());
    };
    CHECK(text(0, 0) == "00000000000000000000000000000000");
    CHECK(text(0x0123456789abcdef, 0xfedcba9876543210) == "0123456789abcdeffedcba9876543210");
    CHECK(text(1, ~std::uint64_t{0}) == "0000000000000001ffffffffffffffff");
    CHECK(is_request_id(text(5, 7)));
}
