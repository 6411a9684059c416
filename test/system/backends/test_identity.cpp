// SPDX-License-Identifier: Apache-2.0
//
// Sites that authenticate the TCP connection (NTLM, Negotiate; RFC 4559): what one client's login
// has made of a connection is no other client's.
#include "catch.hpp"
#include "identity_site.hpp"

using namespace v6front;

namespace
{

// How a login begins, and ends.
struct login_row {
    const char* name;
    std::string challenge; // of the 401 that comes before, if one does
    std::string login;     // Authorization
    std::string accepted;  // the fields of the response to that
};

// Where the request says what it is, the site says nothing, and the other way round: "Own" is a
// scheme of which nobody knows anything.
const std::vector<login_row> ways_to_log_in{
    {"NTLM", "", "NTLM alice", ""},
    {"Negotiate", "", "Negotiate alice", ""},
    {"a scheme in other letters", "", "nEGOTIATE alice", ""},
    {"Kerberos", "", "Kerberos alice", ""},
    {"a challenge", ntlm, "Own alice", ""},
    {"a challenge in small letters", "www-authenticate: negotiate\r\n", "Own alice", ""},
    {"a challenge with a message", "WWW-Authenticate: Negotiate YIIB==\r\n", "Own alice", ""},
    {"a challenge behind another", "WWW-Authenticate: Basic realm=\"a, b\", NTLM\r\n", "Own alice",
     ""},
    {"a challenge before another", "WWW-Authenticate: NTLM, Basic realm=\"a\"\r\n", "Own alice",
     ""},
    {"a challenge in the second field", "WWW-Authenticate: Digest realm=\"a\"\r\n" + ntlm,
     "Own alice", ""},
    {"the last message of a handshake", "", "Own alice", "WWW-Authenticate: Negotiate oRQw\r\n"},
    {"Persistent-Auth", "", "Own alice", "Persistent-Auth: true\r\n"},
};

} // namespace

TEST_CASE("What a login has made of a connection to the site is no other client's", "[identity]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    for (const login_row& r : ways_to_log_in) {
        INFO(r.name);
        scripted_backend site(identity_responder(r.challenge, r.accepted));
        httpd_server front(options_with(w, "V6FrontPass / " + site.url()));
        // What is idle has served others.
        CHECK(others_who_are_known(front, 2) == 0);
        user_agent client(front);
        CHECK(said(client, {}).status() == (r.challenge.empty() ? 200 : 401));
        CHECK(said(client, with(r.login)).body == alice);
        CHECK(others_who_are_known(front, 30) == 0);
        // One whose login the site has not marked is known by its own fields alone.
        CHECK(said(client, {}).body == alice);
        CHECK(said(client, {"/", "POST", {}, "a form"}).body == alice);
        CHECK(others_who_are_known(front, 5) == 0);
    }
}

TEST_CASE("What says nothing of a connection leaves it to all", "[identity]")
{
    scripted_backend::steps asked{
        script::read_request(), script::answer([](const received_request& r) {
            return response("", r.message.value("Answer-With") + "\r\n", "401 Unauthorized");
        }),
        script::again()};
    for (const std::string answer :
         {"WWW-Authenticate: Basic realm=\"NTLM\"", "WWW-Authenticate: Digest nonce=\"Negotiate\"",
          "WWW-Authenticate: Bearer", "Proxy-Authenticate: NTLM", "Persistent-Auth: false",
          "X-Authenticate: NTLM"}) {
        INFO(answer);
        scripted_backend site(asked);
        httpd_server front(options_with(every_way()[0], "V6FrontPass / " + site.url()));
        for (const char* mine :
             {"Authorization: Basic TlRMTQ==", "Proxy-Authorization: NTLM TlRMTVNTUAAB", "X: y"}) {
            const std::string field = mine;
            const auto colon = field.find(": ");
            const question q{
                "/",
                "GET",
                {{"Answer-With", answer}, {field.substr(0, colon), field.substr(colon + 2)}}};
            CHECK(ask(front, q).status() == 401);
        }
        CHECK(site.connections() == 1);
    }
}

TEST_CASE("A login by POST, in the three messages of NTLM", "[identity]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    scripted_backend site(identity_responder(ntlm));
    httpd_server front(options_with(w, "V6FrontPass / " + site.url()));
    for (int i = 0; i < 3; ++i) { // idle connections, which it must not be lost between
        CHECK(get(front, "/").status() == 401);
    }
    user_agent client(front);
    question first = with("NTLM " + ntlm_negotiate(), "POST");
    first.fields.push_back({"Content-Length", "0"});
    if (w.http2)
        first.fields.pop_back();
    const http_message challenged = said(client, first);
    CHECK(challenged.status() == 401);
    CHECK(challenged.value("WWW-Authenticate").starts_with("NTLM TlRM"));
    question third = with("NTLM " + ntlm_authenticate("alice"), "POST");
    third.body = "an order";
    CHECK(said(client, third).body == alice);
    CHECK(said(client, {"/", "POST", {}, "another order", true}).body == alice);
    CHECK(said(client, {}).body == alice);
    CHECK(others_who_are_known(front, 5) == 0);
}

TEST_CASE("A client's own connection ends with the client's", "[identity]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    scripted_backend site(identity_responder(ntlm));
    httpd_server front(options_with(w, "V6FrontPass / " + site.url()));
    for (int i = 0; i < 3; ++i) {
        user_agent client(front);
        CHECK(said(client, {}).status() == 401);
        CHECK(said(client, with("NTLM alice")).body == alice);
        CHECK(said(client, {}).body == alice);
        CHECK(site.connections() == static_cast<unsigned>(i + 1));
        CHECK(site.open_connections() == 1);
        client.leave();
        CHECK(site.wait_for_open_connections(0));
    }
}

TEST_CASE("A login that the site has ended is no reason for a 502", "[identity]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    const std::string method = GENERATE("GET", "POST");
    INFO(method);
    const auto answer = identity_responder(ntlm);
    scripted_backend site(std::vector<scripted_backend::steps>{
        {script::read_request(), script::answer(answer), script::close()},
        {script::read_request(), script::answer(answer), script::again()}});
    httpd_server front(options_with(w, "V6FrontPass / " + site.url()));
    user_agent client(front);
    CHECK(said(client, with("NTLM alice")).body == alice);
    CHECK(site.wait_for_open_connections(0));
    // The site does not know it any more, and says so; the handshake begins anew.
    CHECK(said(client, {"/", method, {}, method == "POST" ? "a form" : ""}).status() == 401);
    CHECK(said(client, with("NTLM alice", method)).body == alice);
    CHECK(said(client, {}).body == alice);
    CHECK(others_who_are_known(front, 5) == 0);
}

TEST_CASE("A client that pipelines stays on its own connection", "[identity]")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    scripted_backend site(identity_responder({}));
    httpd_server front(options_with(w, "V6FrontPass / " + site.url()));
    CHECK(get(front, "/").body == "you are nobody\n");
    raw_client client(front.port(), client_for(front));
    std::string all = request_text(with("Negotiate alice"));
    for (int i = 0; i < 10; ++i)
        all += request_text({"/", i % 2 ? "GET" : "POST", {}, i % 2 ? "" : "a form"});
    client.send(all);
    for (int i = 0; i < 11; ++i)
        CHECK(client.read_response().body == alice);
    CHECK(others_who_are_known(front, 5) == 0);
}

TEST_CASE("Streams of one connection share what its login has made", "[identity]")
{
    const way w = http2_way();
    REQUIRE(w.http2);
    scripted_backend site(identity_responder(ntlm));
    httpd_server front(options_with(w, "V6FrontPass / " + site.url()));
    client_options options = client_for(front);
    options.alpn = "h2";
    h2_client client(front.port(), options);
    const h2_client::fields head{
        {":method", "GET"}, {":scheme", "https"}, {":authority", "site.test"}, {":path", "/"}};
    auto login = head;
    login.push_back({"authorization", "NTLM alice"});
    client.headers(1, login, true);
    CHECK(client.read(1).body == alice);
    for (std::uint32_t stream = 3; stream < 33; stream += 2)
        client.headers(stream, head, true);
    for (std::uint32_t stream = 3; stream < 33; stream += 2)
        CHECK(client.read(stream).body == alice);
    CHECK(site.connections() == 1);
    CHECK(others_who_are_known(front, 5) == 0);
}
